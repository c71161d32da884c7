from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker

from boundaries import lookup
from geo import api_keys, handing_over, succession, workflow
from geo.details import Details
from geo.models import ApiKey, Event, Report, Template, Unit, User, Webhook
from geo.permissions import SYSTEM, Actor, visible

NOW = datetime.now(UTC)
TODAY = lookup.today()
DAY = timedelta(days=1)
OLD, NEW = "cong-ty-moi-truong", "cong-ty-cap-thoat-nuoc"
Make = Callable[..., Report]


def named(session: Session, code: str) -> Unit:
    return session.scalars(select(Unit).where(Unit.code == code)).one()


@pytest.fixture
def merged(session: Session) -> tuple[Unit, Unit]:
    """Two units of which the first ends tomorrow and is merged into the second."""
    old, new = named(session, OLD), named(session, NEW)
    succession.end(session, old, TODAY + DAY, new, TODAY)
    session.commit()
    return old, new


def test_open_reports_follow_on_the_day_and_settled_ones_keep_who_answered(
    session: Session, sessions: sessionmaker[Session], make_report: Make, merged: tuple[Unit, Unit]
) -> None:
    old, new = merged
    received, working = make_report(unit=OLD), make_report(unit=OLD, accepted=True)
    settled, elsewhere = make_report(unit=OLD), make_report(unit="ubnd-503")
    workflow.apply(session, settled, "reject", SYSTEM, door="cli", details=Details(text="Không đủ rõ", reason="khac"))
    session.commit()
    assert handing_over.keep(sessions, NOW) == 0
    assert handing_over.keep(sessions, NOW + DAY) == 2
    assert handing_over.keep(sessions, NOW + DAY) == 0
    session.expire_all()
    assert [one.unit_id for one in (received, working)] == [new.id, new.id]
    assert [one.state for one in (received, working)] == ["received", "in_progress"]
    assert (settled.unit_id, elsewhere.unit.code) == (old.id, "ubnd-503")
    events = session.scalars(select(Event).where(Event.action == "reroute").order_by(Event.id)).all()
    assert [(one.report_id, one.unit_id, one.actor, one.door, one.data) for one in events] == [
        (one.id, new.id, "system", "unit", {"from": OLD}) for one in (received, working)
    ]
    told = session.scalars(text("SELECT args->>'event_id' FROM procrastinate_jobs WHERE task_name = 'tell'")).all()
    assert {str(one.id) for one in events} <= set(told)


def test_officers_keep_their_logins_and_what_they_have_in_hand(
    session: Session,
    sessions: sessionmaker[Session],
    make_report: Make,
    make_user: Callable[..., User],
    merged: tuple[Unit, Unit],
) -> None:
    officer, colleague = make_user("officer", unit=OLD), make_user("head", unit=NEW)
    mine, theirs = make_report(unit=OLD, accepted=True), make_report(unit=NEW)
    who = Actor("officer", unit_id=officer.unit_id, user_id=officer.id)
    workflow.apply(session, mine, "assign", who, door="web", details=Details(user_id=officer.id))
    session.commit()
    handing_over.keep(sessions, NOW + DAY)
    session.expire_all()
    assert officer.unit_id == colleague.unit_id == merged[1].id
    assert mine.assignee_id == officer.id
    seen = session.scalars(visible(select(Report.id), Actor("officer", unit_id=officer.unit_id))).all()
    assert {mine.id, theirs.id} <= set(seen)


def test_keys_webhooks_and_replies_follow(
    session: Session, sessions: sessionmaker[Session], merged: tuple[Unit, Unit]
) -> None:
    new = merged[1]
    for units in ([OLD], [OLD, NEW]):
        api_keys.grant(session, name="Hệ thống của công ty", scope="steps", units=units, per_minute=60, days=30)
    session.add(Webhook(unit_id=merged[0].id, url="https://a.example.vn", key="x"))
    session.add(Template(unit_id=merged[0].id, action="resolve", title="Đã xong", text="Đã làm xong."))
    session.commit()
    handing_over.keep(sessions, NOW + DAY)
    session.expire_all()
    assert [[unit.code for unit in key.units] for key in session.scalars(select(ApiKey))] == [[NEW], [NEW]]
    assert session.scalars(select(Webhook.unit_id)).all() == session.scalars(select(Template.unit_id)).all() == [new.id]


def test_what_a_unit_without_an_heir_has_goes_to_the_ioc_and_its_accounts_stay(
    session: Session, sessions: sessionmaker[Session], make_report: Make, make_user: Callable[..., User]
) -> None:
    old = named(session, OLD)
    officer, report = make_user("officer", unit=OLD), make_report(unit=OLD)
    succession.end(session, old, TODAY, None, TODAY)
    session.commit()
    assert handing_over.keep(sessions, NOW) == 1
    session.expire_all()
    assert (report.unit.code, officer.unit_id) == ("ioc", old.id)


def test_chains_are_followed_to_their_end_by_a_worker_that_was_away(
    session: Session, sessions: sessionmaker[Session], make_report: Make, merged: tuple[Unit, Unit]
) -> None:
    succession.end(session, merged[1], TODAY + 2 * DAY, named(session, "so-xay-dung"), TODAY)
    report = make_report(unit=OLD)
    session.commit()
    handing_over.keep(sessions, NOW + 7 * DAY)
    session.expire_all()
    assert report.unit.code == "so-xay-dung"
    assert len(session.scalars(select(Event).where(Event.action == "reroute", Event.report_id == report.id)).all()) == 1


def test_a_report_is_returned_to_whoever_goes_on(
    session: Session, sessions: sessionmaker[Session], make_report: Make, merged: tuple[Unit, Unit]
) -> None:
    report = make_report(unit=OLD)
    other = named(session, "ubnd-503")
    workflow.apply(session, report, "forward", SYSTEM, door="cli", details=Details(unit_id=other.id))
    said = Details(text="Không thuộc địa bàn này.")
    workflow.apply(session, report, "return", SYSTEM, door="cli", details=said, now=NOW + DAY)
    assert report.unit_id == merged[1].id
