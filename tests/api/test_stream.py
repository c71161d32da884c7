import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, func, select, text
from sqlalchemy.orm import Session

from geo import beside, workflow
from geo.cursor import Cursor
from geo.details import Details
from geo.models import Report
from geo.permissions import SYSTEM
from tests.browser.conftest import Live, running
from tests.sse import Reader

MANY = text(
    """
    INSERT INTO events (report_id, unit_id, action, from_state, to_state, actor, door)
    SELECT id, unit_id, 'progress', 'in_progress', 'in_progress', 'system', 'cli'
    FROM reports, generate_series(1, 250) WHERE code = :code
    RETURNING pg_notify(:channel, '')
    """
)
IDLE = {("quangnam listener", "idle"), ("quangnam", "idle")}


@pytest.fixture
def live(fresh_database_url: str, tmp_path: Path) -> Iterator[Live]:
    """A server with the default boundaries and no report."""
    with running(fresh_database_url, tmp_path) as live:
        yield live


def test_a_report_and_its_steps_come_with_what_is_public(live: Live) -> None:
    with Reader(live.url) as reader:
        reader.known()
        code = live.report(category="giao-thong", lon=108.338, lat=15.8794, content="Ổ gà", name="Trần Thị Bưởi")
        first = reader.next()
        live.step(code, "accept")
        second = reader.next()
    assert (first.name, second.name) == ("report", "step")
    assert first.data | {"at": None, "created_at": None} == {
        "code": code, "state": "received", "category": "giao-thong", "lon": 108.338, "lat": 15.8794, "unit": "ubnd-503",
        "area": "503", "commune": first.data["commune"], "action": "receive", "urgent": False, "demo": False,
        "at": None, "created_at": None,
    }  # fmt: skip
    assert (second.data["state"], second.data["action"]) == ("in_progress", "accept")
    assert first.id != second.id


def test_that_a_hidden_place_had_to_be_confirmed_is_not_told(live: Live) -> None:
    near = {"lon": 108.2950, "lat": 15.8870, "accuracy": 3_000.0}
    with Reader(live.url) as reader:
        reader.known()
        for category, told in (
            ("giao-thong", ["receive", "confirm", "accept"]),
            ("an-ninh-trat-tu", ["receive", "accept"]),
        ):
            code = live.report(category=category, **near)
            live.step(code, "confirm")
            live.step(code, "accept")
            assert [reader.next().data["action"] for _step in told] == told
        # Where it went then is told as of any other.
        code = live.report(category="an-ninh-trat-tu", **near)
        with live.sessions.begin() as session:
            report = session.scalars(select(Report).where(Report.code == code)).one()
            to = beside.units(session, report)[0]
            workflow.apply(session, report, "reroute", SYSTEM, door=beside.DOOR, details=Details(unit_id=to.id))
        assert [reader.next().data["action"] for _step in range(2)] == ["receive", "reroute"]


def test_the_answer_is_one_that_no_proxy_keeps_back(live: Live) -> None:
    with Reader(live.url) as reader:
        reader.known()
    assert reader.answer.headers["content-type"].startswith("text/event-stream")
    assert reader.answer.headers["x-accel-buffering"] == "no"
    assert reader.answer.headers["cache-control"] == "no-cache"
    assert "content-encoding" not in reader.answer.headers
    assert reader.retry


def test_who_comes_back_goes_on_where_they_were(live: Live) -> None:
    with Reader(live.url) as reader:
        start = reader.known()
    codes = [live.report() for _number in range(5)]
    with Reader(live.url, start) as reader:
        assert reader.codes(2) == codes[:2]
        middle = reader.id
    with Reader(live.url, middle) as reader, Reader(live.url, last_event_id=middle) as page:
        assert reader.codes(3) == codes[2:]
        last = live.report()
        assert reader.codes(1) == [last]
        assert page.codes(4) == [*codes[2:], last]


def test_nothing_is_missed_while_the_web_process_restarts(fresh_database_url: str, tmp_path: Path) -> None:
    with running(fresh_database_url, tmp_path) as live, Reader(live.url) as reader:
        codes = [live.report() for _number in range(3)]
        assert reader.codes(2) == codes[:2]
        seen = reader.id
    with ExitStack() as stack:
        live = stack.enter_context(running(fresh_database_url, tmp_path))
        codes.append(live.report())
        reader = stack.enter_context(Reader(live.url, seen))
        codes.append(live.report())
        assert reader.codes(3) == codes[2:]


def test_nothing_is_missed_while_the_database_is_away(live: Live) -> None:
    with Reader(live.url) as reader:
        reader.known()
        codes = [live.report()]
        assert reader.codes(1) == codes
        cut(live.engine)
        # In the moment when nobody listens.
        codes = [live.report() for _number in range(3)]
        assert reader.codes(3) == codes
        codes = [live.report()]
        assert reader.codes(1) == codes


def cut(engine: Engine) -> None:
    """Ends all connections to the database but its own, as a restart does."""
    engine.dispose()
    with engine.begin() as connection:
        ended = connection.execute(
            text(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )
        ).scalars()
        assert list(ended)


def test_nobody_misses_what_began_first_and_was_committed_last(live: Live) -> None:
    with Reader(live.url) as reader, Session(live.engine) as early, Session(live.engine) as late:
        reader.known()
        first, second, third = (live.report() for _number in range(3))
        assert reader.codes(3) == [first, second, third]
        # The earlier transaction writes first, and is the last to commit.
        for session, code in ((early, first), (late, second)):
            report = session.scalars(select(Report).where(Report.code == code)).one()
            workflow.apply(session, report, "accept", SYSTEM, door="cli")
        late.commit()
        with Reader(live.url, reader.id) as another:
            early.commit()
            assert reader.codes(2) == another.codes(2) == [first, second]
            fourth = live.report()
            assert reader.codes(1) == another.codes(1) == [fourth]


