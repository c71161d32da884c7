"""What the clock does by itself, also after nobody looked at it for a while."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from geo import timekeeping, workflow
from geo.details import Details
from geo.models import Event, Report, ReportUnit
from geo.permissions import SYSTEM

Make = Callable[..., Any]


def actions(session: Session, report: Report) -> list[str]:
    return list(session.scalars(select(Event.action).where(Event.report_id == report.id).order_by(Event.id)))


def test_a_missed_deadline_escalates_once_and_the_next_one_again(
    session: Session, sessions: sessionmaker[Session], make_report: Make
) -> None:
    report, in_time = make_report(unit="ubnd-503"), make_report()
    now = datetime.now(UTC)
    report.accept_due = now - timedelta(days=3)  # the program was down since
    in_time.accept_due = now + timedelta(minutes=1)
    session.flush()
    assert timekeeping.keep(sessions, now)["escalate"] == 1
    assert timekeeping.keep(sessions, now + timedelta(seconds=30))["escalate"] == 0
    session.expire_all()
    assert actions(session, report) == ["receive", "escalate"]
    assert "watching" in session.scalars(select(ReportUnit.role).where(ReportUnit.report_id == report.id)).all()
    workflow.apply(session, report, "accept", SYSTEM, door="cli")
    report.resolve_due = datetime.now(UTC) + timedelta(hours=1)
    session.flush()
    later = datetime.now(UTC) + timedelta(hours=2)
    assert timekeeping.keep(sessions, now)["escalate"] == 0
    # The event that was written before that moment is not about this deadline.
    assert session.scalars(timekeeping.to_escalate(later).where(Report.id == report.id)).all() == [report.id]


def test_what_was_answered_is_closed_after_fifteen_days(
    session: Session, sessions: sessionmaker[Session], make_report: Make
) -> None:
    report = make_report(accepted=True)
    workflow.apply(session, report, "resolve", SYSTEM, door="cli", details=Details(text="Đã vá xong sáng nay."))
    settled = report.settled_at
    assert settled is not None
    assert timekeeping.keep(sessions, settled + timedelta(days=14, hours=23))["close"] == 0
    assert timekeeping.keep(sessions, settled + timedelta(days=15))["close"] == 1
    session.refresh(report)
    assert report.state == "closed"
    assert timekeeping.keep(sessions, settled + timedelta(days=16))["close"] == 0


def test_the_demonstrations_deadlines_are_nobodys(
    session: Session, sessions: sessionmaker[Session], make_report: Make
) -> None:
    report = make_report()
    report.demo, report.accept_due = True, datetime.now(UTC) - timedelta(days=1)
    session.flush()
    assert timekeeping.keep(sessions, datetime.now(UTC))["escalate"] == 0
