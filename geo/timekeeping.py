"""What the clock does by itself: settled reports are closed, missed deadlines escalate, once each."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session, sessionmaker

from geo import options, workflow
from geo.errors import QuangnamError
from geo.filters import next_deadline
from geo.models import Event, Report
from geo.permissions import SYSTEM
from geo.transitions import OPEN, Action

BATCH = 500


def to_close(now: datetime) -> Select[int]:
    """The reports whose answer has stood long enough."""
    settled = (
        Report.state.in_(("resolved", "rejected")),
        Report.settled_at <= now - timedelta(days=options.value("close_days")),
    )
    return select(Report.id).where(*settled).order_by(Report.id)


def to_escalate(now: datetime) -> Select[int]:
    """The open reports whose deadline passed without having escalated since, also while the program was down."""
    told = exists().where(Event.report_id == Report.id, Event.action == "escalate", Event.at >= next_deadline())
    # What an operator's own demonstration shows is nobody's failure.
    return select(Report.id).where(Report.state.in_(OPEN), next_deadline() < now, ~told, ~Report.demo)


def keep(sessions: sessionmaker[Session], now: datetime) -> dict[Action, int]:
    """Takes every step that is due, each in a transaction of its own; how many of each."""
    with sessions() as session:
        options.read(session)
    due: dict[Action, Callable[[datetime], Select[int]]] = {"close": to_close, "escalate": to_escalate}
    return {action: sum(_take(sessions, query(now), action, now)) for action, query in due.items()}


def _take(sessions: sessionmaker[Session], query: Select[int], action: Action, now: datetime) -> Iterator[bool]:
    done = 0
    while True:
        with sessions() as session:
            ids = session.scalars(query.where(Report.id > done).limit(BATCH)).all()
        for report_id in ids:
            yield _step(sessions, report_id, action, now)
        if len(ids) < BATCH:
            return
        done = ids[-1]


def _step(sessions: sessionmaker[Session], report_id: int, action: Action, now: datetime) -> bool:
    try:
        with sessions.begin() as session:
            report = session.get_one(Report, report_id, with_for_update={"of": Report})
            query = to_close(now) if action == "close" else to_escalate(now)
            # Another worker, or a person, may have been first.
            if session.scalar(select(func.count()).select_from(query.where(Report.id == report_id).subquery())) == 0:
                return False
            workflow.apply(session, report, action, SYSTEM, door="clock", now=now)
    except QuangnamError:
        return False
    return True
