from collections.abc import Callable

import psycopg
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo import reports, workflow
from geo.database import build_engine
from geo.effects import Details
from geo.errors import ConflictError, ForbiddenError
from geo.models import Event, Report, ReportUnit, Unit
from geo.permissions import SYSTEM, Actor
from geo.reports import Draft
from geo.transitions import possible

Make = Callable[..., Report]


def test_receiving_and_accepting_are_written_down(session: Session, make_report: Make) -> None:
    report = make_report()
    assert (report.state, report.version, report.published_at) == ("received", 1, None)
    workflow.apply(session, report, "accept", SYSTEM, door="cli", version=1, details=Details(text="ok"))
    session.expire(report)
    assert (report.state, report.version) == ("in_progress", 2)
    assert report.published_at is not None
    lines = session.execute(
        select(Event.action, Event.from_state, Event.to_state, Event.actor, Event.door, Event.text)
        .where(Event.report_id == report.id)
        .order_by(Event.id)
    ).all()
    assert [tuple(line) for line in lines] == [
        ("receive", None, "received", "sender", "api", None),
        ("accept", "received", "in_progress", "system", "cli", "ok"),
    ]


def test_a_second_accept_is_a_conflict_that_says_what_is_possible(session: Session, make_report: Make) -> None:
    report = make_report(accepted=True)
    with pytest.raises(ConflictError) as refused:
        workflow.apply(session, report, "accept", SYSTEM, door="cli")
    assert refused.value.details == {"possible": possible("in_progress", "system")}
    assert "Đang xử lý" in str(refused.value)


def test_who_saw_an_older_version_is_told(session: Session, make_report: Make) -> None:
    report = make_report()
    with pytest.raises(ConflictError):
        workflow.apply(session, report, "accept", SYSTEM, door="cli", version=7)
    assert report.state == "received"


def test_only_officers_of_the_unit_accept(session: Session, make_report: Make) -> None:
    report = make_report(unit="so-y-te")
    for actor in (Actor("sender"), Actor("public"), Actor("officer", unit_id=report.unit_id + 1)):
        with pytest.raises(ForbiddenError):
            workflow.apply(session, report, "accept", actor, door="api")
    workflow.apply(session, report, "accept", Actor("officer", unit_id=report.unit_id), door="api")
    assert report.state == "in_progress"


def test_candidates_are_kept_beside_the_responsible_unit(session: Session, make_report: Make) -> None:
    report = make_report()
    other = session.scalars(select(Unit.id).where(Unit.code == "so-y-te")).one()
    workflow.apply(session, report, "receive", Actor("sender"), door="api", candidates=[other])
    rows = session.execute(select(ReportUnit.unit_id, ReportUnit.role).where(ReportUnit.report_id == report.id)).all()
    assert [tuple(row) for row in rows] == [(other, "candidate")]


def test_listeners_wake_up_when_the_step_is_committed(fresh_database_url: str) -> None:
    engine = build_engine(fresh_database_url)
    with psycopg.connect(fresh_database_url, autocommit=True) as listener:
        listener.execute(f"LISTEN {workflow.CHANNEL}")
        with Session(engine) as session:
            category = reports.category(session, "giao-thong")
            unit = session.scalars(select(Unit.id).where(Unit.code == "ioc")).one()
            draft = Draft("A B", "+84905123456", "giao-thong", "nội dung", 108.0, 15.0, "api")
            report = reports.create(
                session,
                draft,
                category=category,
                unit_id=unit,
                area_code=None,
                commune_code=None,
                needs_confirmation=False,
                token="t",
                secret=b"a key for tests only",
            )
            workflow.apply(session, report, "receive", Actor("sender"), door="api")
            listener.execute("SELECT 1")
            assert list(listener.notifies(timeout=0)) == []
            session.commit()
        assert [note.payload for note in listener.notifies(timeout=10, stop_after=1)] == [""]
    engine.dispose()
