"""Several people take a step on one report at the same moment, each on a connection of their own."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from geo import reports, workflow
from geo.database import build_engine
from geo.effects import Details
from geo.errors import ConflictError
from geo.models import Event, Report, Unit
from geo.permissions import SYSTEM, Actor
from geo.reports import Draft
from geo.transitions import Action


def received(session: Session) -> int:
    draft = Draft("A B", "+84905123456", "giao-thong", "nội dung", 108.0, 15.0, "api")
    report = reports.create(
        session,
        draft,
        category=reports.category(session, "giao-thong"),
        unit_id=session.scalars(select(Unit.id).where(Unit.code == "ioc")).one(),
        area_code=None,
        commune_code=None,
        needs_confirmation=False,
        token="t",
        secret=b"a key for tests only",
    )
    workflow.apply(session, report, "receive", Actor("sender"), door="api")
    return report.id


def test_one_wins_and_the_others_are_told(fresh_database_url: str) -> None:
    engine = build_engine(fresh_database_url, pool_size=8)
    sessions = sessionmaker(engine)
    with sessions.begin() as session:
        number = received(session)
    everyone = Barrier(8)

    def take(action: Action, actor: Actor, version: int | None) -> str:
        with sessions() as session, session.begin():
            report = session.get_one(Report, number)  # as it was before anybody's step
            everyone.wait(30)
            try:
                said = Details(text="Một câu đủ dài.", reason="khac")
                workflow.apply(session, report, action, actor, door="api", version=version, details=said)
            except ConflictError:
                return "told"
        return action

    sender = Actor("sender", report_id=number)
    # Half of them name the version they saw; for the others the state alone decides.
    tries = [("reject", SYSTEM, 1), ("withdraw", sender, 1), ("reject", SYSTEM, None), ("withdraw", sender, None)] * 2
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda one: take(*one), tries))
    won = [outcome for outcome in outcomes if outcome != "told"]
    assert len(won) == 1
    with sessions() as session:
        report = session.get_one(Report, number)
        assert (report.state, report.version) == ({"reject": "rejected", "withdraw": "withdrawn"}[won[0]], 2)
        assert session.scalar(select(func.count()).select_from(Event).where(Event.report_id == number)) == 2
    engine.dispose()
