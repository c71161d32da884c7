"""The statistics against the same worked out from the raw rows by somebody else's means."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pandas as pd
import pytest
from sqlalchemy.orm import Session

from geo.filters import Filters
from maps.statistics.measures import COUNTS, MEDIANS
from maps.statistics.performance import Dimension, Line, Question, performance
from tests import by_hand, histories
from tests.histories import LOCAL

NOW = datetime(2025, 3, 20, 12, tzinfo=LOCAL)
FREQUENCIES = {"month": "M", "quarter": "Q", "week": "W-SUN", "year": "Y"}
Make = Any


def _key(line: Line, by: Sequence[Dimension], freq: str) -> tuple[Any, ...]:
    values: dict[str, Any] = {"unit": line.unit, "category": line.category, "area": line.area}
    if line.period is not None:
        values["period"] = pd.Period(pd.Timestamp(line.period), freq)
    return tuple(values[one] for one in by)


def _by_hand(facts: pd.DataFrame, by: Sequence[Dimension]) -> dict[str, dict[tuple[Any, ...], float]]:
    """Each figure by group: how many there are of it, or the median or mean of its values."""
    facts = facts.astype({"area": object}).where(facts.notna(), None)
    found: dict[str, dict[tuple[Any, ...], float]] = {}
    for what, rows in facts.groupby("what"):
        groups: dict[tuple[Any, ...], list[float]] = {}
        for key, value in zip(zip(*(rows[one] for one in by), strict=True), rows["value"], strict=True):
            groups.setdefault(key, []).append(value)
        count = what in COUNTS
        mean = what == "stars"
        found[str(what)] = {
            key: len(values) if count else sum(values) / len(values) if mean else float(pd.Series(values).median())
            for key, values in groups.items()
        }
    return found


def _compare(
    lines: Sequence[Line], hand: dict[str, dict[tuple[Any, ...], float]], by: Sequence[Dimension], freq: str
) -> int:
    """How many figures there are, once none differs."""
    seen, compared = {_key(line, by, freq): line.figures for line in lines}, 0
    for name in (*COUNTS, *MEDIANS, "stars"):
        expected = hand.get(name, {})
        # Nothing is left out on either side.
        assert set(expected) <= set(seen), name
        for key, figures in seen.items():
            value = expected.get(key, 0 if name in COUNTS else None)
            assert figures[name] == (value if value is None or name in COUNTS else pytest.approx(value, abs=1e-6)), (
                name,
                key,
            )
            compared += 1
    return compared


@pytest.mark.parametrize("period", ["month", "quarter"])
def test_every_figure_of_every_unit_category_and_period_is_that_of_the_raw_rows(session: Session, period: Any) -> None:
    histories.fill(session, 3_000, seed=7)
    facts = by_hand.facts(*by_hand.raw(session.connection()), FREQUENCIES[period], NOW)
    facts = facts[facts["period"] <= pd.Period(pd.Timestamp(NOW.date()), FREQUENCIES[period])]
    by: tuple[Dimension, ...] = ("unit", "category", "period")
    found = performance(session, Question(Filters(), (by, ("period",), ("area", "period")), period), now=NOW)
    assert _compare(found.tables[by], _by_hand(facts, by), by, FREQUENCIES[period]) > 2_000
    for other in (("period",), ("area", "period")):
        _compare(found.tables[other], _by_hand(facts, other), other, FREQUENCIES[period])  # type: ignore[arg-type]
    # Nothing that the process knows is missing from these histories.
    assert all(found.total.figures[name] for name in (*COUNTS, *MEDIANS) if name != "carried")
