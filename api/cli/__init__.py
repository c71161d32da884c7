"""The command `quangnam`."""

import sys
from typing import NoReturn

import typer
from sqlalchemy.exc import OperationalError

from api.cli import boundaries, db, demo, keys, maps, reports, route, serve, up, user, worker
from geo.errors import QuangnamError

root = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Quảng Nam trực tuyến: phản ánh hiện trường trên bản đồ.",
)
root.add_typer(boundaries.app, name="boundaries")
root.add_typer(db.app, name="db")
root.add_typer(keys.app, name="keys")
root.add_typer(reports.app, name="reports")
root.add_typer(maps.app, name="maps")
root.add_typer(user.app, name="user")
root.command("up")(up.run)
root.command("serve")(serve.run)
root.command("worker")(worker.run)
root.command("demo")(demo.run)
root.command("route", context_settings={"ignore_unknown_options": True})(route.run)


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
