"""The command `quangnam`."""

import sys
from typing import NoReturn

import typer
from sqlalchemy.exc import OperationalError

from api.cli.later import later
from geo.errors import QuangnamError

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
        root()
    except QuangnamError as error:
        _fail(str(error))
    except OperationalError as error:
        _fail(" ".join(str(error.orig).split()))


def _fail(sentence: str) -> NoReturn:
    print(f"quangnam: {sentence}", file=sys.stderr)  # noqa: T201 (the command line speaks here)
    sys.exit(1)
