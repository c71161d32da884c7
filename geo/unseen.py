"""What is urgent and nobody has looked at yet: neither opened by an operator, nor in anybody's hands, nor acted on."""

from datetime import datetime

from sqlalchemy import Select, exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from geo.clock import urgent_of
from geo.models import Claim, Event, Opening, Report
from geo.permissions import Actor
from geo.transitions import OPEN

MOST = 500
_WORKING = ("officer", "head", "operator", "link")


def opened(session: Session, report: Report, who: Actor) -> None:
    """Writes down that an operator has opened a report; the first one counts, others open none here."""
    if who.role != "operator" or who.user_id is None:
        return
    row = insert(Opening).values(report_id=report.id, user_id=who.user_id)
    session.execute(row.on_conflict_do_nothing(index_elements=["report_id"]))


def unseen(now: datetime) -> Select[Report]:
    """A select of the open urgent reports that nobody has seen, the oldest first, MOST at most."""
    acted = exists().where(Event.report_id == Report.id, Event.actor.in_(_WORKING), Event.action != "receive")
    # A claim that ran out without a step leaves the report where it was.
    held = exists().where(Claim.report_id == Report.id, Claim.until > now)
    looked = exists().where(Opening.report_id == Report.id)
    query = select(Report).where(Report.state.in_(OPEN), urgent_of(), ~Report.demo, ~looked, ~held, ~acted)
    return query.order_by(Report.created_at, Report.id).limit(MOST)
