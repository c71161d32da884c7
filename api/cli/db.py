"""quangnam db: the private PostGIS."""

from pathlib import Path
from typing import Annotated

import typer

from api import backup as whole
from api.cli import context
from api.cli.progress import progress
from geo.errors import SetupError
from geo.i18n import _
from geo.server import Cluster
from geo.settings import load

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Cơ sở dữ liệu riêng.")


@app.command()
def start() -> None:
    """Starts the private PostGIS and keeps it running."""
    cluster = _private()
    cluster.start()
    cluster.keep()
    typer.echo(cluster.url)


@app.command()
def stop() -> None:
    """Stops the private PostGIS, also under those who use it."""
    _private().stop()


@app.command()
def url() -> None:
    """Prints the URL of the database."""
    settings = load()
    typer.echo(settings.database_url or Cluster(settings.data_dir).url)


@app.command()
def migrate() -> None:
    """Brings the database to the newest schema, with what every installation begins with."""
    with context.engine(load()):
        pass


@app.command()
def backup(out: Annotated[Path, typer.Argument(help="tệp .tar để ghi")]) -> None:
    """Writes the database and the media into one file; the secret key is not in it and must be kept apart."""
    settings = load()
    with context.engine(settings) as engine, progress(1.0, out.name) as advance:
        url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        count = whole.backup(url, settings.media_dir, out, advance)
    typer.echo(f"Đã sao lưu cơ sở dữ liệu và {count} tệp ảnh vào {out}.")
    typer.echo("Khóa bí mật không nằm trong đó; hãy cất riêng, thiếu nó thì không đọc được người gửi.", err=True)


@app.command()
def restore(file: Annotated[Path, typer.Argument(help="tệp do `quangnam db backup` ghi")]) -> None:
    """Puts a backup into an empty installation."""
    settings = load()
    with context.database_url(settings) as url, progress(1.0, file.name) as advance:
        count = whole.restore(url, settings.media_dir, file, advance)
    with context.engine(settings):
        pass  # brings an older backup to this program's schema
    typer.echo(f"Đã khôi phục cơ sở dữ liệu và {count} tệp ảnh.")
    typer.echo("Nếu chưa có, hãy đặt lại khóa bí mật của bản cũ (secret_key hoặc QUANGNAM_SECRET_KEY).", err=True)


def _private() -> Cluster:
    settings = load()
    if settings.database_url:
        raise SetupError(_("QUANGNAM_DATABASE_URL đã đặt: máy chủ đó do người vận hành tự bật và tắt."))
    return Cluster(settings.data_dir)
