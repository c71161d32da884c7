"""quangnam db: the private PostGIS."""

import typer

from api.cli import context
from geo.errors import SetupError
from geo.i18n import _
from geo.server import Cluster
from geo.settings import load

app = typer.Typer(no_args_is_help=True, help="Cơ sở dữ liệu riêng.")


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


def _private() -> Cluster:
    settings = load()
    if settings.database_url:
        raise SetupError(_("QUANGNAM_DATABASE_URL đã đặt: máy chủ đó do người vận hành tự bật và tắt."))
    return Cluster(settings.data_dir)
