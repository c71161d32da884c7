"""A database made ready for use: schema, seeds, default boundaries."""

from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from api.migrations import migrate
from boundaries import editions
from geo import cursor
from geo.errors import SetupError
from geo.seeds import seed
from geo.settings import Settings
from maps.collections.collection import Collection
from maps.collections.tables import collections


def prepare(engine: Engine, secret: bytes) -> SetupError | None:
    """Migrates, seeds and, where there are no boundaries at all, loads the default editions; safe to repeat.

    Without the default data the database is ready all the same: what is returned then says how to bring one's own.
    """
    migrate(engine, secret)
    with Session(engine) as session, session.begin():
        cursor.adopt(session)
        seed(session)
        return editions.load_defaults(session)


def tables(sessions: sessionmaker[Session], settings: Settings) -> tuple[Collection, ...]:
    """The operator's tables that /ogc shows besides; SetupError for one that it cannot or may not."""
    if not settings.ogc_tables:
        return ()
    with sessions() as session:
        return collections(session.connection(), settings.ogc_tables)
