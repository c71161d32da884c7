"""The places of reports in every edition: how long they take to make, how much room, and what asks them afterwards.

The peer is what stood there before: each report looked up among the polygons when somebody asks.
"""

import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from boundaries import editions, placing
from boundaries.models import METRIC_SRID, Area, AreaPart
from geo.database import build_sessions
from geo.models import Report
from tests.benchmarks.held import Held, held, sizes

pytestmark = pytest.mark.benchmark_only
ROUNDS = 3
PEER = 20_000  # reports that the peer looks up; the rest would take as long each


@pytest.fixture(scope="module", params=sizes(), ids="{:,}".format)
def there(request: pytest.FixtureRequest) -> Iterator[Held]:
    with held(request.param) as found:
        with found.engine.begin() as connection:
            connection.execute(text("TRUNCATE report_areas"))
            connection.execute(text("UPDATE editions SET placed_until = NULL"))
        yield found


def timed(work: Callable[[], Any], rounds: int = 1) -> tuple[float, Any]:
    taken = []
    for _round in range(rounds):
        begun = time.perf_counter()
        found = work()
        taken.append(time.perf_counter() - begun)
    return float(np.median(taken)), found


def in_sql(session: Session, code: str) -> int:
    """Some reports by the area of an edition that holds them, as one asks PostGIS."""
    edition = editions.find(session, code)
    spot = func.ST_Transform(Report.public_point, METRIC_SRID)
    around = (
        select(Area.code)
        .join(AreaPart, AreaPart.area_id == Area.id)
        .where(AreaPart.edition_id == edition.id, AreaPart.level == edition.routing_level)
        .where(func.ST_Covers(AreaPart.geometry, spot))
        .order_by(Area.code)
        .limit(1)
        .correlate(Report)
        .scalar_subquery()
    )
    some = select(around.label("holder")).select_from(Report).limit(PEER).subquery()
    return len(session.execute(select(some.c.holder, func.count()).group_by(some.c.holder)).all())


def test_placing_all_reports_in_all_editions(there: Held, capsys: pytest.CaptureFixture[str]) -> None:
    sessions = build_sessions(there.engine)
    found: list[tuple[str, float, str]] = []
    for code in ("2020", "2025-01", "2025-07"):
        seconds, count = timed(lambda code=code: placing.keep(sessions, there.settings, edition=code))
        found.append((f"place {count:,} in {code}", seconds, f"{count / seconds:,.0f}/s"))
    with there.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("VACUUM ANALYZE report_areas"))
    found.append(
        ("the minute in which nothing happens", timed(lambda: placing.keep(sessions, there.settings), 3)[0], "")
    )
    with Session(there.engine) as session:
        session.execute(text("SET statement_timeout = 0"))
        rows = session.scalar(text("SELECT count(*) FROM report_areas")) or 0
        assert rows == 3 * (session.scalar(text("SELECT count(*) FROM reports")) or 0)
        size = session.scalar(text("SELECT pg_total_relation_size('report_areas')")) or 0
        found.append(("bytes a row, indexes too", size / rows, ""))
        peer = timed(lambda: in_sql(session, "2025-07"))[0]
        found.append((f"the peer: {PEER:,} looked up in 2025-07", peer, f"{PEER / peer:,.0f}/s"))
    with capsys.disabled():
        for name, value, more in found:
            print(f"\n{name:44} {value:9.2f} {more}", end="", flush=True)  # noqa: T201 (speaks)
