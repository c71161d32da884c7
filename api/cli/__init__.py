"""The command `quangnam`."""

import sys
from typing import NoReturn

import typer
from sqlalchemy.exc import OperationalError
from typer.main import get_command

from api.cli import usage
from api.cli.later import later
from geo.errors import FaultsError, QuangnamError, SetupError
from geo.i18n import Lang, _, translate
from geo.refused import told
from geo.settings import load

COMMANDS = {
    "up": (
        "up:run",
        "Starts the private PostGIS (or uses QUANGNAM_DATABASE_URL), makes it ready and serves on this machine.",
    ),
    "serve": (
        "serve:run",
        "Serves the web on a database that `quangnam db migrate` has made ready; it keeps no state of its own.",
    ),
    "worker": (
        "worker:run",
        "Does the jobs of a database that `quangnam db migrate` has made ready; several may run side by side.",
    ),
    "demo": ("demo:run", "Loads demonstration reports, or removes them."),
    "route": ("route:app", "Says which unit answers for a place, or for a report, and why; nothing is stored."),
    "boundaries": ("boundaries:app", "Địa giới hành chính, theo từng phiên bản."),
    "db": ("db:app", "Cơ sở dữ liệu riêng."),
    "keys": ("keys:app", "Khóa của hệ thống."),
    "reports": ("reports:app", "Phản ánh."),
    "maps": ("maps:app", "Bản đồ."),
    "user": ("user:app", "Tài khoản của cán bộ và người quản trị."),
}
root = typer.Typer(cls=later(COMMANDS), no_args_is_help=True, pretty_exceptions_enable=False)


@root.callback()
def about() -> None:
    """Quảng Nam trực tuyến: phản ánh hiện trường trên bản đồ."""


def main() -> None:
    """Runs the command; an expected failure is one line on standard error and a status that is not zero."""
    try:
        status = root(standalone_mode=False)
    except typer.TyperException as error:
        if error.message or isinstance(error, typer.BadParameter):
            _fail(usage.sentence(error, get_command(root), sys.argv[1:], _language()), error.exit_code)
        sys.exit(error.exit_code)  # a group without a command has shown its help
    except typer.Abort:
        _fail(translate(_("Đã dừng."), _language()))
    except QuangnamError as error:
        _fail(_sentence(error, _language()))
    except OSError as error:
        if error.filename is None:
            raise
        said = _("Không đọc hoặc ghi được {path}: {reason}.")
        _fail(translate(said, _language(), path=error.filename, reason=told(error)))
    except OperationalError as error:
        _fail(" ".join(str(error.orig).split()))
    sys.exit(status or 0)


def _sentence(error: QuangnamError, lang: Lang) -> str:
    if not isinstance(error, FaultsError):
        return " ".join(translate(error.message, lang, **error.values).split())
    said = [(one.field or "", translate(one.message, lang, **one.values)) for one in error.faults]
    return " ".join(text if text.startswith(field) else f"{field}: {text}" for field, text in said)


def _language() -> Lang:
    try:
        return load().lang
    except SetupError:
        return "vi"  # what is wrong with the settings is told, in the language of the source


def _fail(sentence: str, status: int = 1) -> NoReturn:
    print(f"quangnam: {sentence}", file=sys.stderr)  # noqa: T201 (the command line speaks here)
    sys.exit(status)
