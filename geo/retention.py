"""Senders are forgotten some time after their report has ended; what they wrote stays, without them."""

from datetime import datetime

from sqlalchemy import func, literal, select
from sqlalchemy.orm import Session, sessionmaker

from geo import senders
from geo.models import Report, Sender

FINAL = ("closed", "rejected", "withdrawn")
BATCH = 1_000


def run(sessions: sessionmaker[Session], months: int, now: datetime) -> int:
    """Erases the senders whose report ended more than so many months ago, in batches; how many."""
    ended = Report.state.in_(FINAL) & (Report.settled_at < literal(now) - func.make_interval(0, months))
    known = select(Report).join(Sender, Sender.report_id == Report.id).where(ended, Sender.key.is_not(None))
    erased = 0
    while True:
        with sessions.begin() as session:
            found = session.scalars(known.order_by(Report.id).limit(BATCH)).all()
            for report in found:
                senders.erase(session, report)
        erased += len(found)
        if len(found) < BATCH:
            return erased
