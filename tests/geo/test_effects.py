from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo import workflow
from geo.effects import Details
from geo.errors import ConflictError, ForbiddenError, InvalidError
from geo.models import Event, Report, Unit
from geo.permissions import SYSTEM, Actor
from geo.transitions import Action

Make = Callable[..., Report]
OPERATOR = Actor("operator")
MONDAY = datetime(2026, 3, 2, 8, 0, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
TEXT = "Đã cử người đến xem tại chỗ."


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))


def step(
    session: Session, report: Report, action: Action, actor: Actor = SYSTEM, *, at: datetime = MONDAY, **details: object
) -> None:
    said = Details(**({"text": TEXT} | details))  # type: ignore[arg-type]
    workflow.apply(session, report, action, actor, door="api", details=said, now=at)


def sender(report: Report) -> Actor:
    return Actor("sender", report_id=report.id)


def unit(session: Session, code: str) -> int:
    return session.scalars(select(Unit.id).where(Unit.code == code)).one()


def test_a_forward_starts_acceptance_anew_but_wins_no_time(session: Session, make_report: Make) -> None:
    report = make_report(unit="so-y-te", now=MONDAY, accepted=True)
    resolve_due = report.resolve_due
    step(session, report, "forward", at=local("2026-03-03T08:00"), unit_id=unit(session, "so-xay-dung"))
    assert (report.state, report.unit_id) == ("received", unit(session, "so-xay-dung"))
    assert report.accept_due == local("2026-03-03T14:00")
    assert report.resolve_due == resolve_due == local("2026-03-09T08:00")


def test_a_return_goes_back_to_who_forwarded_it(session: Session, make_report: Make) -> None:
    report = make_report(unit="so-y-te")
    step(session, report, "forward", unit_id=unit(session, "so-xay-dung"))
    step(session, report, "return")
    assert report.unit_id == unit(session, "so-y-te")


def test_what_nobody_forwarded_returns_to_the_ioc(session: Session, make_report: Make) -> None:
    report = make_report(unit="so-y-te")
    step(session, report, "return")
    assert report.unit_id == unit(session, "ioc")


def test_no_report_circles(session: Session, make_report: Make) -> None:
    one, other = unit(session, "so-y-te"), unit(session, "so-xay-dung")
    report = make_report(unit="so-y-te")
    for target in (other, one, other):
        step(session, report, "forward", Actor("officer", unit_id=report.unit_id), unit_id=target)
    step(session, report, "forward", Actor("officer", unit_id=other), unit_id=one)
    assert report.unit_id == unit(session, "ioc")  # whatever unit was asked for
    step(session, report, "forward", OPERATOR, unit_id=one)
    assert report.unit_id == one
    for actor, action in ((Actor("officer", unit_id=one), "return"), (OPERATOR, "forward")):
        with pytest.raises(ConflictError, match="cuối cùng"):
            step(session, report, action, actor, unit_id=other)  # type: ignore[arg-type]
    assert report.unit_id == one


def test_a_forward_needs_another_unit(session: Session, make_report: Make) -> None:
    report = make_report(unit="so-y-te")
    for target in (None, 0, report.unit_id):
        with pytest.raises(InvalidError) as refused:
            step(session, report, "forward", unit_id=target)
        assert refused.value.field == "unit"
    assert report.forwards == 0


def test_a_forward_needs_a_unit_that_still_exists(session: Session, make_report: Make) -> None:
    report = make_report()
    with pytest.raises(InvalidError, match="không còn"):
        step(session, report, "forward", unit_id=unit(session, "so-giao-thong-van-tai"))  # merged in March 2025


def test_a_question_stops_the_clock_once(session: Session, make_report: Make) -> None:
    report = make_report(now=MONDAY)
    step(session, report, "ask", at=local("2026-03-02T09:00"))
    assert (report.state, report.accept_due) == ("needs_info", local("2026-03-02T14:00"))
    step(session, report, "supply", sender(report), at=local("2026-03-03T10:00"))
    # A day and an hour of work: both deadlines move by nine hours.
    assert report.accept_due == local("2026-03-03T15:00")
    assert report.resolve_due == local("2026-03-10T09:00")
    step(session, report, "ask", at=local("2026-03-03T10:30"))
    step(session, report, "supply", sender(report), at=local("2026-03-04T10:30"))
    assert report.accept_due == local("2026-03-03T15:00")
    assert report.resolve_due == local("2026-03-10T09:00")


