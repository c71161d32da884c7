"""For whoever keeps a copy of the public reports: what changed since, what left, and the moment to ask from next."""

from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Select, literal, select, text, union_all
from sqlalchemy.orm import Session

from geo.filters import Filters, apply_filters
from geo.models import Report, ReportTombstone
from geo.permissions import PUBLIC, visible

_Any = TypeVar("_Any", bound=Any)
MARGIN = timedelta(seconds=1)  # for the blink between a backend's look at the clock and its word in the view
# A change carries the moment at which its transaction began, so what was not committed when the reports were read may
# be as old as the oldest that ran then.
_FOLLOWING = text("""
    SELECT least(now(), min(xact_start))
    FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
    """)


def following(session: Session, margin: timedelta = MARGIN) -> datetime:
    """The moment to ask from next, to be read before the reports are: nothing that their reading misses is older.

    Some reports come again for it, which does no harm. All programs must use one database role, for the view hides
    the transactions of others.
    """
    found: datetime = session.execute(_FOLLOWING).scalar_one()
    return found - margin


def changed(query: Select[_Any], since: datetime) -> Select[_Any]:
    """A select over reports cut down to those that changed at or after a moment."""
    return query.where(Report.updated_at >= since)


def gone(since: datetime, filters: Filters) -> Select[str]:
    """A select of the codes that whoever copies what passes the filters must let go: since a moment.

    Those that the public sees no more, that left the database, or that pass the filters no more.
    """
    changed_since = changed(select(Report.code), since)
    lost = changed_since.except_(visible(apply_filters(changed_since, filters), PUBLIC))
    back = select(literal(1)).where(Report.code == ReportTombstone.code).exists()
    left = select(ReportTombstone.code).where(ReportTombstone.removed_at >= since, ~back)
    both = union_all(lost, left).subquery("gone")
    return select(both.c.code).order_by(both.c.code)
