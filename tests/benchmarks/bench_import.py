"""Import of reports against plain COPY with a routing trigger, on a durable cluster of its own.

The peer is given what it needs for nothing: rows parsed, checked, coded and with their deadlines, as two streams.
Its triggers look up the commune by ST_Covers on subdivided polygons and write the same event and assignment; it knows
no uncertainty of borders, no coast and no candidates. Ours reads, checks and routes the CSV file in full.
"""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import psycopg
import pytest
from sqlalchemy import Engine, text

from api.bulk.importing import import_file
from api.demo import load
from api.installation import prepare
from geo.codes import Deck
from geo.database import build_engine
from geo.server import Cluster
from geo.settings import Settings

RUNS = ((200_000, 3), (1_000_000, 1))  # rows, rounds
TABLES = "reports, report_units, events, assignments, senders"
COLUMNS = (
    "code, state, version, category_id, unit_id, needs_confirmation, content, point, public_point, accuracy,"
    " created_at, accept_due, resolve_due, door, demo"
)
SENDERS = "report_id, contact, phone_checked, notice_version"
PEER = """
CREATE TABLE peer_parts AS
    SELECT a.code AS commune_code, a.parent_code AS area_code, u.id AS unit_id, ST_Subdivide(a.geometry, 64) AS geometry
    FROM areas a JOIN editions e ON e.id = a.edition_id AND e.code = '2020' JOIN units u ON u.area_code = a.parent_code
    WHERE a.level = 'commune';
CREATE INDEX ON peer_parts USING gist (geometry);
ANALYZE peer_parts;
CREATE FUNCTION peer_route() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT p.unit_id, p.area_code, p.commune_code INTO NEW.unit_id, NEW.area_code, NEW.commune_code
    FROM peer_parts p WHERE ST_Covers(p.geometry, NEW.point) ORDER BY p.commune_code LIMIT 1;
    RETURN NEW;
END $$;
CREATE FUNCTION peer_write() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO events (report_id, at, action, to_state, actor, door, unit_id)
        VALUES (NEW.id, NEW.created_at, 'receive', 'received', 'system', 'import', NEW.unit_id);
    INSERT INTO assignments (report_id, area_code, unit_id, reason)
        VALUES (NEW.id, NEW.area_code, NEW.unit_id, 'inside');
    RETURN NULL;
END $$;
"""
TRIGGERS = """
CREATE TRIGGER peer_route BEFORE INSERT ON reports FOR EACH ROW EXECUTE FUNCTION peer_route();
CREATE TRIGGER peer_write AFTER INSERT ON reports FOR EACH ROW EXECUTE FUNCTION peer_write();
"""


