"""Whoever asks since the moment that they were told misses nothing, however late it was committed."""

import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, Engine, select, text
from sqlalchemy.orm import Session, sessionmaker

from geo import workflow
from geo.database import build_engine, build_sessions
from geo.filters import Filters, apply_filters
from geo.mirroring import changed, following, gone
from geo.models import Category, Report, Unit
from geo.permissions import PUBLIC, Actor, visible

STATES = ("received", "in_progress", "resolved", "withdrawn", "closed")
TURNS = 300


@pytest.fixture
def own(fresh_database_url: str) -> Iterator[Engine]:
    engine = build_engine(fresh_database_url, pool_size=20)
    yield engine
    engine.dispose()


@pytest.fixture
def really(own: Engine) -> sessionmaker[Session]:
    """Sessions on connections that are really apart."""
    return build_sessions(own)


class Copy:
    """A mirror of the reports of some filters: their states by code, and the moment from which it asks."""

    def __init__(self, sessions: sessionmaker[Session], filters: Filters) -> None:
        self._sessions, self._filters = sessions, filters
        self.since: datetime | None = None
        self.reports: dict[str, str] = {}

    def whole(self) -> dict[str, str]:
        with self._sessions() as session:
            return self._read(session, None)

    def sync(self) -> None:
        with self._sessions() as session:
            next_time = following(session, timedelta(0))  # a margin would hide what it is not for
        with self._sessions() as session:
            self.reports |= self._read(session, self.since)
        if self.since is not None:
            with self._sessions() as session:
                for code in session.scalars(gone(self.since, self._filters)):
                    self.reports.pop(code, None)
        self.since = next_time

    def _read(self, session: Session, since: datetime | None) -> dict[str, str]:
        query = visible(apply_filters(select(Report.code, Report.state), self._filters), PUBLIC)
        rows = session.execute(changed(query, since) if since else query)
        return {row.code: row.state for row in rows}


class Writers:
    """Several transactions that are open at once, and end in an order of their own."""

    def __init__(self, engine: Engine, luck: random.Random) -> None:
        self._engine, self._luck, self._made = engine, luck, 0
        self._open: list[Connection] = []
        self._busy: dict[Connection, set[str]] = {}
        with Session(engine) as session:
            self._kinds = list(session.scalars(select(Category.id).where(~Category.sensitive)))
            self._unit = session.scalars(select(Unit.id)).first()

    def turn(self) -> None:
        if len(self._open) < 6 and self._luck.random() < 0.5:
            connection = self._engine.connect()
            connection.execute(text("SELECT 1"))  # its moment is now; what it writes comes later
            self._open.append(connection)
            self._busy[connection] = set()
        elif self._open and self._luck.random() < 0.6:
            self._write(self._luck.choice(self._open))
        elif self._open:
            self._end(self._luck.randrange(len(self._open)))

    def finish(self) -> None:
        while self._open:
            self._end(0)

    def _end(self, number: int) -> None:
        connection = self._open.pop(number)
        if self._luck.random() < 0.85:
            connection.commit()
        connection.close()
        del self._busy[connection]

    def _write(self, connection: Connection) -> None:
        busy = set().union(*self._busy.values()) - self._busy[connection]
        rows = [one for one in connection.execute(text("SELECT code FROM reports")).scalars() if one not in busy]
        chance = self._luck.random()
        if chance < 0.4 or not rows:
            self._made += 1
            code = f"QN-0000-{self._made:04d}"
            connection.execute(
                text(
                    "INSERT INTO reports (code, state, version, category_id, unit_id, needs_confirmation, content,"
                    " point, public_point, door, demo) VALUES (:code, 'received', 1, :category, :unit, false, 'x',"
                    " 'SRID=4326;POINT(108.3 15.8)', 'SRID=4326;POINT(108.3 15.8)', 'api', false)"
                ),
                {"code": code, "category": self._luck.choice(self._kinds), "unit": self._unit},
            )
        else:
            code = self._luck.choice(rows)
            change = (
                "DELETE FROM reports WHERE code = :code"
                if chance < 0.5
                else "UPDATE reports SET state = :state, category_id = :category WHERE code = :code"
            )
            values = {"state": self._luck.choice(STATES), "category": self._luck.choice(self._kinds)}
            connection.execute(text(change), {"code": code} | (values if "state" in change else {}))
        self._busy[connection].add(code)


@pytest.mark.parametrize("seed", range(6))
def test_a_copy_that_asks_now_and_then_ends_as_the_whole(own: Engine, really: sessionmaker[Session], seed: int) -> None:
    luck = random.Random(seed)
    writers = Writers(own, luck)
    with really() as session:
        kinds = session.scalars(select(Category.code).where(~Category.sensitive)).all()
    copies = [Copy(really, Filters()), Copy(really, Filters(category=tuple(kinds[:4])))]
    for _turn in range(TURNS):
        writers.turn()
        for copy in copies:
            if luck.random() < 0.1:
                copy.sync()
    writers.finish()
    for copy in copies:
        copy.sync()
        assert copy.reports == copy.whole()
        assert copy.reports


def test_a_moment_is_no_later_than_what_still_runs(own: Engine, really: sessionmaker[Session]) -> None:
    with own.connect() as late, really() as session:
        began = late.execute(text("SELECT now()")).scalar_one()
        session.execute(text("SELECT 1"))
        assert following(session) < began
        late.rollback()
    with really() as session:
        assert following(session) > began.replace(year=began.year - 1)


def test_what_was_withdrawn_or_left_the_filters_is_gone_and_what_stays_is_not(
    session: Session, make_report: Callable[..., Report]
) -> None:
    stays, leaves, moves = (make_report(accepted=one) for one in (True, False, True))
    session.flush()
    since = following(session)
    workflow.apply(session, leaves, "withdraw", Actor("sender", report_id=leaves.id), door="web")
    session.flush()
    assert set(session.scalars(gone(since, Filters()))) == {leaves.code}
    moves.category_id = session.scalars(select(Category.id).where(Category.code == "khac")).one()
    session.flush()
    assert set(session.scalars(gone(since, Filters(category=("giao-thong",))))) == {leaves.code, moves.code}
    assert stays.code not in set(session.scalars(gone(since, Filters())))
