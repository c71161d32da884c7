"""The places of reports in an edition whose areas have changed: forgotten, and to be found again."""

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from boundaries.models import Edition, ReportArea


def forget(session: Session, edition_id: int) -> None:
    """Forgets every place in an edition, whose areas are others now."""
    session.execute(delete(ReportArea).where(ReportArea.edition_id == edition_id))
    session.execute(update(Edition).where(Edition.id == edition_id).values(placed_until=None))
