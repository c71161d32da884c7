"""A million reports as GeoJSON: ours, `ogr2ogr` from PostGIS, `geopandas.to_file`; the floor, and every other format.

The same columns for each, in turns, each in a process of its own; what its peak of memory grew by is of that process.
QUANGNAM_BENCH_DIR keeps the database from run to run, QUANGNAM_BENCH_SIZES names sizes, QUANGNAM_BENCH_FORMATS formats.
"""

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console
from rich.table import Table
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql

from geo.database import build_engine
from geo.server import Cluster
from maps.export import FORMATS, Asked, write
from maps.features import COLUMNS, select_public
from tests.benchmarks.held import Held, held, sizes

pytestmark = pytest.mark.benchmark_only
ROUNDS = int(os.environ.get("QUANGNAM_BENCH_ROUNDS", "3"))
Found = dict[str, float]


def plain() -> str:
    """The public select as others are given it: the quick form, lists as text."""
    public = str(
        select_public(bulk=True).compile(
            dialect=postgresql.dialect(paramstyle="named"),  # type: ignore[no-untyped-call] (SQLAlchemy's own)
            compile_kwargs={"literal_binds": True},
        )
    )
    fields = ", ".join(f"array_to_string({name}, ' ') AS {name}" if name in ("photos", "videos") else name
                       for name in COLUMNS)  # fmt: skip
    return f"SELECT code, {fields}, ST_SetSRID(ST_MakePoint(lon, lat), 4326) AS geometry FROM ({public}) AS report"


def _unhurried(url: str) -> Connection:
    connection = build_engine(url).connect()
    connection.exec_driver_sql("SET statement_timeout = 0")
    return connection


def floor(url: str, _path: Path) -> None:
    driver = _unhurried(url).connection.driver_connection
    assert driver is not None
    with driver.cursor() as cursor, cursor.copy(f"COPY ({plain()}) TO STDOUT (FORMAT binary)") as copy:
        for _row in copy:
            pass


def ours(url: str, path: Path) -> None:
    write(_unhurried(url), Asked(), path.suffixes[0][1:], path)


def ogr(url: str, path: Path) -> None:
    command = ["ogr2ogr", "-f", "GeoJSON", str(path), f"PG:{url}", "-sql", plain(), "-nln", "reports"]
    subprocess.run(command, check=True, capture_output=True)


def frames(url: str, path: Path) -> None:
    import geopandas  # noqa: PLC0415 (this process alone pays for it)

    geopandas.read_postgis(plain(), _unhurried(url), geom_col="geometry").to_file(path, driver="GeoJSON")


WAYS: dict[str, Callable[[str, Path], None]] = {"floor": floor, "ours": ours, "ogr": ogr, "geopandas": frames}


def _kilobytes(word: str) -> int:
    return int(Path("/proc/self/status").read_text(encoding="ascii").split(word)[1].split()[0])


def main(way: str, url: str, path: str) -> None:
    """Runs one way in this process and prints what it took."""
    warm = Path(path).with_name("warm" + "".join(Path(path).suffixes))
    if way == "ours":
        # What the libraries need once is no growth of an export.
        from geo.filters import Filters  # noqa: PLC0415 (of this branch alone)

        write(_unhurried(url), Asked(Filters(area="503", state="received")), warm.suffixes[0][1:], warm)
    before, begin, idle = _kilobytes("VmRSS:"), time.perf_counter(), time.process_time()
    WAYS[way](url, Path(path))
    took = time.perf_counter() - begin
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    work = sum(one.ru_utime + one.ru_stime for one in used) - idle
    grown = _kilobytes("VmHWM:") - before
    print(json.dumps({"seconds": took, "work": work, "megabytes": grown / 1024}))  # noqa: T201 (read by the other process)


def once(one: Held, way: str, path: Path) -> Found:
    environment = os.environ | {"PGOPTIONS": "-c statement_timeout=0", "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, __file__, way, one.settings.database_url or "", str(path)]
    before = _reaped(one)
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    found: Found = json.loads(done.stdout.splitlines()[-1])
    found["work"] += _reaped(one) - before
    return found | {"size": path.stat().st_size / 1e6 if path.exists() else 0.0}


def _reaped(one: Held) -> float:
    """Seconds of processor that connections took which have ended: what else the machine does stretches them little."""
    threading.Event().wait(0.5)  # until the last one's process is gone
    postmaster = Cluster(one.settings.data_dir).postmaster()
    assert postmaster is not None
    fields = Path(f"/proc/{postmaster.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


def _line(runs: list[Found]) -> list[str]:
    seconds = statistics.median(run["seconds"] for run in runs)
    grown = statistics.median(run["megabytes"] for run in runs)
    work = statistics.median(run["work"] for run in runs)
    return [f"{seconds:.1f}", f"{work:.1f}", f"{grown:.0f}", f"{runs[-1]['size']:,.0f}"]


def test_a_million_reports_as_a_file() -> None:
    console = Console(width=120)
    for size in [size for size in sizes() if size <= 1_000_000]:
        with held(size) as one:
            folder = one.settings.data_dir / "exports-bench"
            folder.mkdir(exist_ok=True)
            try:
                console.print(_compared(one, folder), _formats(one, folder))
                console.print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
            finally:
                shutil.rmtree(folder)


def _compared(one: Held, folder: Path) -> Table:
    found: dict[str, list[Found]] = {way: [] for way in WAYS if way != "ogr" or shutil.which("ogr2ogr")}
    for _round in range(ROUNDS):
        for way, runs in found.items():
            runs.append(once(one, way, folder / f"{way}.geojson"))
            Console().print(way, runs[-1])
    heads = ("way", "seconds", "of processor", "MB grown", "MB of file", "times ours", "in work")
    table = Table(*heads, title=f"{one.size:,} reports as GeoJSON")
    names = {"floor": "COPY BINARY, the floor", "ours": "ours", "ogr": "ogr2ogr", "geopandas": "geopandas.to_file"}

    def ratio(runs: list[Found], what: str) -> str:
        mine = statistics.median(run[what] for run in found["ours"])
        return f"{statistics.median(run[what] for run in runs) / mine:.1f}×"

    for way, runs in found.items():
        table.add_row(names[way], *_line(runs), ratio(runs, "seconds"), ratio(runs, "work"))
    return table


def _formats(one: Held, folder: Path) -> Table:
    table = Table(
        "format", "seconds", "of processor", "MB grown", "MB of file", title=f"{one.size:,} reports in each format"
    )
    wanted = os.environ.get("QUANGNAM_BENCH_FORMATS", ",".join(FORMATS)).split(",")
    for name in wanted:
        table.add_row(name, *_line([once(one, "ours", folder / f"all.{name}")]))
    return table


if __name__ == "__main__":
    main(*sys.argv[1:])
