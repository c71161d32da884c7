"""quangnam db: the private PostGIS."""

import typer

from api.cli import context
from geo.server import Cluster
from geo.settings import load

app = typer.Typer(no_args_is_help=True, help="Cơ sở dữ liệu riêng.")


@app.command()
def start() -> None:
    """Starts the private PostGIS and keeps it running."""
    cluster = Cluster(load().data_dir)
    cluster.start()
    cluster.kept.touch()
    typer.echo(cluster.url)


@app.command()
def stop() -> None:
    """Stops the private PostGIS."""
    cluster = Cluster(load().data_dir)
    cluster.kept.unlink(missing_ok=True)
    cluster.stop()


@app.command()
def url() -> None:
    """Prints the URL of the database."""
    settings = load()
    typer.echo(settings.database_url or Cluster(settings.data_dir).url)


@app.command()
def migrate() -> None:
    """Brings the database to the newest schema."""
    with context.engine(load()):
        pass
