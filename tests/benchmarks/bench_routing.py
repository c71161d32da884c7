"""A million pins to their areas: the raster against its peers, on the same polygons and in the same run; and one pin.

Every contender gets points and polygons ready made, with whatever index it has, and hands back the area of each pin.
Borders are straight in metres, so the peers get metres and all answers must be the same; the raster gets degrees, as
pins come. In a process that owns all cores of the machine, then in one that owns a single core: SedonaDB and PostGIS
alone use more.
"""

import multiprocessing
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import pyarrow
import pytest
import shapely
from numpy.typing import NDArray
from sqlalchemy import text
from sqlalchemy.orm import Session

from boundaries import atlas, editions
from boundaries.metric import to_metric
from boundaries.models import METRIC_SRID
from boundaries.pieces import Pieces
from boundaries.raster import Raster
from boundaries.routing import route, route_many
from geo.settings import Settings
from tests.boundaries import points

COUNT, ROUNDS, PINS = 1_000_000, 5, 2_000
OURS, GEOPANDAS, SEDONA, STRTREE, POSTGIS = "raster", "geopandas.sjoin", "SedonaDB", "shapely STRtree", "PostGIS"
Answer = NDArray[np.intp]
Run = Callable[[], Answer]

pytestmark = pytest.mark.benchmark_only


