"""quangnam keys: rotate."""

import typer
from sqlalchemy import text
from sqlalchemy.orm import Session

from api.cli import context
from geo import rotation
from geo.database import build_engine
from geo.errors import ConflictError
from geo.i18n import _
from geo.secret import renew, settle
from geo.settings import load

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Khóa của hệ thống.")
_OTHERS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND backend_type = 'client backend'"
)


@app.callback()
def keys() -> None:
    """Khóa của hệ thống."""


@app.command()
def rotate() -> None:
    """Seals names, phones, second factors and webhook keys with a new key; stop the program first."""
    settings = load()
    with context.database_url(settings) as url:
        engine = build_engine(url)
        try:
            with Session(engine) as session, session.begin():
                if session.scalar(_OTHERS):
                    raise ConflictError(_("Hãy dừng chương trình (web và worker) trước khi đổi khóa."))
                new, old = renew(settings)
                done = rotation.rotate(session, new, old, lambda count: typer.echo(f"… {count}", err=True))
            settle(settings)
        finally:
            engine.dispose()
    typer.echo(f"Đã đổi khóa cho {done} người gửi. Hãy cất khóa mới riêng với bản sao lưu.")
