"""How long hot spots take at 2,000 and 200,000 reports, and what of it is the statistics."""

import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from api import demo
from api.installation import prepare
from geo.database import sqlalchemy_url
from geo.filters import Filters
from geo.server import Cluster
from geo.settings import Settings
from maps import hotspots as module
from maps.getis import Counts, scores
from maps.hotspots import hotspots

pytestmark = pytest.mark.benchmark_only
ROUNDS = 5


def milliseconds(work: Callable[[], object]) -> float:
    times = []
    for _round in range(ROUNDS):
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return statistics.median(times) * 1e3


@pytest.mark.parametrize("reports", [2_000, 200_000])
def test_hot_spots(reports: int, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path(tempfile.mkdtemp(prefix="quangnam-bench-"))
    folder.chmod(0o755)
    seen: list[Counts] = []
    monkeypatch.setattr(module, "scores", lambda counts: seen.append(counts) or scores(counts))
    try:
        with Cluster(folder, durable=False).used() as url:
            engine = create_engine(sqlalchemy_url(url))
            prepare(engine, b"a key for benchmarks only")
            demo.load(engine, Settings(data_dir=folder, secret_key="a key for benchmarks only"), reports)
            with Session(engine) as session:
                whole = milliseconds(lambda: hotspots(session, Filters()))
                one = milliseconds(lambda: hotspots(session, Filters(category=("giao-thong",))))
                found = hotspots(session, Filters())
            alone = milliseconds(lambda: scores(seen[-1]))
            print(  # noqa: T201 (a benchmark speaks)
                f"\n{reports:,} reports: {whole:.0f} ms, one category {one:.0f} ms; of {whole:.0f} ms the statistics of"
                f" {len(seen[-1].x):,} cells {alone:.0f} ms; {len(found.places)} places hot"
            )
            engine.dispose()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
