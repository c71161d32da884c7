"""quangnam serve: the web alone."""

from typing import Annotated

import typer
from sqlalchemy.orm import Session

from api import serving
from api.cli import context
from api.migrations import is_current
from api.ogc.tables import tables
from geo import cursor
from geo.database import build_engine, build_sessions
from geo.errors import SetupError
from geo.i18n import _
from geo.settings import load


def run(
    host: Annotated[str, typer.Option(help="địa chỉ để nghe")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="cổng; 0: cổng nào còn trống")] = 8_000,
    workers: Annotated[int, typer.Option(min=1, max=256, help="số tiến trình")] = 1,
) -> None:
    """Serves the web on a database that `quangnam db migrate` has made ready; it keeps no state of its own."""
    settings = load()
    with serving.stoppable(), serving.listen(host, port) as listener, context.database_url(settings) as url:
        engine = build_engine(url)
        try:
            if not is_current(engine):
                raise SetupError(_("Cơ sở dữ liệu chưa đúng phiên bản; hãy chạy: quangnam db migrate"))
            with Session(engine) as session:
                if cursor.foreign(session):
                    raise SetupError(_("Cơ sở dữ liệu vừa được khôi phục từ nơi khác; hãy chạy: quangnam db migrate"))
            if workers > 1:
                # What its workers could only fail at, one after another.
                tables(build_sessions(engine), settings)
        finally:
            engine.dispose()
        app = serving.application() if workers == 1 else None
        serving.serve(app, listener, settings, typer.echo, workers)
