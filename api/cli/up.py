"""quangnam up: everything on this machine, by one command."""

from contextlib import ExitStack
from typing import Annotated

import typer
from rich.console import Console
from sqlalchemy import Engine, func, select

from api import demo as samples
from api import helper, serving
from api.app import create_app
from api.cli import context
from api.cli.progress import progress
from boundaries.models import Edition
from geo.database import build_sessions
from geo.errors import SetupError
from geo.i18n import _
from geo.models import Report
from geo.server import Cluster
from geo.settings import Settings, load
from geo.watch import watched

REPORTS = 2_000
_LOCK = 49_000_004  # advisory: two programs that start at once load the demonstration data once


def run(
    port: Annotated[int, typer.Option(min=0, max=65_535, help="cổng trên máy này; 0: cổng nào còn trống")] = 8_000,
    demo: Annotated[
        bool, typer.Option("--demo", help="thêm 2.000 phản ánh mẫu vào cơ sở dữ liệu riêng còn trống")
    ] = False,
) -> None:
    """Starts the private PostGIS (or uses QUANGNAM_DATABASE_URL), makes it ready and serves on this machine."""
    settings = load()
    if demo and settings.database_url:
        raise SetupError(_("Không thêm dữ liệu mẫu vào cơ sở dữ liệu của người vận hành; hãy bỏ --demo."))
    with serving.stoppable(), serving.listen("127.0.0.1", port) as listener, ExitStack() as stack:
        with Console(stderr=True).status("Đang chuẩn bị cơ sở dữ liệu…"):
            engine = stack.enter_context(context.engine(settings))
        if not settings.database_url:
            stack.enter_context(watched(Cluster(settings.data_dir)))
        if demo:
            _fill(engine, settings)
        stack.enter_context(helper.worker())
        serving.serve(create_app(settings, build_sessions(engine)), listener, settings, _announce)


def _fill(engine: Engine, settings: Settings) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(select(func.pg_advisory_lock(_LOCK)))
        try:
            # Without boundaries, which `context.engine` has said by now, there is nowhere to put them.
            bounded = connection.scalar(select(Edition.id).where(Edition.state == "active").limit(1)) is not None
            if bounded and connection.scalar(select(Report.id).limit(1)) is None:
                with progress(REPORTS, "Dữ liệu mẫu") as advance:
                    samples.load(engine, settings, REPORTS, progress=lambda stored, _doing: advance(stored))
        finally:
            connection.execute(select(func.pg_advisory_unlock(_LOCK)))


def _announce(address: str) -> None:
    typer.echo(f"Quảng Nam trực tuyến: {address} (Ctrl-C để dừng)")
