"""Density views and tiles at two thousand, a million and ten million reports, and what others make of the same table.

QUANGNAM_BENCH_DIR keeps the databases from run to run, QUANGNAM_BENCH_SIZES names other sizes ("2_000,1_000_000").
"""

import statistics
import time
from collections.abc import Callable
from functools import partial
from itertools import product
from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient
from rich.console import Console
from rich.table import Table
from sqlalchemy import text
from sqlalchemy.orm import Session

from api.app import create_app
from geo import codes, reports, workflow
from geo.database import build_sessions
from geo.permissions import Actor
from geo.reports import Draft
from tests.benchmarks import peers
from tests.benchmarks.held import KEY, Held, held, sizes
from tests.benchmarks.views import PLACES, addresses, tile
from tests.browser.conftest import running

pytestmark = pytest.mark.benchmark_only
RUNS, PATIENCE = 40, 6.0  # of each address: so many, or so many seconds
SECONDS = 5.0  # of intake
Line = tuple[float, float, int]  # median and 95th percentile in milliseconds, bytes on the wire


def measured(client: Any, address: str) -> Line | None:
    """What an address takes and sends; None where it is not there."""
    times: list[float] = []
    while len(times) < RUNS and sum(times) < PATIENCE:
        begin = time.perf_counter()
        answer = client.get(address, headers={"Accept-Encoding": "br"})
        times.append(time.perf_counter() - begin)
        if answer.status_code == 404:
            return None
        assert answer.status_code in (200, 204), answer.text[:300]
    times = times[1:] or times  # the first one plans and warms up
    high = sorted(times)[int(len(times) * 0.95)] if len(times) > 1 else times[0]
    return statistics.median(times) * 1e3, high * 1e3, answer.num_bytes_downloaded


def others(one: Held, ours: dict[str, Line | None]) -> list[tuple[str, float, float | None, int]]:
    """Name, milliseconds, the milliseconds of our own answer to the same question, bytes."""
    found = []
    with one.engine.connect() as connection:
        connection.execute(text("SET statement_timeout = 0"))
        for (place, (zoom, *box)), name in product(PLACES.items(), peers.WHERE):
            run = partial(peers.cells, connection, zoom, tuple(box), name)
            took, _rows = peers.timed(run)
            mine = ours[f"cells, {place}, {name}"]
            found.append((f"PostGIS on the fly, cells, {place}, {name}", took, mine and mine[0], 0))
        x, y = tile(108.3, 15.9, 8)
        took, data = peers.timed(lambda: peers.points(connection, 8, x, y))
        mine = ours["tile, province z8, none"]
        found.append(("ST_AsMVT from the points, z8", took, mine and mine[0], len(data)))
        if one.size <= 1_000_000:
            took, page = peers.timed(lambda: peers.heat_map(connection), most=1)
            found.append(("folium's HeatMap with every point", took, None, len(page.encode())))
    found += _tipg(one, (x, y), mine)
    return found


def _tipg(one: Held, at: tuple[int, int], mine: Line | None) -> list[tuple[str, float, float | None, int]]:
    address = f"/collections/public.reports/tiles/WebMercatorQuad/8/{at[0]}/{at[1]}?geom-column=public_point"
    with peers.tipg_client(one.settings.database_url or "") as client:
        took, answer = peers.timed(lambda: client.get(address), most=3)
        assert answer.status_code == 200, answer.text[:300]
        return [("tipg, z8, its own limit of features", took, mine and mine[0], len(answer.content))]


def intake(one: Held) -> dict[str, float]:
    """Reports a second by one connection: through the door's own insert, and as a plain INSERT beside the triggers."""
    draft = Draft(name="Bưởi", phone="+84905123456", category="giao-thong", content="Ổ gà lớn trước cổng chợ",
                  lon=108.338, lat=15.8794, door="api")  # fmt: skip
    with Session(one.engine) as session:
        kind = reports.category(session, draft.category)
        unit_id = int(session.scalar(text("SELECT id FROM units WHERE code = 'ioc'")) or 0)

    def write(session: Session) -> None:
        report = reports.create(
            session, draft, category=kind, unit_id=unit_id, area_code="503", commune_code=None,
            needs_confirmation=False, token=codes.token(), secret=KEY.encode(),
        )  # fmt: skip
        workflow.apply(session, report, "receive", Actor("sender"), door="api")

    def rate(prepare: Callable[[Session], object]) -> float:
        sessions, done, begin = build_sessions(one.engine), 0, time.perf_counter()
        while time.perf_counter() - begin < SECONDS:
            with sessions.begin() as session:
                prepare(session)
                write(session)
            done += 1
        return done / (time.perf_counter() - begin)

    off = text("SET LOCAL quangnam.density = 'off'")
    none = text("SET LOCAL quangnam.nothing = 'off'")  # the same trip
    found = {"kept true": [], "not kept": []}  # type: dict[str, list[float]]
    for _round in range(3):
        found["kept true"].append(rate(lambda session: session.execute(none)))
        found["not kept"].append(rate(lambda session: session.execute(off)))
    with one.engine.begin() as connection:
        connection.execute(text("DELETE FROM reports WHERE NOT demo"))
    return {name: statistics.median(rates) for name, rates in found.items()}


def test_density_views_and_tiles() -> None:
    console = Console(width=140)
    everything: dict[int, dict[str, Line | None]] = {}
    for size in sizes():
        with held(size) as one:
            with TestClient(create_app(one.settings, build_sessions(one.engine))) as client:
                ours = {name: measured(client, address) for name, address in addresses().items()}
            everything[size] = ours
            name = "cells, dense town z13, none"
            with (
                running(one.settings.database_url or "", one.settings.data_dir) as live,
                httpx2.Client(base_url=live.url) as socket,
            ):
                line = measured(socket, addresses()[name])
            console.print(f"{size:,}: {name} over a socket: {line and line[0]:.1f} ms")
            table = Table(title=f"{size:,} reports: what others make of the same table", title_justify="left")
            for column in ("what", "ms", "ours, ms", "times", "bytes"):
                table.add_column(column, justify="left" if column == "what" else "right")
            for what, took, mine, count in others(one, ours):
                times = f"{took / mine:,.1f}×" if mine else "–"
                table.add_row(what, f"{took:,.1f}", f"{mine:.1f}" if mine else "–", times, f"{count:,}")
            console.print(table)
            rates = intake(one)
            console.print(", ".join(f"density {name}: {rate:,.0f} reports/s" for name, rate in rates.items()))
    console.print(_views(everything))


def _views(everything: dict[int, dict[str, Line | None]]) -> Table:
    table = Table(title="Density views and tiles: median / p95 in ms, bytes as sent", title_justify="left")
    table.add_column("view")
    for size in everything:
        table.add_column(f"{size:,}", justify="right")
    if len(everything) > 1:
        table.add_column("growth of the last", justify="right")
    for name in addresses():
        lines = [found[name] for found in everything.values()]
        if not any(lines):
            continue  # the tiles are not there yet
        row = [f"{line[0]:,.1f} / {line[1]:,.1f}  {line[2]:,}" if line else "–" for line in lines]
        if len(lines) > 1:
            last, before = lines[-1], lines[-2]
            row.append(f"{last[0] / before[0]:.2f}×" if last and before else "–")
        table.add_row(name, *row)
    return table
