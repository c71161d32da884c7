"""Browsers that want to be told by web push when something happens to a report."""

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from geo.errors import TooManyError
from geo.i18n import _
from geo.models import Report, Subscription

MOST = 1_000  # for one report: each step of it costs a message for each


def subscribe(session: Session, report: Report, endpoint: str, p256dh: str, auth: str) -> None:
    """Keeps a browser's endpoint, once for a report; TooManyError where too many wait already."""
    mine = select(Subscription).where(Subscription.report_id == report.id)
    known = session.scalar(mine.where(Subscription.endpoint == endpoint))
    if known is not None:
        known.p256dh, known.auth = p256dh, auth
        return
    if (session.scalar(select(func.count()).select_from(mine.subquery())) or 0) >= MOST:
        raise TooManyError(_("Phản ánh này đã có quá nhiều người theo dõi bằng thông báo."), details={})
    session.add(Subscription(report_id=report.id, endpoint=endpoint, p256dh=p256dh, auth=auth))


def unsubscribe(session: Session, report: Report, endpoint: str) -> None:
    """Forgets it again; nothing where it is not known."""
    mine = (Subscription.report_id == report.id) & (Subscription.endpoint == endpoint)
    session.execute(delete(Subscription).where(mine))
