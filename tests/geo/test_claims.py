"""Who has a report in hand, and what that means for the others."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from geo import claims, options, workflow
from geo.claims import ClaimedError
from geo.database import build_engine
from geo.details import Details
from geo.errors import ForbiddenError
from geo.models import Claim, Report, Unit, User
from geo.permissions import SYSTEM, Actor
from tests.geo.test_at_once import received

Make = Callable[..., Any]
NOW = datetime(2026, 11, 27, 20, 0, tzinfo=UTC)
HELD = timedelta(minutes=options.OPTIONS["claim_minutes"].default)
SAID = Details(text="Một câu đủ dài.")


def actor(user: User) -> Actor:
    return Actor(user.role, unit_id=user.unit_id, user_id=user.id)  # type: ignore[arg-type]


@pytest.fixture
def sen(make_user: Make) -> Actor:
    return actor(make_user("operator", name="Lê Thị Sen"))


@pytest.fixture
def mai(make_user: Make) -> Actor:
    return actor(make_user("operator", name="Võ Thị Mai"))


def holder(session: Session, report: Report, now: datetime = NOW) -> int | None:
    held = claims.current(session, [report.id], now).get(report.id)
    return held.user_id if held else None


def test_one_has_it_until_it_runs_out_or_is_given_back(
    session: Session, make_report: Make, sen: Actor, mai: Actor
) -> None:
    report = make_report()
    assert claims.claim(session, report, sen, NOW).until == NOW + HELD
    with pytest.raises(ClaimedError) as told:
        claims.claim(session, report, mai, NOW + HELD / 2)
    assert told.value.details == {"by": "Lê Thị Sen", "until": (NOW + HELD).isoformat()}
    claims.release(session, report, mai)  # what is not hers she can't give back
    assert holder(session, report) == sen.user_id
    assert claims.claim(session, report, mai, NOW + HELD).user_id == mai.user_id
    claims.release(session, report, mai)
    assert holder(session, report, NOW + HELD) is None


def test_steps_of_others_wait_until_it_is_taken_over(
    session: Session, make_report: Make, sen: Actor, mai: Actor
) -> None:
    report = make_report()
    claims.claim(session, report, sen, NOW)
    with pytest.raises(ClaimedError):
        workflow.apply(session, report, "accept", mai, door="web", now=NOW)
    assert report.state == "received"
    claims.claim(session, report, mai, NOW, over=True)
    workflow.apply(session, report, "accept", mai, door="web", now=NOW)
    with pytest.raises(ClaimedError):
        workflow.apply(session, report, "progress", sen, door="web", now=NOW, details=SAID)


def test_neither_the_sender_nor_the_clock_is_stopped(session: Session, make_report: Make, sen: Actor) -> None:
    report = make_report()
    claims.claim(session, report, sen, NOW)
    workflow.apply(session, report, "escalate", SYSTEM, door="clock", now=NOW)
    workflow.apply(session, report, "withdraw", Actor("sender", report_id=report.id), door="web", now=NOW)
    assert holder(session, report) is None


def test_a_step_renews_it_and_the_last_one_ends_it(session: Session, make_report: Make, sen: Actor) -> None:
    report = make_report(category="y-te-suc-khoe")
    claims.claim(session, report, sen, NOW)
    later = NOW + HELD * 0.9
    workflow.apply(session, report, "accept", sen, door="web", now=later)
    assert holder(session, report, NOW + HELD * 1.5) == sen.user_id
    workflow.apply(session, report, "resolve", sen, door="web", now=later, details=SAID)
    assert holder(session, report, later) is None


def test_what_is_forwarded_is_in_nobodys_hands(session: Session, make_report: Make, sen: Actor) -> None:
    report = make_report()
    claims.claim(session, report, sen, NOW)
    there = session.scalars(select(Unit.id).where(Unit.code == "ubnd-503")).one()
    workflow.apply(session, report, "forward", sen, door="web", now=NOW, details=Details(unit_id=there))
    assert holder(session, report) is None


def test_those_who_may_not_act_on_it_can_not_take_it(session: Session, make_report: Make, make_user: Make) -> None:
    report = make_report(unit="ubnd-503")
    for stranger in (actor(make_user("officer", unit="ubnd-502")), actor(make_user("planner")), Actor("sender")):
        with pytest.raises(ForbiddenError):
            claims.claim(session, report, stranger, NOW)


def test_of_many_at_one_moment_one_has_it(fresh_database_url: str) -> None:
    engine = build_engine(fresh_database_url, pool_size=8)
    sessions = sessionmaker(engine)
    with sessions.begin() as session:
        number = received(session)
        people = [User(role="operator", email=f"{one}@example.vn", name=f"Người {one}") for one in range(8)]
        session.add_all(people)
        session.flush()
        actors = [actor(one) for one in people]
    everyone = Barrier(8)

    def take(who: Actor) -> int | None:
        with sessions.begin() as session:
            report = session.get_one(Report, number)
            everyone.wait(30)
            try:
                return claims.claim(session, report, who, NOW).user_id
            except ClaimedError:
                return None

    with ThreadPoolExecutor(8) as pool:
        won = [one for one in pool.map(take, actors) if one is not None]
    assert len(won) == 1
    with sessions() as session:
        assert session.scalars(select(Claim.user_id)).all() == won
    engine.dispose()
