"""Steps beside a switch: no open report stays at a committee that is gone."""

import threading
from datetime import UTC, datetime

import numpy as np
import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker

from api import explaining
from api.intake import Second, submit
from boundaries import activation, due, open_reports, stragglers, turns
from boundaries.models import Assignment, Edition
from geo import workflow
from geo.details import Details
from geo.errors import ConflictError, InvalidError
from geo.models import Event, Report, Unit
from geo.permissions import Actor
from geo.reports import Draft
from geo.settings import Settings
from tests.boundaries.opened import SECRET, TEXT, receive, step_

NONG_SON = (107.98, 15.68)  # 519, which 2025-01 gives to Quế Sơn (509)
HOI_AN = (108.338, 15.8794)  # 503
OPERATOR = Actor("operator")
BLOCKED = """
    SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()
    """


def unit(session: Session, code: str) -> int:
    return session.scalars(select(Unit.id).where(Unit.code == code)).one()


def code_of(session: Session, report_id: int) -> str:
    return session.scalars(
        select(Unit.code).join(Report, Report.unit_id == Unit.id).where(Report.id == report_id)
    ).one()


def forward(session: Session, report_id: int, code: str) -> None:
    said = Details(unit_id=unit(session, code), text=TEXT)
    workflow.apply(session, session.get_one(Report, report_id), "forward", OPERATOR, door="web", details=said)


def lagging(own: sessionmaker[Session], settings: Settings) -> int:
    """A report that somebody forwarded to Nông Sơn while an edition without it came into force; its id."""
    with own.begin() as session:
        report = receive(session, settings, *HOI_AN, 5.0).id
    with own.begin() as switching:
        activation.activate(switching, "2025-01", settings=settings)
        with own.begin() as session:
            forward(session, report, "ubnd-519")
    return report


def test_what_was_forwarded_beside_a_switch_is_routed_anew(own: sessionmaker[Session], settings: Settings) -> None:
    report = lagging(own, settings)
    with own() as session:
        assert code_of(session, report) == "ubnd-519"
        jobs = session.scalars(text("SELECT task_name FROM procrastinate_jobs WHERE task_name = 'switch'")).all()
    assert jobs == ["switch"]  # which is this, right after the commit
    assert due.activate(own, settings, datetime.now(UTC)) == []
    with own() as session:
        assert code_of(session, report) == "ubnd-503"
        last = session.scalars(select(Event).where(Event.report_id == report).order_by(Event.id.desc()).limit(1)).one()
        assert (last.action, last.actor, last.door, last.data) == ("reroute", "system", "gone", {"from": "ubnd-519"})
        mine = select(Assignment).where(Assignment.report_id == report).order_by(Assignment.id.desc()).limit(1)
        why = session.scalars(mine).one()
        assert (why.area_code, why.unit_id, why.at) == ("503", unit(session, "ubnd-503"), last.at)
        told = session.scalars(text("SELECT args->>'event_id' FROM procrastinate_jobs WHERE task_name = 'tell'")).all()
        assert str(last.id) in told
        steps = explaining.explain(session, session.get_one(Report, report), "en", inside=True)
        assert (steps[-1].by, steps[-1].unit.code, steps[-1].code) == ("unit", "ubnd-503", "inside")
    assert stragglers.keep(own, settings) == 0


def test_where_nobody_chose_the_unit_of_what_was_routed_anew_nobody_is_said_to_have(
    own: sessionmaker[Session], settings: Settings
) -> None:
    report = np.array([lagging(own, settings)])
    with own() as session:
        assert open_reports.read(session, report).by_hand.tolist() == [True]
    stragglers.keep(own, settings)
    with own() as session:
        assert open_reports.read(session, report).by_hand.tolist() == [False]


@pytest.mark.parametrize("moved", [False, True])
def test_an_undo_brings_back_what_was_routed_anew_beside_the_switch(
    own: sessionmaker[Session], settings: Settings, moved: bool
) -> None:
    report = lagging(own, settings)
    stragglers.keep(own, settings)
    with own.begin() as session:
        if moved:
            forward(session, report, "ubnd-507")
        activation.undo(session, "2025-01", settings=settings)
    with own() as session:
        assert code_of(session, report) == ("ubnd-507" if moved else "ubnd-519")


def test_while_another_switch_is_at_work_they_wait_for_the_next_minute(
    own: sessionmaker[Session], settings: Settings
) -> None:
    report = lagging(own, settings)
    with own.begin() as session:
        turns.alone(session)
        assert stragglers.keep(own, settings) == 0
    with own.begin() as session:
        session.get_one(Report, report, with_for_update=True)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(turns, "_ROWS", "100ms")
            assert stragglers.keep(own, settings) == 0
    assert stragglers.keep(own, settings) == 1


