"""Areas as files, by the same writers as reports."""

from collections.abc import Generator

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from boundaries.models import Edition
from maps.export import source
from maps.export.rows import Rows
from maps.export.writing import check_format, pieces


def stream(connection: Connection, edition: Edition, level: str, crs: int, name: str) -> Generator[bytes]:
    """Yields the file of the areas of a level in pieces; NotFoundError for a level that the edition lacks."""
    check_format(name, crs)
    with Session(connection) as session:
        found = source.areas(session, edition, level, crs)
    yield from pieces(Rows(connection, found), name)