def test_a_report_that_was_taken_back_leaves_its_code_alone(live: Live) -> None:
    with Reader(live.url) as reader:
        start = reader.known()
        code, other = live.report(), live.report()
        assert reader.codes(2) == [code, other]
        live.step(code, "withdraw", sender=True)
        told = reader.next()
    assert (told.name, told.data) == ("step", {"code": code, "state": "withdrawn"})
    with Reader(live.url, start) as again:
        assert again.codes(2) == [other, code]


def test_a_sensitive_report_shows_its_blurred_place(live: Live) -> None:
    with Reader(live.url) as reader:
        reader.known()
        code = live.report(category="an-ninh-trat-tu", lon=108.338123, lat=15.879456)
        data = reader.next().data
    with live.sessions() as session:
        point = select(func.ST_X(Report.public_point), func.ST_Y(Report.public_point))
        lon, lat = session.execute(point.where(Report.code == code)).one()
    assert (data["lon"], data["lat"]) == (round(lon, 6), round(lat, 6))
    assert (data["lon"], data["lat"]) != (108.338123, 15.879456)
    assert data["commune"] is None


def test_a_place_that_means_nothing_begins_anew(live: Live) -> None:
    with Reader(live.url) as reader:
        here = Cursor.read(reader.known())
    assert here is not None
    future = Cursor(here.mark, here.transaction + 1_000_000)
    elsewhere = Cursor(b"\0" * 6, here.transaction)
    for wrong in ("x", "ỗ", str(future), str(elsewhere), "A" * 30):
        with Reader(live.url, last_event_id=wrong) as reader:
            told = reader.next()
            assert told.name == "reset", wrong
            code = live.report()
            assert reader.codes(1) == [code]


def test_who_is_too_far_behind_begins_anew(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    with Reader(live.url) as reader:
        start = reader.known()
    live.demo(300)
    monkeypatch.setattr("api.listener.MOST", 200)
    monkeypatch.setattr("api.listener.KEPT", 10)
    with ExitStack() as stack:
        url = live.engine.url.render_as_string(hide_password=False)
        other = stack.enter_context(running(url, live.settings.data_dir))
        reader = stack.enter_context(Reader(other.url, start))
        assert reader.next().name == "reset"
        code = live.report()
        assert reader.codes(1) == [code]


def test_a_flood_is_told_as_one_new_beginning(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.listener.MOST", 200)
    monkeypatch.setattr("api.listener.PAGE", 100)
    with Reader(live.url) as reader:
        reader.known()
        live.demo(300)
        assert reader.next().name == "reset"
        code = live.report()
        assert reader.codes(1) == [code]


def test_what_left_the_memory_comes_from_the_database(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.listener.KEPT", 2)
    monkeypatch.setattr("api.routes.stream.PAGE", 3)
    with Reader(live.url) as reader:
        start = reader.known()
        codes = [live.report() for _number in range(12)]
        assert reader.codes(12) == codes
    with Reader(live.url, start) as reader:
        assert reader.codes(12) == codes


def test_a_reader_who_does_not_read_takes_no_room_and_misses_nothing(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.listener.KEPT", 20)
    with Reader(live.url, room=4_096) as slow, Reader(live.url) as quick:
        slow.known()
        quick.known()
        code = live.report()
        assert quick.codes(1) == [code]
        # Far more than the buffers on its way hold; nobody reads them meanwhile.
        for _round in range(16):
            with live.engine.begin() as connection:
                connection.execute(MANY, {"code": code, "channel": workflow.CHANNEL})
            assert {quick.next().data["action"] for _number in range(250)} == {"progress"}
        places = [slow.next().id for _number in range(4_001)]
    assert len(set(places)) == 4_001
    assert places[-1] == quick.id


def test_open_streams_hold_no_session(live: Live) -> None:
    with ExitStack() as stack:
        readers = [stack.enter_context(Reader(live.url)) for _number in range(50)]
        for reader in readers:
            reader.known()
        code = live.report()
        assert all(reader.codes(1) == [code] for reader in readers)
        live.engine.dispose()
        with live.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            # One that listens, and the one of a look, which is over in a moment.
            until = time.monotonic() + 15
            while set(rows := others(connection)) - IDLE:
                assert time.monotonic() < until, rows
            assert rows["quangnam listener", "idle"] == 1
            assert rows.total() <= 3


def others(connection: Connection) -> Counter[tuple[str, str]]:
    """The other sessions of the database, by their names and states."""
    query = text(
        "SELECT application_name, state FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )
    return Counter((name, state) for name, state in connection.execute(query))


def test_a_comment_comes_while_nothing_happens(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fastapi.routing._PING_INTERVAL", 0.2)
    with Reader(live.url) as reader:
        reader.known()
        lines = reader.lines()
        assert next(line for line in lines if line.startswith(":"))


def test_a_stop_does_not_wait_for_open_streams(fresh_database_url: str, tmp_path: Path) -> None:
    with ExitStack() as stack:
        with running(fresh_database_url, tmp_path) as live:
            readers = [stack.enter_context(Reader(live.url)) for _number in range(5)]
            for reader in readers:
                reader.known()
        # `running` waits for the server's end; each reader finds its stream ended.
        for reader in readers:
            with pytest.raises((EOFError, OSError)):
                reader.next()
