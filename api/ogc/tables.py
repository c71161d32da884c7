"""The operator's tables that the database of this installation has."""

from sqlalchemy.orm import Session, sessionmaker

from geo.settings import Settings
from maps.collections.collection import Collection
from maps.collections.tables import collections


def tables(sessions: sessionmaker[Session], settings: Settings) -> tuple[Collection, ...]:
    """The operator's tables that /ogc shows besides; SetupError for one that it cannot or may not."""
    if not settings.ogc_tables:
        return ()
    with sessions() as session:
        return collections(session.connection(), settings.ogc_tables)
