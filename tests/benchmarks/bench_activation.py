"""The editions of history come into force and go again over a million reports, while reports come in over HTTP.

QUANGNAM_BENCH_DIR keeps the database from run to run, QUANGNAM_BENCH_SIZES names another size. One in ten is open.
"""

import json
import multiprocessing
import os
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2 as httpx
import pytest
from rich.console import Console
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from boundaries import activation, editions, placed, placing
from boundaries.models import Activation
from geo.database import build_engine, build_sessions
from geo.filters import Filters
from geo.models import Report
from geo.permissions import PUBLIC, visible
from geo.settings import Settings
from maps.statistics import by_area
from tests.benchmarks.bench_intake import serving
from tests.benchmarks.held import KEY, SIZES, Held, held

pytestmark = pytest.mark.benchmark_only
A_SECOND, CLIENTS = 20, 8
QUIET = 20.0  # seconds of the same traffic without a switch
STEPS = (("2025-01", "activate"), ("2025-07", "activate"), ("2025-07", "undo"), ("2025-01", "undo"))
OPENED = """
    WITH chosen AS (
        SELECT id FROM reports WHERE state IN ('closed', 'resolved', 'rejected') ORDER BY id DESC LIMIT :count
    )
    UPDATE reports SET state = CASE WHEN reports.id % 3 = 0 THEN 'received' ELSE 'in_progress' END, settled_at = NULL
    FROM chosen WHERE chosen.id = reports.id
    """
OPEN = "state IN ('received', 'needs_info', 'in_progress')"
SEEN = """
    SELECT count(*), sum(hashtextextended(concat_ws('|', r.id, r.state, r.unit_id, r.area_code, r.commune_code,
        r.needs_confirmation, ARRAY(
            SELECT u.unit_id FROM report_units u WHERE u.report_id = r.id AND u.role = 'candidate' ORDER BY 1
        )), 0)::numeric)
    FROM reports r WHERE r.id <= :last
    """
SUMS = """
    SELECT (SELECT count(*) FROM reports),
        (SELECT sum(n) FROM (SELECT count(*) AS n FROM reports GROUP BY unit_id, state) AS part)
    """
GONE = """
    SELECT count(*) FROM reports r JOIN units u ON u.id = r.unit_id
    WHERE r.state IN ('received', 'needs_info', 'in_progress')
    AND NOT (coalesce(u.valid_from, '-infinity') <= now()::date AND now()::date < coalesce(u.valid_until, 'infinity'))
    """


@dataclass
class Traffic:
    """Reports at a steady pace, whatever the answers take; seconds of each by the moment it was due."""

    url: str
    spots: list[tuple[float, float]]
    taken: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    seconds: list[tuple[float, float]] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def client(self, number: int) -> None:
        with httpx.Client(base_url=self.url, timeout=120) as http:
            due = time.perf_counter() + number / A_SECOND
            turn = number
            while not self.over.wait(max(0.0, due - time.perf_counter())):
                lon, lat = self.spots[turn % len(self.spots)]
                body = {
                    "name": "Trần Thị Bưởi", "phone": f"09{turn % 90_000_000 + 5_000_000:08}", "truthful": True,
                    "category": "giao-thong", "content": "Ổ gà lớn trước cổng chợ", "lon": lon, "lat": lat,
                }  # fmt: skip
                answer = http.post(
                    "/api/v1/reports", content=json.dumps(body), headers={"Content-Type": "application/json"}
                )
                self.seconds.append((due, time.perf_counter() - due))
                (self.taken if answer.status_code == 201 else self.refused).append(
                    answer.json()["code"] if answer.status_code == 201 else answer.text
                )
                due += CLIENTS / A_SECOND
                turn += CLIENTS

    def between(self, begin: float, end: float) -> str:
        """Median, 95th percentile and the longest, in milliseconds."""
        some = sorted(taken * 1e3 for due, taken in self.seconds if begin <= due < end)
        if not some:
            return "–"
        late = some[int(len(some) * 0.95)]
        return f"p50 {statistics.median(some):.0f}, p95 {late:.0f}, max {some[-1]:.0f} ms of {len(some)}"


