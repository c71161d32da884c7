"""The wall's numbers where ten million reports lie: as many a day, as many open, as many answered in a month as then.

Of what is settled for longer than a month no query reads anything, so that it is left out here.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from boundaries import editions
from geo.database import build_engine
from geo.filters import Filters
from maps import waiting
from maps.overview import overview
from maps.past import Past

pytestmark = pytest.mark.benchmark_only
A_DAY, DAYS = 9_400, 100  # ten million in three years, of which these are the last
OPEN = 150_000
ROUNDS = 15
FILL = """
INSERT INTO reports (code, state, version, category_id, unit_id, area_code, needs_confirmation, content, point,
  public_point, created_at, accept_due, resolve_due, settled_at, stars, door, demo)
SELECT 'B-' || n,
  CASE WHEN n % :every = 0 THEN (ARRAY['received', 'in_progress'])[1 + n / :every % 2] ELSE 'resolved' END,
  1, 1 + n % 13, unit.id, unit.area_code, n % (:every * 40) = 0, 'Ổ gà lớn trước cổng chợ', spot, spot,
  now() - n * :step, now() - n * :step + interval '8 hours', now() - n * :step + interval '9 days', now(), 1 + n % 5,
  'web', false
FROM generate_series(1, :count) AS n
CROSS JOIN LATERAL (SELECT ST_SetSRID(ST_MakePoint(107.3 + n % 997 / 700.0, 15 + n % 991 / 1200.0), 4326) AS spot) AS at
JOIN (
  SELECT id, area_code, row_number() OVER (ORDER BY id) - 1 AS number FROM units WHERE area_code IS NOT NULL
) AS unit
  ON unit.number = n % (SELECT count(*) FROM units WHERE area_code IS NOT NULL)
"""
STEPS = """
INSERT INTO events (report_id, at, action, from_state, to_state, actor, door, unit_id)
SELECT id, created_at + id % 90 * interval '1 hour', action, 'in_progress', 'resolved', 'officer', 'web', unit_id
FROM reports CROSS JOIN (VALUES ('receive'), ('accept'), ('resolve'), ('rate')) AS step (action)
WHERE state = 'resolved' AND created_at > now() - interval '35 days' AND (action <> 'rate' OR id % 4 = 0)
"""


@pytest.fixture
def engine(fresh_database_url: str) -> Iterator[Engine]:
    made = build_engine(fresh_database_url)
    count = A_DAY * DAYS
    values = {"count": count, "every": count // OPEN, "step": timedelta(days=1) / A_DAY}
    with made.begin() as connection:
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text(FILL), values)
        connection.execute(text(STEPS))
    with made.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("VACUUM ANALYZE reports, events"))
    yield made
    made.dispose()


def timed(work: Callable[[], Any], rounds: int = ROUNDS) -> tuple[float, float]:
    """Median and shortest seconds."""
    taken = []
    for _round in range(rounds):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken), min(taken)


def test_the_wall_where_much_lies_behind_it(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    past = Past()
    lines = []
    with Session(engine) as session:
        edition = editions.find(session, "2020")

        def look(**wanted: Any) -> None:
            overview(session, past, Filters(**wanted), edition, datetime.now(UTC), demo=False)

        lines.append(("first of all, the whole month", *timed(look, 1)))
        for name, wanted in (
            ("no filter", {}),
            ("category", {"category": ("cay-xanh",)}),
            ("unit", {"unit": "ubnd-503"}),
            ("last 7 days", {"since": datetime.now(UTC) - timedelta(days=7)}),
        ):
            lines.append((f"overview, {name}", *timed(lambda wanted=wanted: look(**wanted))))  # type: ignore[misc]
        for tab in ("newest", *waiting.TABS):
            ask = lambda tab=tab: waiting.listed(session, Filters(), datetime.now(UTC), tab=tab, demo=False)  # noqa: E731
            lines.append((f"list, {tab}", *timed(ask)))
    with capsys.disabled():
        for name, median, shortest in lines:
            print(f"\n{name:32} median {median * 1_000:7.1f} ms, shortest {shortest * 1_000:7.1f} ms")  # noqa: T201 (speaks)
