"""quangnam reports: accept, import, export."""

from typing import Annotated

import typer
from sqlalchemy.orm import Session

from api.cli import context
from geo import reports, workflow
from geo.permissions import SYSTEM
from geo.settings import load

app = typer.Typer(no_args_is_help=True, help="Phản ánh.")


@app.command()
def accept(code: Annotated[str, typer.Argument(help="mã phản ánh, ví dụ QN-7K2M-9XQ4")]) -> None:
    """Accepts a report: its content and pictures become public."""
    with context.engine(load()) as engine, Session(engine) as session, session.begin():
        report = reports.by_code(session, code)
        workflow.apply(session, report, "accept", SYSTEM, door="cli")
        typer.echo(f"{report.code}: {report.state}")