@contextmanager
def installation() -> Iterator[tuple[Engine, Settings]]:
    with tempfile.TemporaryDirectory(prefix="quangnam-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with Cluster(folder, durable=True).used() as url:
            engine = build_engine(url)
            prepare(engine, b"a key for benchmarks only")
            with engine.begin() as connection:
                connection.exec_driver_sql(PEER)
            yield engine, Settings(data_dir=folder, database_url=url)
            engine.dispose()


def make_rows(engine: Engine, settings: Settings, count: int) -> pd.DataFrame:
    """Demonstration reports as the rows of a file, without those that stand on no commune (the peer has no coast)."""
    load(engine, settings, int(count * 1.03), seed=count)
    query = (
        "SELECT c.code AS category, r.content, ST_X(r.point) AS lon, ST_Y(r.point) AS lat, r.accuracy, r.created_at,"
        " r.category_id, r.accept_due, r.resolve_due FROM reports r JOIN categories c ON c.id = r.category_id"
        " WHERE EXISTS (SELECT FROM peer_parts p WHERE ST_Covers(p.geometry, r.point))"
        " ORDER BY r.created_at LIMIT :n"
    )
    with engine.connect() as connection:
        connection.execute(text("SET statement_timeout = 0"))
        rows = pd.read_sql_query(text(query), connection, params={"n": count})
    clear(engine)
    assert len(rows) == count
    rng = np.random.default_rng(count)
    names = np.array(["Nguyễn Văn An", "Trần Thị Bình", "Lê Văn Cường", "Phạm Thị Dung", "Hồ Văn Em"])
    phones = [f"+8490{number:07d}" for number in rng.integers(1_000_000, 9_999_999, count)]
    return rows.assign(name=rng.choice(names, count), phone=phones)


def clear(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql(f"TRUNCATE {TABLES} RESTART IDENTITY CASCADE")
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("CHECKPOINT")


def ours(engine: Engine, settings: Settings, file: Path) -> Callable[[], None]:
    def run() -> None:
        assert import_file(engine, settings, file).rejected == 0

    return run


def peer(engine: Engine, reports: Path, senders: Path) -> Callable[[], None]:
    def run() -> None:
        with engine.connect() as connection:
            raw = connection.connection.driver_connection
            assert isinstance(raw, psycopg.Connection)
            raw.execute("SET LOCAL statement_timeout = 0")
            raw.execute(TRIGGERS)
            for stream, target in ((reports, f"reports ({COLUMNS})"), (senders, f"senders ({SENDERS})")):
                with stream.open("rb") as file, raw.cursor().copy(f"COPY {target} FROM STDIN") as copy:
                    while piece := file.read(1 << 20):
                        copy.write(piece)
            raw.execute("DROP TRIGGER peer_route ON reports; DROP TRIGGER peer_write ON reports")
            raw.commit()

    return run


def write_streams(rows: pd.DataFrame, reports: Path, senders: Path) -> None:
    """The rows in COPY's text format, everything but the routing worked out."""
    people = pd.DataFrame({"report_id": np.arange(1, len(rows) + 1), "contact": rows["name"] + rows["phone"]})
    people = people.assign(phone_checked=False, notice_version="-")
    people.to_csv(senders, sep="\t", header=False, index=False)
    point = [f"SRID=4326;POINT({x} {y})" for x, y in zip(rows["lon"], rows["lat"], strict=True)]
    frame = pd.DataFrame({"code": Deck().draw(len(rows)), "state": "received", "version": 1})
    frame = frame.assign(
        category_id=rows["category_id"], unit_id=1, confirm=False, content=rows["content"], point=point, public=point,
        accuracy=rows["accuracy"], created_at=rows["created_at"], accept_due=rows["accept_due"],
        resolve_due=rows["resolve_due"], door="import", demo=False,
    )  # fmt: skip
    frame.to_csv(reports, sep="\t", header=False, index=False)


def timed(engine: Engine, run: Callable[[], None]) -> float:
    clear(engine)
    begin = time.perf_counter()
    run()
    return time.perf_counter() - begin


def checked(engine: Engine, count: int) -> np.ndarray:
    with engine.connect() as connection:
        for table in ("reports", "events", "assignments", "senders"):
            assert connection.scalar(text(f"SELECT count(*) FROM {table}")) == count
        query = text("SELECT ST_X(point), ST_Y(point), area_code FROM reports ORDER BY point, content, created_at")
        return np.array(connection.execute(query).all(), object)


@pytest.mark.benchmark_only
def test_import_beats_copy_with_a_routing_trigger(capsys: pytest.CaptureFixture[str]) -> None:
    with installation() as (engine, settings):
        for count, rounds in RUNS:
            rows = make_rows(engine, settings, count)
            file, *streams = (settings.data_dir / name for name in ("rows.csv", "reports.copy", "senders.copy"))
            rows.drop(columns=["category_id", "accept_due", "resolve_due"]).to_csv(file, index=False)
            write_streams(rows, *streams)
            times: dict[str, list[float]] = {"ours": [], "peer": []}
            areas = {}
            for _round in range(rounds):
                for name, run in (("ours", ours(engine, settings, file)), ("peer", peer(engine, *streams))):
                    times[name].append(timed(engine, run))
                    areas[name] = checked(engine, count)
            same = float(np.mean(areas["ours"][:, 2] == areas["peer"][:, 2]))
            median = {name: statistics.median(values) for name, values in times.items()}
            with capsys.disabled():
                print(  # noqa: T201 (what a benchmark is for)
                    f"\nimport of {count:,} reports: {median['ours']:.1f} s ({count / median['ours']:,.0f} rows/s);"
                    f" COPY with a routing trigger: {median['peer']:.1f} s ({count / median['peer']:,.0f} rows/s);"
                    f" ratio {median['peer'] / median['ours']:.2f}; same district {same:.4%}"
                )
            assert same > 0.999
