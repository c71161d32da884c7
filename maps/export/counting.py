"""How many reports an export has."""

from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from geo.filters import apply_filters
from geo.mirroring import changed
from geo.models import Report
from geo.permissions import PUBLIC, visible
from maps import density
from maps.export.asked import Asked


def count(connection: Connection, asked: Asked) -> int:
    """How many reports pass, from the kept counts where they answer; with a bbox, those of the cells it touches."""
    if asked.changed_since is not None:
        return rows(connection, asked)
    with Session(connection) as session:
        return density.total(session, asked.filters)


def rows(connection: Connection, asked: Asked) -> int:
    """How many reports pass, one by one."""
    query = visible(apply_filters(select(func.count()).select_from(Report), asked.filters), PUBLIC)
    if asked.changed_since is not None:
        query = changed(query, asked.changed_since)
    return connection.execute(query).scalar_one()