@contextmanager
def traffic(url: str, spots: list[tuple[float, float]]) -> Iterator[Traffic]:
    made = Traffic(url, spots)
    threads = [threading.Thread(target=made.client, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    try:
        yield made
    finally:
        made.over.set()
        for thread in threads:
            thread.join()


def size() -> int:
    return int(os.environ.get(SIZES, "1_000_000").split(",")[0])


def opened(one: Held) -> tuple[int, list[tuple[float, float]]]:
    """How many reports are open once one in ten is, and places where reports came from."""
    with one.engine.begin() as connection:
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        there = connection.scalar(text(f"SELECT count(*) FROM reports WHERE {OPEN}")) or 0
        if there < one.size // 10:
            connection.execute(text(OPENED), {"count": one.size // 10 - there})
        rows = connection.execute(
            text("SELECT ST_X(point), ST_Y(point) FROM reports TABLESAMPLE SYSTEM (0.3) LIMIT 2000")
        )
        spots = [(float(lon), float(lat)) for lon, lat in rows]
        there = connection.scalar(text(f"SELECT count(*) FROM reports WHERE {OPEN}")) or 0
    with one.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("VACUUM ANALYZE reports"))
    return there, spots


def switch(kind: str, edition: str, settings: Settings) -> tuple[dict[str, Any], float]:
    """What one did, and the milliseconds of its commit."""
    works: dict[str, Callable[..., Activation]] = {"activate": activation.activate, "undo": activation.undo}
    engine = build_engine(settings.database_url or "")
    with Session(engine) as session:
        counts = works[kind](session, edition, settings=settings).counts
        done = time.perf_counter()
        session.commit()
    return counts, (time.perf_counter() - done) * 1e3


def added_up(one: Held) -> str:
    """How the areas of each edition and of then part all reports of one moment, with what is not placed yet."""
    begin = time.perf_counter()
    placing.keep(build_sessions(one.engine), one.settings)
    told = [f"placed in {time.perf_counter() - begin:.0f} s"]
    with Session(one.engine.execution_options(isolation_level="REPEATABLE READ")) as session:
        session.execute(text("SET LOCAL statement_timeout = 0"))
        total = session.scalar(visible(select(func.count()).select_from(Report), PUBLIC)) or 0
        for code in (None, *(step[0] for step in STEPS[1::-1]), "2020", placed.THEN):
            begin = time.perf_counter()
            found = by_area(session, Filters(edition=code), editions.find(session), demo=None)
            assert sum(area.count for area in found.areas) + found.unplaced == total
            seconds = time.perf_counter() - begin
            told.append(f"{code or 'as routed'} {len(found.areas)} areas + {found.unplaced} in {seconds:.1f} s")
    return f"{total:,} add up: {', '.join(told)}"


def test_editions_over_a_million_reports() -> None:
    said = Console().print
    with held(size()) as one:
        there, spots = opened(one)
        with one.engine.connect() as connection:
            last = connection.scalar(text("SELECT max(id) FROM reports"))
            connection.execute(text("SET statement_timeout = 0"))
            before = connection.execute(text(SEEN), {"last": last}).one()
        many = str(10**9)
        environment = {
            "QUANGNAM_DATABASE_URL": one.settings.database_url or "",
            "QUANGNAM_DATA_DIR": str(one.settings.data_dir),
            "QUANGNAM_SECRET_KEY": KEY,
            "QUANGNAM_LIMIT_ADDRESS_HOUR": many,
            "QUANGNAM_LIMIT_PHONE_HOUR": many,
            "QUANGNAM_LIMIT_DEVICE_HOUR": many,
        }
        pool = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"))
        said(f"\n{one.size:,} reports, {there:,} open")
        with serving("product", environment) as port, traffic(f"http://127.0.0.1:{port}", spots) as flow, pool:
            pool.submit(int).result()  # it starts
            flow.over.wait(5)
            begin = time.perf_counter()
            flow.over.wait(QUIET)
            said(f"without a switch: {flow.between(begin, time.perf_counter())}")
            for edition, kind in STEPS:
                begin = time.perf_counter()
                # In a process of its own, as for an operator: this one is busy with being the senders.
                counts, commit = pool.submit(switch, kind, edition, one.settings).result()
                end = time.perf_counter()
                moved = counts["open"] - counts["stay"]
                said(
                    f"{kind} {edition}: {end - begin:.1f} s, {counts['open']:,} open, {counts['changed']:,} changed, "
                    f"{moved:,} moved; closed for {counts['held_ms'] + commit:.0f} ms; "
                    f"intake {flow.between(begin, end)}"
                )
                flow.over.wait(5)
                with one.engine.connect() as connection:
                    assert connection.scalar(text(GONE)) == 0
                if (edition, kind) == STEPS[1]:
                    said(added_up(one))
        assert not flow.refused, flow.refused[:3]
        with Session(one.engine) as session:
            session.execute(text("SET statement_timeout = 0"))
            found = session.execute(text("SELECT code FROM reports WHERE id > :last"), {"last": last}).scalars().all()
            after = session.execute(text(SEEN), {"last": last}).one()
            assert editions.find(session).code == "2020"
            total, parts = session.execute(text(SUMS)).one()
        assert set(found) == set(flow.taken)
        assert total == parts == before[0] + len(found)
        said(f"{len(found):,} came in, none lost, none without a unit; undone exactly: {after == before}")
        assert after == before
