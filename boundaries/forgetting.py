"""The places of reports in an edition whose areas or answers have changed: forgotten, or to be found again."""

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from boundaries.models import Edition, ReportArea


def again(session: Session, edition_id: int) -> None:
    """Has all reports placed again in an edition, whose answers have changed; until then they stay where they were."""
    session.execute(update(Edition).where(Edition.id == edition_id).values(placed_until=None))


def forget(session: Session, edition_id: int) -> None:
    """Forgets every place in an edition, whose areas are others now."""
    session.execute(delete(ReportArea).where(ReportArea.edition_id == edition_id))
    again(session, edition_id)
