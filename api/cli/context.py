"""What every command needs: settings and a database that runs while the command does."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from api.installation import prepare
from geo.database import build_engine
from geo.errors import SetupError
from geo.i18n import _
from geo.secret import secret
from geo.server import Cluster
from geo.settings import Settings


@contextmanager
def database_url(settings: Settings) -> Iterator[str]:
    """Yields the URL of the operator's database, or of the private cluster, kept running meanwhile."""
    if settings.database_url:
        yield settings.database_url
    else:
        with Cluster(settings.data_dir).used() as url:
            yield url


@contextmanager
def engine(settings: Settings) -> Iterator[Engine]:
    """Yields an engine over a database made ready."""
    with database_url(settings) as url:
        made = build_engine(url, pool_size=settings.pool_size)
        try:
            _prepare(made, secret(settings))
            yield made
        finally:
            made.dispose()


def _prepare(engine: Engine, key: bytes) -> None:
    try:
        lacking = prepare(engine, key)
    except DBAPIError as error:
        # An operator's database that is down, has no PostGIS or grants too little.
        reason = " ".join(str(error.orig).split())
        raise SetupError(_("Không chuẩn bị được cơ sở dữ liệu: {reason}"), reason=reason) from error
    if lacking:
        typer.echo(f"quangnam: {lacking}", err=True)
