"""The e-mailed link by which a unit without accounts works on one report."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from geo import codes
from geo.models import Report, User, WorkLink

DAYS = 30


def wanted(session: Session, unit_id: int) -> bool:
    """Whether a unit works by links: nobody of it can sign in."""
    return session.scalar(select(User.id).where(User.unit_id == unit_id, User.active).limit(1)) is None


def make(session: Session, report: Report) -> str:
    """The token of a new link for the unit now responsible; the database keeps its hash alone."""
    token = codes.token()
    until = datetime.now(UTC) + timedelta(days=DAYS)
    link = WorkLink(report_id=report.id, unit_id=report.unit_id, token_hash=codes.token_hash(token), expires_at=until)
    session.add(link)
    session.flush()
    return token


def find(session: Session, token: str) -> WorkLink | None:
    """The link of a token, while it has not expired and its unit is still the one responsible."""
    query = select(WorkLink).join(Report, Report.id == WorkLink.report_id)
    link = session.scalar(
        query.where(WorkLink.token_hash == codes.token_hash(token), Report.unit_id == WorkLink.unit_id)
    )
    return link if link is not None and link.expires_at > datetime.now(UTC) else None
