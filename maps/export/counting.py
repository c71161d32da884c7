"""How many reports an export has."""

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from maps import density
from maps.export.asked import Asked


def count(connection: Connection, asked: Asked) -> int:
    """How many reports pass, from the kept counts where they answer; with a bbox, those of the cells it touches."""
    with Session(connection) as session:
        return density.total(session, asked.filters)