@pytest.mark.parametrize("level", ["district", "commune"])
def test_lookup_of_a_million(session: Session, level: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sheet = atlas.sheet(session, editions.find(session, "2020"), level)
    lon, lat = points.uniform(np.random.default_rng(1), sheet.polygons, COUNT)
    np.savez(tmp_path / "points.npz", lon=lon, lat=lat)
    url = session.connection().engine.url.render_as_string(hide_password=False)
    for cores in sorted({os.cpu_count() or 1, 1}, reverse=True):
        with multiprocessing.get_context("spawn").Pool(1, _own, (cores,)) as pool:
            told = pool.apply(
                _compare, (sheet.polygons, sheet.pieces.polygons, sheet.pieces.owner, tmp_path, url, level)
            )
        with capsys.disabled():
            print(f"\n{COUNT:,} pins on {len(sheet.code)} areas ({level}), {cores} core(s)\n{told}")  # noqa: T201


def test_whole_routing_of_a_million(session: Session, settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    sheet = atlas.sheet(session, editions.find(session, "2020"), "district")
    lon, lat = points.uniform(np.random.default_rng(1), sheet.polygons, COUNT)
    route_many(session, lon[:1], lat[:1], settings=settings)
    seconds = []
    for _round in range(ROUNDS):
        start = time.perf_counter()
        found = route_many(session, lon, lat, settings=settings)
        seconds.append(time.perf_counter() - start)
    median = statistics.median(seconds)
    share = float(np.mean(found.reason == "uncertain"))
    with capsys.disabled():
        print(f"\nwhole routing: {median:.2f} s, {COUNT / median / 1e6:.2f} M pins/s, {share:.1%} uncertain")  # noqa: T201


def test_one_pin(session: Session, settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    sheet = atlas.sheet(session, editions.find(session, "2020"), "district")
    lon, lat = points.uniform(np.random.default_rng(1), sheet.polygons, PINS)
    pins = zip(lon.tolist(), lat.tolist(), strict=True)
    trip = _median(lambda: session.execute(text("SELECT 1")).all(), PINS)
    one = _median(lambda: route(session, *next(pins), settings=settings), PINS)
    with capsys.disabled():
        print(f"\none pin: {one * 1e6:.0f} µs, SELECT 1: {trip * 1e6:.0f} µs, ratio {one / trip:.1f}")  # noqa: T201


def _median(run: Callable[[], object], times: int) -> float:
    seconds = []
    for _time in range(times):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def _own(cores: int) -> None:
    # Before any library starts its threads: they inherit it.
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])


def _compare(
    polygons: NDArray[np.object_], parts: NDArray[np.object_], owner: Answer, folder: Path, url: str, level: str
) -> str:
    with np.load(folder / "points.npz") as file:
        lon, lat = file["lon"], file["lat"]
    builds = []
    for _round in range(ROUNDS):
        start = time.perf_counter()
        raster = Raster(polygons, Pieces(parts, owner))
        builds.append(time.perf_counter() - start)
    x, y = to_metric(lon, lat)
    metric = shapely.transform(polygons, lambda c: np.column_stack(to_metric(*c.T)))
    contenders: dict[str, Run] = {
        OURS: lambda: raster.areas(lon, lat),
        STRTREE: _strtree(metric, x, y),
        GEOPANDAS: _geopandas(metric, x, y),
        SEDONA: _sedona(metric, x, y),
        POSTGIS: _postgis(url, level, x, y),
    }
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    answers = {}
    for _round in range(ROUNDS):
        for name, run in contenders.items():
            start = time.perf_counter()
            answers[name] = run()
            seconds[name].append(time.perf_counter() - start)
    ours = statistics.median(seconds[OURS])
    lines = [f"  index built in {statistics.median(builds):.2f} s (once for an edition)"]
    for name, values in seconds.items():
        median = statistics.median(values)
        lines.append(f"  {name:16} {median:7.3f} s {len(lon) / median / 1e6:7.2f} M/s  ×{median / ours:5.1f}")
        assert np.array_equal(answers[name], answers[OURS]), name
    return "\n".join(lines)


def _filled(count: int, pin: Any, area: Any) -> Answer:
    found = np.full(count, -1, np.intp)
    found[np.asarray(pin)] = np.asarray(area)
    return found


def _strtree(polygons: NDArray[np.object_], x: points.Floats, y: points.Floats) -> Run:
    pins = shapely.points(x, y)
    tree = shapely.STRtree(polygons)
    shapely.prepare(polygons)

    def run() -> Answer:
        # Candidates by box, grouped by polygon: as shapely is quickest.
        pin, area = tree.query(pins)
        found = np.full(len(x), -1, np.intp)
        order = np.argsort(area, kind="stable")
        bounds = np.searchsorted(area[order], np.arange(len(polygons) + 1))
        for number, polygon in enumerate(polygons):
            mine = pin[order[bounds[number] : bounds[number + 1]]]
            found[mine[shapely.contains_xy(polygon, x[mine], y[mine])]] = number
        return found

    return run


def _geopandas(polygons: NDArray[np.object_], x: points.Floats, y: points.Floats) -> Run:
    pins = geopandas.GeoDataFrame(geometry=geopandas.points_from_xy(x, y, crs=METRIC_SRID))
    areas = geopandas.GeoDataFrame(geometry=polygons, crs=METRIC_SRID)

    def run() -> Answer:
        joined = geopandas.sjoin(pins, areas, predicate="within")
        return _filled(len(x), joined.index, joined["index_right"])

    return run


def _sedona(polygons: NDArray[np.object_], x: points.Floats, y: points.Floats) -> Run:
    import sedonadb  # noqa: PLC0415 (its threads must start within the process's cores)

    context = sedonadb.connect()
    pins = geopandas.GeoDataFrame({"pin": np.arange(len(x))}, geometry=geopandas.points_from_xy(x, y, crs=METRIC_SRID))
    areas = geopandas.GeoDataFrame({"area": np.arange(len(polygons))}, geometry=polygons, crs=METRIC_SRID)
    context.create_data_frame(pins).to_memtable().to_view("pins")
    context.create_data_frame(areas).to_memtable().to_view("areas")
    query = "SELECT pins.pin, areas.area FROM pins JOIN areas ON ST_Within(pins.geometry, areas.geometry)"

    def run() -> Answer:
        table = pyarrow.RecordBatchReader.from_stream(context.sql(query)).read_all()
        return _filled(len(x), table["pin"], table["area"])

    return run


def _postgis(url: str, level: str, x: points.Floats, y: points.Floats) -> Run:
    import psycopg  # noqa: PLC0415 (beside the other peers' libraries)

    connection = psycopg.connect(url.replace("+psycopg", ""), autocommit=True)
    connection.execute("CREATE TEMP TABLE raw_pins (pin integer, x double precision, y double precision)")
    frame = pd.DataFrame({"pin": np.arange(len(x)), "x": x, "y": y})
    with connection.cursor().copy("COPY raw_pins FROM STDIN (FORMAT csv)") as copy:
        copy.write(frame.to_csv(index=False, header=False))
    connection.execute(
        f"CREATE TEMP TABLE pins AS SELECT pin, ST_SetSRID(ST_MakePoint(x, y), {METRIC_SRID}) AS geometry FROM raw_pins"
    )
    connection.execute("CREATE INDEX ON pins USING gist (geometry)")
    connection.execute(
        """CREATE TEMP TABLE parts AS
        SELECT a.rank - 1 AS area, p.geometry FROM area_parts p JOIN (
            SELECT a.id, row_number() OVER (ORDER BY a.code COLLATE "C") AS rank
            FROM areas a JOIN editions e ON e.id = a.edition_id WHERE e.code = '2020' AND a.level = %s
        ) a ON a.id = p.area_id""",
        [level],
    )
    connection.execute("ANALYZE pins, parts")

    def run() -> Answer:
        # Polygons outer: points outer is ten times slower. Packed as arrays, so that no protocol is measured.
        rows = connection.execute(
            """SELECT area, array_agg(p.pin) FROM parts a CROSS JOIN LATERAL (
                SELECT pin FROM pins WHERE ST_Covers(a.geometry, pins.geometry) OFFSET 0
            ) p GROUP BY area""",
            binary=True,
        ).fetchall()
        pin = np.concatenate([np.asarray(pins) for _, pins in rows])
        return _filled(len(x), pin, np.repeat([area for area, _ in rows], [len(pins) for _, pins in rows]))

    return run
