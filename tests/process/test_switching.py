"""An edition comes into force while reports come in through the real door: none is lost, none goes the old way."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from boundaries import activation, editions, scheduling, turns
from boundaries.models import Activation, Assignment, Edition
from geo.errors import ConflictError
from geo.models import Event, Report, Unit
from tests.boundaries.opened import province
from tests.browser.conftest import Live, Serve, serve
from tests.sse import Reader

__all__ = ["serve"]
NONG_SON, HOI_AN = (107.98, 15.68), (108.338, 15.8794)
SENDERS, PACE = 2, 0.05  # seconds between two reports of one of them
WAITING = """
    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
    AND query LIKE '%FOR NO KEY UPDATE%'
    """


@pytest.fixture
def live(serve: Serve) -> Live:
    many = 1_000_000
    return serve(limit_address_hour=many, limit_phone_hour=many, limit_device_hour=many)


class Senders:
    """People who send one report after another until they are stopped."""

    def __init__(self, url: str) -> None:
        self.taken: dict[str, str] = {}  # code → unit, as the door said
        self.refused: list[Any] = []
        self._url, self._over = url, threading.Event()
        self._came = threading.Condition()
        self._threads = [threading.Thread(target=self._send, args=(number,)) for number in range(SENDERS)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def more(self, count: int) -> None:
        """Waits until so many more were taken."""
        with self._came:
            wanted = len(self.taken) + count
            assert self._came.wait_for(lambda: len(self.taken) >= wanted or self.refused, 60), self.refused

    def stop(self) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(60)

    def _send(self, number: int) -> None:
        with httpx.Client(base_url=self._url, timeout=60) as http:
            while not self._over.wait(PACE):
                lon, lat = NONG_SON if number % 2 == 0 else HOI_AN
                body = {
                    "name": "Trần Thị Bưởi", "phone": f"09051234{number:02}", "truthful": True,
                    "category": "giao-thong", "content": "Ổ gà lớn trước cổng chợ", "lon": lon, "lat": lat,
                }  # fmt: skip
                answer = http.post("/api/v1/reports", json=body)
                with self._came:
                    if answer.status_code == 201:
                        self.taken[answer.json()["code"]] = answer.json()["unit"]["code"]
                    else:
                        self.refused.append(answer.text)
                    self._came.notify_all()


@contextmanager
def sending(url: str) -> Iterator[Senders]:
    senders = Senders(url)
    senders.start()
    try:
        yield senders
    finally:
        senders.stop()


def stored(session: Session) -> dict[str, tuple[str, str | None, str | None]]:
    """Code → unit, area and the edition of the newest explanation."""
    newest = select(func.max(Assignment.id)).group_by(Assignment.report_id)
    query = (
        select(Report.code, Unit.code, Report.area_code, Edition.code)
        .join(Unit, Unit.id == Report.unit_id)
        .join(Assignment, Assignment.report_id == Report.id)
        .join(Edition, Edition.id == Assignment.edition_id)
        .where(Assignment.id.in_(newest))
    )
    return {code: (unit, area, edition) for code, unit, area, edition in session.execute(query)}


def test_whoever_sends_meanwhile_is_taken_and_goes_the_new_way(live: Live) -> None:
    with sending(live.url) as senders:
        senders.more(10)
        for edition, work in (
            ("2025-01", activation.activate),
            ("2025-07", activation.activate),
            ("2025-07", activation.undo),
            ("2025-01", activation.undo),
            ("2025-07", activation.activate),
        ):
            with live.sessions.begin() as session:
                work(session, edition, settings=live.settings)
            senders.more(10)
    assert senders.refused == []
    with live.sessions() as session:
        found = stored(session)
        assert found.keys() == senders.taken.keys()
        # Written after the switch by what was in force before, one would have that edition's line as its newest.
        assert {edition for _unit, _area, edition in found.values()} == {"2025-07"}
        assert {unit for unit, _area, _edition in found.values()} == {f"ubnd-{area}" for _u, area, _e in found.values()}
        # What a sender was told is what it was when it came.
        first = select(Report.code, Unit.code).join(Event, Event.report_id == Report.id)
        first = first.join(Unit, Unit.id == Event.unit_id).where(Event.action == "receive")
        assert dict(session.execute(first).all()) == senders.taken


def test_a_switch_is_one_event_of_the_stream(live: Live) -> None:
    with live.sessions.begin() as session:
        province(session, live.settings, 40)
    with Reader(live.url) as reader:
        reader.known()
        with live.sessions.begin() as session:
            counts = activation.activate(session, "2025-07", settings=live.settings).counts
        moved = sum(one["count"] for one in counts["moves"])
        # What was before may be told late: other databases of the cluster hold the stream back.
        while (event := reader.next()).name != "edition":
            assert event.data["action"] != "reroute"
        assert moved > 20
        assert event.name == "edition"
        assert event.data | {"at": None} == {"edition": "2025-07", "kind": "activate", "moved": moved, "at": None}
        code = live.report()
        assert reader.next().data["code"] == code
        with live.sessions.begin() as session:
            activation.undo(session, "2025-07", settings=live.settings)
        assert (back := reader.next()).name == "edition"
        assert back.data["kind"] == "undo"


def test_one_killed_in_the_middle_changes_nothing(live: Live, fresh_database_url: str, tmp_path: Path) -> None:
    with live.sessions.begin() as session:
        province(session, live.settings, 40)
        before = stored(session)
        held = session.scalars(select(Report.id).order_by(Report.id.desc()).limit(1)).one()
    env = os.environ | {"QUANGNAM_DATABASE_URL": fresh_database_url, "QUANGNAM_DATA_DIR": str(tmp_path)}
    with live.sessions() as session:
        # Somebody's step on a report that is to be moved: there it waits, all the rest is done.
        session.get_one(Report, held, with_for_update=True)
        command = subprocess.Popen([sys.executable, "-m", "api", "boundaries", "activate", "2025-07"], env=env)
        with live.sessions() as other:
            while not other.scalar(text(WAITING)):
                assert command.poll() is None
                other.rollback()
        command.send_signal(signal.SIGKILL)
        command.wait()
    with live.sessions.begin() as session:
        assert stored(session) == before
        assert editions.find(session).code == "2020"
        assert session.scalar(select(func.count()).select_from(Activation)) == 1
        activation.activate(session, "2025-07", settings=live.settings)
    with live.sessions() as session:
        assert {edition for _unit, _area, edition in stored(session).values()} >= {"2025-07"}


def test_of_two_at_once_the_second_is_told(live: Live) -> None:
    with live.sessions.begin() as first, live.sessions() as second:
        activation.activate(first, "2025-01", settings=live.settings)
        with pytest.raises(ConflictError, match="đang được kích hoạt"):
            activation.activate(second, "2025-07", settings=live.settings)
        second.rollback()
        # Who only looks ahead waits for nobody, and sees what is in force for all.
        assert activation.preview(second, "2025-07", settings=live.settings).edition.state == "draft"
        second.rollback()
        with pytest.raises(ConflictError, match="đang được kích hoạt"):
            activation.remove(second, "2025-07")
    with live.sessions() as session:
        assert editions.find(session).code == "2025-01"


def test_while_many_come_in_at_once_a_switch_waits_and_then_gives_up(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "PATIENCE", 0.0)
    with live.engine.connect() as importing, live.sessions() as session:
        raw: Any = importing.connection.driver_connection
        turns.hold(raw)
        with pytest.raises(ConflictError, match="nhập nhiều phản ánh"):
            activation.activate(session, "2025-01", settings=live.settings)
        assert live.report()  # and nobody else waits for it
    with live.sessions.begin() as session:
        assert editions.find(session).code == "2020"
        activation.activate(session, "2025-01", settings=live.settings)


def test_a_worker_that_was_away_does_it_when_it_is_back(live: Live, fresh_database_url: str, tmp_path: Path) -> None:
    code = live.report(lon=NONG_SON[0], lat=NONG_SON[1])
    with live.sessions.begin() as session:
        scheduling.schedule(session, "2025-01", datetime.now(UTC))
    env = os.environ | {"QUANGNAM_DATABASE_URL": fresh_database_url, "QUANGNAM_DATA_DIR": str(tmp_path)}
    with Reader(live.url) as reader:
        worker = subprocess.Popen([sys.executable, "-m", "api", "worker"], env=env)
        try:
            while reader.next().name != "edition":
                pass
        finally:
            worker.terminate()
            worker.wait(60)
    with live.sessions() as session:
        assert stored(session)[code] == ("ubnd-509", "509", "2025-01")


def test_a_report_that_waits_at_the_door_is_routed_by_what_came_into_force(live: Live) -> None:
    with ThreadPoolExecutor(1) as pool, live.sessions() as session:
        session.begin()
        activation.activate(session, "2025-01", settings=live.settings)
        # Routed by 2020, which is in force for everybody else, it waits for its turn to be written.
        waiting = pool.submit(live.report, lon=NONG_SON[0], lat=NONG_SON[1])
        with live.sessions() as other:
            while not other.scalar(text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")):
                other.rollback()
        session.commit()
        code = waiting.result(60)
    with live.sessions() as session:
        assert stored(session)[code] == ("ubnd-509", "509", "2025-01")
        assert session.scalar(select(func.count()).where(Event.action == "reroute")) == 0
