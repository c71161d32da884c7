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
        # The counts do not know when a report changed; since a while ago few did.
        since = changed(select(func.count()).select_from(Report), asked.changed_since)
        return connection.execute(visible(apply_filters(since, asked.filters), PUBLIC)).scalar_one()
    with Session(connection) as session:
        return density.total(session, asked.filters)