def test_what_an_older_release_left_behind_is_left_to_an_administrator(
    own: sessionmaker[Session], settings: Settings
) -> None:
    lagging(own, settings)
    with own.begin() as session:
        session.execute(text("DELETE FROM moved_reports"))
        session.execute(text("DELETE FROM activations"))
    assert stragglers.keep(own, settings) == 0


def test_a_report_under_a_step_when_the_door_is_closed_is_moved_once_that_step_ended(
    own: sessionmaker[Session], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with own.begin() as session:
        report = receive(session, settings, *HOI_AN, 5.0).id
    stepping, over, real = own(), threading.Event(), turns.close

    def end() -> None:
        with own() as watching:
            while not over.is_set() and not watching.scalar(text(BLOCKED)):
                watching.rollback()
        stepping.commit()
        stepping.close()

    ending = threading.Thread(target=end)

    def close(session: Session) -> None:
        real(session)
        with own.begin() as other:
            forward(other, report, "ubnd-519")
        said = Details(urgent=True, text=TEXT)
        one = stepping.get_one(Report, report)
        workflow.apply(stepping, one, "urgency", OPERATOR, door="web", details=said)
        ending.start()

    monkeypatch.setattr(turns, "close", close)
    monkeypatch.setattr(turns, "wait", lambda _session: None)
    with own.begin() as session:
        activation.activate(session, "2025-01", settings=settings)
        over.set()
    ending.join()
    with own() as session:
        assert code_of(session, report) == "ubnd-503"
        assert session.get_one(Report, report).urgent


def test_no_step_names_or_confirms_a_unit_that_is_gone(session: Session, settings: Settings) -> None:
    here, sent = receive(session, settings, *NONG_SON, 5.0), receive(session, settings, *NONG_SON, 5.0)
    forward(session, sent.id, "ubnd-503")
    activation.activate(session, "2025-01", settings=settings)
    with pytest.raises(InvalidError, match="không còn hoạt động"):
        forward(session, here.id, "ubnd-519")
    workflow.apply(session, sent, "return", OPERATOR, door="web", details=Details(text=TEXT))
    assert sent.unit.kind == "ioc"
    sent.unit_id, sent.needs_confirmation = unit(session, "ubnd-519"), True
    session.flush()
    with pytest.raises(ConflictError, match="không còn hoạt động"):
        workflow.apply(session, sent, "confirm", OPERATOR, door="web", details=Details(text=TEXT))


@pytest.mark.parametrize("settled", [False, True])
def test_what_is_split_off_goes_where_somebody_still_is(session: Session, settings: Settings, settled: bool) -> None:
    kind = "an-ninh-trat-tu"
    lead, follower = (receive(session, settings, *NONG_SON, 5.0, category=kind) for _ in range(2))
    step_(session, follower, "merge", lead_id=lead.id)
    step_(session, lead, "accept")
    if settled:
        step_(session, lead, "resolve")
    activation.activate(session, "2025-01", settings=settings)
    session.refresh(follower)
    workflow.apply(session, follower, "split", OPERATOR, door="web", details=Details(text=TEXT))
    assert follower.state == "received"
    assert code_of(session, follower.id) == ("ioc" if settled else "ubnd-509")


def test_a_second_report_follows_where_the_unit_of_the_first_answer_is_gone(
    own: sessionmaker[Session], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with own.begin() as session:
        firsts = [receive(session, settings, *NONG_SON, 5.0, category="an-ninh-trat-tu") for _ in range(2)]
        for one in firsts:
            step_(session, one, "accept")
            step_(session, one, "resolve")
    before = disputed(own, settings, firsts[0].id)
    real, done = turns.still, threading.Event()

    def still(session: Session, edition: Edition | None) -> bool:
        if not done.is_set():
            done.set()
            with own.begin() as switching:
                activation.activate(switching, "2025-01", settings=settings)
        return real(session, edition)

    # The other one comes in while the edition changes.
    monkeypatch.setattr(turns, "still", still)
    beside = disputed(own, settings, firsts[1].id)
    with own() as session:
        assert [code_of(session, one) for one in (before, beside)] == ["ubnd-509", "ubnd-509"]


def disputed(own: sessionmaker[Session], settings: Settings, first: int) -> int:
    """The id of a second report by the sender of a settled one."""
    with own.begin() as session:
        who, words = Actor("sender", report_id=first), "Vẫn chưa xong đâu"
        second = Second(session.get_one(Report, first), who, Details(text=words))
        draft = Draft("Trần Bưởi", "+84905123456", "an-ninh-trat-tu", words, *NONG_SON, "api")
        submit(session, settings, draft, secret=SECRET, second=second)
    with own() as session:
        return session.scalars(select(Report.id).where(Report.second_of_id == first)).one()
