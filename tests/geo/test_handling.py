from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo import workflow
from geo.details import Details
from geo.errors import ConflictError, ForbiddenError, InvalidError
from geo.filters import public_content, published
from geo.models import Event, Report, ReportUnit, Unit, User
from geo.permissions import SYSTEM, Actor
from geo.transitions import Action

Make = Callable[..., Report]
TEXT = "Một câu đủ dài."


def step(session: Session, report: Report, action: Action, actor: Actor = SYSTEM, **details: object) -> None:
    workflow.apply(session, report, action, actor, door="api", details=Details(**({"text": TEXT} | details)))  # type: ignore[arg-type]


def person(session: Session, report: Report, role: str = "officer", name: str = "a") -> Actor:
    user = User(email=f"{name}@example.vn", name="Cán bộ", role=role, unit_id=report.unit_id)
    session.add(user)
    session.flush()
    return Actor(role, unit_id=user.unit_id, user_id=user.id)  # type: ignore[arg-type]


def actions(session: Session, report: Report) -> list[str]:
    return list(session.scalars(select(Event.action).where(Event.report_id == report.id).order_by(Event.id)))


def test_who_accepts_works_on_it_and_a_head_gives_it_to_another(session: Session, make_report: Make) -> None:
    report = make_report()
    first, second = person(session, report), person(session, report, name="b")
    head = person(session, report, "head", "h")
    step(session, report, "accept", first)
    assert report.assignee_id == first.user_id
    with pytest.raises(ForbiddenError):
        step(session, report, "assign", first, user_id=second.user_id)
    step(session, report, "assign", head, user_id=second.user_id)
    assert report.assignee_id == second.user_id
    other = session.scalars(select(Unit.id).where(Unit.code == "so-y-te")).one()
    step(session, report, "forward", head, unit_id=other)
    assert report.assignee_id is None
    with pytest.raises(InvalidError):
        step(session, report, "assign", Actor("operator"), user_id=second.user_id)


def test_a_result_waits_for_the_head_where_the_unit_wants_it(session: Session, make_report: Make) -> None:
    report = make_report(accepted=True)
    report.unit.approves_results = True
    officer, head = person(session, report), person(session, report, "head", "h")
    step(session, report, "resolve", officer, text="Đã vá ổ gà.", pictures=1)
    assert report.state == "in_progress"
    with pytest.raises(ForbiddenError):
        step(session, report, "approve", officer)
    step(session, report, "decline", head)
    with pytest.raises(ConflictError):
        step(session, report, "approve", head)
    step(session, report, "resolve", officer, text="Đã vá và dọn sạch.", pictures=1)
    step(session, report, "approve", head)
    assert (report.state, report.waiting) == ("resolved", None)
    assert actions(session, report)[-3:] == ["propose", "approve", "resolve"]
    last = session.scalars(select(Event.text).where(Event.report_id == report.id).order_by(Event.id.desc())).first()
    assert last == "Đã vá và dọn sạch."


def test_an_urgent_report_is_due_sooner_and_never_later(session: Session, make_report: Make) -> None:
    report = make_report()
    before = (report.accept_due, report.resolve_due)
    step(session, report, "urgency", urgent=True)
    assert report.accept_due is not None
    assert report.resolve_due is not None
    assert report.accept_due <= before[0]
    assert report.resolve_due - report.created_at < timedelta(days=1, minutes=5)
    with pytest.raises(ConflictError):
        step(session, report, "urgency", urgent=True)
    step(session, report, "urgency", urgent=False)
    assert (report.accept_due, report.resolve_due) == before


def test_what_is_hidden_or_redacted_is_not_read(session: Session, make_report: Make) -> None:
    report = make_report(accepted=True)
    query = select(published(), public_content()).where(Report.id == report.id)
    step(session, report, "redact", content="Ổ gà trước nhà bà …")
    assert session.execute(query).one() == (True, "Ổ gà trước nhà bà …")
    step(session, report, "hide")
    assert session.execute(query).one()[0] is False
    step(session, report, "show")
    assert session.execute(query).one()[0] is True
    step(session, report, "redact", content=report.content)
    assert report.redacted is None


def test_the_ioc_reroutes_confirms_and_watches(session: Session, make_report: Make) -> None:
    report = make_report()
    report.needs_confirmation = True
    session.flush()
    step(session, report, "confirm")
    with pytest.raises(ConflictError):
        step(session, report, "confirm")
    other = session.scalars(select(Unit.id).where(Unit.code == "so-y-te")).one()
    with pytest.raises(ForbiddenError):
        step(session, report, "reroute", Actor("officer", unit_id=report.unit_id), unit_id=other)
    step(session, report, "reroute", Actor("operator"), unit_id=other)
    assert (report.unit_id, report.forwards) == (other, 0)
    step(session, report, "escalate")
    step(session, report, "escalate")
    roles = session.scalars(select(ReportUnit.role).where(ReportUnit.report_id == report.id)).all()
    assert roles == ["watching"]


def test_merged_reports_follow_a_lead_until_they_are_split(session: Session, make_report: Make) -> None:
    lead, other = make_report(), make_report()
    step(session, other, "merge", lead_id=lead.id)
    assert (other.state, other.lead_id) == ("merged", lead.id)
    with pytest.raises(ConflictError):
        step(session, lead, "merge", lead_id=make_report().id)
    with pytest.raises(ConflictError):
        step(session, make_report(), "merge", lead_id=other.id)
    with pytest.raises(InvalidError):
        step(session, lead, "merge", lead_id=lead.id)
    step(session, other, "split")
    assert (other.state, other.lead_id) == ("received", None)


def test_when_the_lead_is_withdrawn_its_followers_are_answered_on_their_own(
    session: Session, make_report: Make
) -> None:
    lead, other = make_report(), make_report()
    step(session, other, "merge", lead_id=lead.id)
    step(session, lead, "withdraw", Actor("sender", report_id=lead.id))
    session.refresh(other)
    assert (other.state, other.lead_id, actions(session, other)[-1]) == ("received", None, "split")


def test_a_place_whose_trouble_comes_back_is_counted(session: Session, make_report: Make) -> None:
    for _number in range(2):
        done = make_report(accepted=True)
        step(session, done, "resolve")
    again = make_report()
    step(session, again, "accept")
    assert again.recurrence == 3
