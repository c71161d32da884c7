"""CQL2 as a tree: read, and kept small enough for whoever walks over it."""

import re
from typing import Any

import cql2
import orjson

from geo.errors import InvalidError
from geo.i18n import _

LANGUAGES = ("cql2-text", "cql2-json")
LONGEST = 50_000  # characters, some 2,500 corners of a polygon
DEEPEST = 24  # nested expressions
NODES = 1_000  # expressions, values of lists and corners apart
# The parser goes back over open brackets in time that doubles with each, and recurses over signs and comparisons.
_BRACKETS, _SIGNS = 12, 400
_QUOTED = re.compile(r"'(?:[^'\\]|\\.|'')*'|\"[^\"]*\"")
_SIGN = re.compile(r"\bnot\b|[-+*/%^=<>](?!\d)", re.IGNORECASE)


def read(written: str, language: str) -> Any:
    """The tree of a filter, as CQL2 JSON has it; InvalidError says what is wrong."""
    if language not in LANGUAGES:
        raise unknown_language()
    if len(written) > LONGEST:
        raise InvalidError(_("Bộ lọc dài quá {most} ký tự."), field="filter", most=LONGEST)
    tree = _text(written) if language == "cql2-text" else _json(written)
    _measure(tree)
    return tree


def unknown_language() -> InvalidError:
    """For another `filter-lang`."""
    return InvalidError(_("filter-lang phải là một trong: {known}."), field="filter-lang", known=", ".join(LANGUAGES))


def _text(written: str) -> Any:
    bare = _QUOTED.sub("", written)
    deep = most = 0
    for sign in bare:
        deep += {"(": 1, ")": -1}.get(sign, 0)
        most = max(most, deep)
    if most > _BRACKETS or len(_SIGN.findall(bare)) > _SIGNS:
        raise _too_deep()
    try:
        return cql2.parse_text(written).to_json()
    except (cql2.ParseError, cql2.ValidationError, ValueError) as error:
        raise InvalidError(
            _("Không đọc được bộ lọc CQL2: {reason}"), field="filter", reason=" ".join(str(error).split())[-300:]
        ) from None


def _json(written: str) -> Any:
    try:
        return orjson.loads(written)
    except orjson.JSONDecodeError as error:
        raise InvalidError(_("Không đọc được bộ lọc CQL2: {reason}"), field="filter", reason=str(error)) from None


def _measure(tree: Any) -> None:
    """Refuses a tree that is too deep or has too many expressions, without recursion."""
    waiting, count = [(tree, 0)], 0
    while waiting:
        node, deep = waiting.pop()
        if isinstance(node, dict):
            count += 1
            waiting += [(inner, deep + 1) for inner in node.values()]
        elif isinstance(node, list):
            waiting += [(inner, deep) for inner in node if isinstance(inner, list | dict)]
        if deep > DEEPEST or count > NODES:
            raise _too_deep()


def _too_deep() -> InvalidError:
    return InvalidError(_("Bộ lọc lồng nhau quá sâu hoặc có quá nhiều điều kiện."), field="filter")
