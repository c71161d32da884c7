"""What was wrong with how a command was written, in one line in the reader's language."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import typer
from pydantic import ValidationError

from api.sentences import FALLBACK, fault
from geo.i18n import Lang, _, translate

MISSING = _("Thiếu {name}.")
UNKNOWN_OPTION = _("Không có tùy chọn {name}.")
MEANT = _("Không có tùy chọn {name}; gần giống: {names}.")
WITHOUT_VALUE = _("Tùy chọn {name} phải có giá trị, hoặc không được có giá trị nào.")
WRONG = _("Giá trị của {name} không dùng được: {reason}")
AMONG = _("Dùng được: {names}.")
COMMAND = _("Không có lệnh này; {command} có: {names}.")
TOO_MANY = _("Có đối số thừa.")
HINT = _("Xem: {command} --help")
_EXAMPLE = datetime(2026, 1, 31, 8, 30)  # noqa: DTZ001 (an example of how a moment is written)


def sentence(error: typer.TyperException, root: Any, words: Sequence[str], lang: Lang) -> str:
    """The error of Typer and where to look, by the command of `root` that the words name."""
    path, command = ["quangnam"], root
    for word in words:
        if (found := getattr(command, "commands", {}).get(word)) is None:
            break
        path, command = [*path, word], found
    hint = translate(HINT, lang, command=" ".join(path))
    return f"{_said(error, ' '.join(path), command, lang)} {hint}"


def _said(error: typer.TyperException, path: str, command: Any, lang: Lang) -> str:
    # Typer lends no names to most of its errors: each is known by what it carries.
    if isinstance(error, typer.BadParameter):
        name = _name(error.param)
        if hasattr(error, "param_type"):
            return translate(MISSING, lang, name=name)
        return translate(WRONG, lang, name=name, reason=_reason(error, lang))
    option = getattr(error, "option_name", None)
    if option is None:
        there = getattr(command, "commands", None)
        return translate(COMMAND, lang, command=path, names=", ".join(there)) if there else translate(TOO_MANY, lang)
    if not hasattr(error, "possibilities"):
        return translate(WITHOUT_VALUE, lang, name=option)
    near = [one for one in error.possibilities or () if one != "--help"]
    return translate(MEANT if near else UNKNOWN_OPTION, lang, name=option, names=", ".join(near))


def _name(parameter: Any) -> str:
    if parameter is None:
        return "?"
    return str(parameter.opts[0] if parameter.param_type_name == "option" else parameter.name.upper())


def _reason(error: typer.BadParameter, lang: Lang) -> str:
    cause = error.__cause__
    if isinstance(cause, ValidationError):
        found = fault(cause.errors(include_url=False)[0])
        if found.message != FALLBACK:
            return translate(found.message, lang, **found.values)
    if error.param is not None and error.ctx is not None:
        choices = error.param.display_type(error.ctx).strip("<>").split("|")
        if len(choices) > 1 or "%" in choices[0]:
            return translate(AMONG, lang, names=", ".join(_EXAMPLE.strftime(one) for one in choices))
    return error.message