def test_a_question_stops_the_clock_for_five_working_days_at_most(session: Session, make_report: Make) -> None:
    report = make_report(now=MONDAY)
    step(session, report, "ask", at=MONDAY)
    step(session, report, "supply", sender(report), at=local("2026-03-20T08:00"))
    assert report.resolve_due == local("2026-03-16T08:00")


def test_who_was_accepted_once_waits_for_acceptance_again(session: Session, make_report: Make) -> None:
    report = make_report(now=MONDAY, accepted=True)
    step(session, report, "ask", at=local("2026-03-03T08:00"))
    step(session, report, "supply", sender(report), at=local("2026-03-04T08:00"))
    assert report.state == "received"
    assert report.accept_due == local("2026-03-04T14:00")


def test_only_silence_is_rejected(session: Session, make_report: Make) -> None:
    report = make_report(now=MONDAY)
    step(session, report, "ask", at=MONDAY)
    with pytest.raises(ConflictError) as refused:
        step(session, report, "reject", reason="thieu-thong-tin", at=local("2026-03-09T07:59"))
    assert datetime.fromisoformat(refused.value.details["until"]) == local("2026-03-09T08:00")
    step(session, report, "reject", reason="thieu-thong-tin", at=local("2026-03-09T08:00"))
    assert report.state == "rejected"


def test_a_rejection_needs_a_reason_and_a_sentence(session: Session, make_report: Make) -> None:
    report = make_report()
    for details, field in (({"reason": "không"}, "reason"), ({"reason": "khac", "text": " "}, "text")):
        with pytest.raises(InvalidError) as refused:
            step(session, report, "reject", **details)
        assert refused.value.field == field
    step(session, report, "reject", reason="khac")
    data = session.scalars(select(Event.data).where(Event.report_id == report.id, Event.action == "reject")).one()
    assert data == {"reason": "khac"}


def test_two_extensions_and_no_more(session: Session, make_report: Make) -> None:
    report = make_report(now=MONDAY, accepted=True)
    for days in (0, 99, None):
        with pytest.raises(InvalidError):
            step(session, report, "extend", days=days)
    step(session, report, "extend", days=2)
    step(session, report, "extend", days=1)
    assert report.resolve_due == local("2026-03-12T08:00")
    with pytest.raises(ConflictError, match="hai lần"):
        step(session, report, "extend", days=1)


def test_a_result_is_rated_and_closed_in_its_time(session: Session, make_report: Make) -> None:
    report = make_report(now=MONDAY, accepted=True)
    done = MONDAY + timedelta(days=1)
    step(session, report, "resolve", at=done)
    step(session, report, "reply", sender(report), at=done)
    for stars in (0, 6, None):
        with pytest.raises(InvalidError):
            step(session, report, "rate", sender(report), stars=stars)
    step(session, report, "rate", sender(report), stars=2, at=done)
    with pytest.raises(ConflictError):
        step(session, report, "close", at=done + timedelta(days=14, hours=23))
    closed = done + timedelta(days=15)
    step(session, report, "close", at=closed)
    step(session, report, "rate", sender(report), stars=4, at=closed + timedelta(days=30))
    assert (report.state, report.stars) == ("closed", 4)
    with pytest.raises(ConflictError, match="30 ngày"):
        step(session, report, "rate", sender(report), stars=5, at=closed + timedelta(days=30, seconds=1))


def test_a_sender_acts_on_their_own_report_alone(session: Session, make_report: Make) -> None:
    mine, other = make_report(), make_report()
    for stranger in (sender(other), Actor("sender"), Actor("public"), SYSTEM):
        with pytest.raises(ForbiddenError):
            step(session, mine, "withdraw", stranger)
    step(session, mine, "withdraw", sender(mine), at=datetime.now(UTC))
    assert mine.state == "withdrawn"
    assert mine.settled_at is not None


def test_an_event_keeps_what_belongs_to_its_step(session: Session, make_report: Make) -> None:
    report = make_report()
    step(session, report, "accept", stars=10**30, reason="khac", days=3)
    data = session.scalars(select(Event.data).where(Event.report_id == report.id, Event.action == "accept")).one()
    assert data is None
