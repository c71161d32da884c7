"""A quarter's and three years' statistics at 100,000 and a million reports with their whole histories.

The peer is the same in pandas over the raw export: what a clerk with a notebook would do.
"""

import os
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from geo.database import build_engine
from geo.filters import Filters
from maps.statistics.performance import Question, performance

pytestmark = pytest.mark.benchmark_only
SIZES = [int(one) for one in os.environ.get("QUANGNAM_BENCH_SIZES", "100_000,1_000_000").split(",")]
YEARS = timedelta(days=3 * 365)
ROUNDS = 3
REPORTS = """
INSERT INTO reports (code, state, version, category_id, unit_id, area_code, needs_confirmation, content, point,
  public_point, created_at, resolve_due, settled_at, stars, door, demo)
SELECT 'B-' || n, CASE WHEN n <= :open THEN 'in_progress' ELSE 'closed' END,
  1, 1 + n % 13, unit.id, unit.area_code, false, 'Ổ gà lớn trước cổng chợ', spot, spot,
  now() - n * :step, now() - n * :step + interval '9 days', now() - n * :step + interval '23 days', 1 + n % 5,
  'web', false
FROM generate_series(1, :count) AS n
CROSS JOIN LATERAL (SELECT ST_SetSRID(ST_MakePoint(107.3 + n % 997 / 700.0, 15 + n % 991 / 1200.0), 4326) AS spot) AS at
JOIN (
  SELECT id, area_code, row_number() OVER (ORDER BY id) - 1 AS number FROM units WHERE area_code IS NOT NULL
) AS unit
  ON unit.number = n % (SELECT count(*) FROM units WHERE area_code IS NOT NULL)
"""
# Five steps each, every eighth forwarded once more; written in the order of time, as they come.
STEPS = """
INSERT INTO events (report_id, at, action, from_state, to_state, actor, door, unit_id, data)
SELECT id, created_at + after * (1 + id % 7) / 4, action, NULL, step.state, 'officer', 'web', unit_id, data
FROM reports CROSS JOIN (
  VALUES ('receive', 'received', interval '0', NULL::jsonb), ('forward', 'received', interval '2 hours', NULL),
    ('accept', 'in_progress', interval '20 hours', NULL), ('resolve', 'resolved', interval '7 days', NULL),
    ('rate', 'resolved', interval '8 days', '{"stars": 4}'), ('close', 'closed', interval '23 days', NULL)
) AS step (action, state, after, data)
WHERE (action <> 'forward' OR id % 8 = 0) AND (reports.state = 'closed' OR step.state NOT IN ('resolved', 'closed'))
ORDER BY 2, 1
"""


@pytest.fixture(params=SIZES, ids="{:,}".format)
def engine(fresh_database_url: str, request: pytest.FixtureRequest) -> Iterator[Engine]:
    made = build_engine(fresh_database_url)
    values = {"count": request.param, "open": request.param // 100, "step": YEARS / request.param}
    with made.begin() as connection:
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text(REPORTS), values)
        connection.execute(text(STEPS))
    with made.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("VACUUM ANALYZE reports, events"))
    yield made
    made.dispose()


def in_pandas(engine: Engine, since: datetime, until: datetime) -> pd.DataFrame:
    """Received, handled, late and two medians (by the clock) by unit, from all rows."""
    # Of the rows only what is needed: all of a million reports do not fit into everybody's memory.
    reports = pd.read_sql("SELECT id, state, demo, created_at, resolve_due FROM reports", engine)
    events = pd.read_sql("SELECT id, report_id, at, action, unit_id FROM events", engine)
    events = events.sort_values(["report_id", "id"])
    mine = reports.loc[(reports["state"] != "withdrawn") & ~reports["demo"]]
    told = events.merge(mine[["id", "created_at", "resolve_due"]], left_on="report_id", right_on="id")
    told["waits"] = told["at"].where(told["action"].isin(["receive", "forward", "return", "split", "supply"]))
    told["waits"] = told.groupby("report_id")["waits"].ffill()
    within = told[(told["at"] >= since) & (told["at"] < until)]
    results = within[within["action"].isin(["resolve", "reject"])]
    accepted = within[within["action"] == "accept"]
    return pd.DataFrame(
        {
            "received": within[within["action"] == "receive"].groupby("unit_id").size(),
            "handled": results.groupby("unit_id").size(),
            "late": results[results["at"] > results["resolve_due"]].groupby("unit_id").size(),
            "forwarded": within[within["action"] == "forward"].groupby("unit_id").size(),
            "accept": (accepted["at"] - accepted["waits"]).groupby(accepted["unit_id"]).median(),
            "result": (results["at"] - results["created_at"]).groupby(results["unit_id"]).median(),
        }
    )


def timed(work: Callable[[], Any], rounds: int = ROUNDS) -> tuple[float, Any]:
    """Median seconds, and what the last run gave."""
    taken = []
    for _round in range(rounds):
        begun = time.perf_counter()
        found = work()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken), found


def test_a_quarter_and_all_of_it_beside_pandas(
    engine: Engine, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # How long it takes, also where a reader would be told that it takes too long.
    monkeypatch.setattr("maps.statistics.performance.SECONDS", 900.0)
    now = datetime.now(UTC)
    quarter = now - timedelta(days=91)
    page = (("unit",), ("category",), ("period",))
    asked: dict[str, tuple[datetime | None, int, dict[str, Any]]] = {
        "a quarter by unit": (quarter, ROUNDS, {"by": (("unit",),)}),
        "a quarter by unit, category, month": (quarter, ROUNDS, {"by": page, "period": "month"}),
        "a year by unit, category, month": (now - timedelta(days=365), 1, {"by": page, "period": "month"}),
        "all by unit": (None, 1, {"by": (("unit",),)}),
    }
    answers = {}
    for name, (since, rounds, more) in asked.items():
        question = Question(Filters(since=since), **more)
        with Session(engine) as session:
            seconds, answers[name] = timed(partial(performance, session, question, now=now), rounds)
        with capsys.disabled():
            print(f"\n{name:40} median {seconds * 1_000:8.0f} ms", flush=True)  # noqa: T201 (speaks)
    seconds, hand = timed(lambda: in_pandas(engine, quarter, now), 1)
    ours = {line.unit: line.figures for line in answers["a quarter by unit"].tables[("unit",)]}
    assert {unit: figures["late"] for unit, figures in ours.items()} == hand["late"].fillna(0).astype(int).to_dict()
    medians = np.array([ours[unit]["result_hours_by_clock"] for unit in hand.index])
    assert np.allclose(medians, hand["result"].dt.total_seconds() / 3600)
    with capsys.disabled():
        print(f"\npandas over the raw rows, a quarter      {seconds * 1_000:8.0f} ms")  # noqa: T201 (speaks)
