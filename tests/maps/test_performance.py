"""The statistics against the same worked out from the raw rows by somebody else's means."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from geo.errors import InvalidError, OverloadedError
from geo.filters import Filters
from geo.models import Category, Unit
from maps.statistics.measures import COUNTS, MEDIANS
from maps.statistics.performance import Dimension, Line, Question, performance
from tests import by_hand, histories
from tests.histories import LOCAL

NOW = datetime(2025, 3, 20, 12, tzinfo=LOCAL)
BETWEEN = ["arrived", "forwarded", "rerouted"]
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
    # What units gave one another comes and goes for each, and only moves for all of them.
    facts = facts[~facts["what"].isin(["moved"] if "unit" in by else BETWEEN)]
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
    assert all(found.total.figures[name] for name in (*COUNTS, *MEDIANS) if name not in ("carried", *BETWEEN))


def test_a_units_figures_are_its_rows_of_the_whole(session: Session) -> None:
    histories.fill(session, 500, seed=3)
    whole = performance(session, Question(Filters(), (("unit",),)), now=NOW).tables[("unit",)]
    for row in whole:
        code = session.scalars(select(Unit.code).where(Unit.id == row.unit)).one()
        alone = performance(session, Question(Filters(unit=code), (("category",),)), now=NOW)
        assert alone.total.figures == row.figures
        assert sum(one.figures["handled"] for one in alone.tables[("category",)]) == row.figures["handled"]


def test_filters_narrow_the_reports(session: Session) -> None:
    histories.fill(session, 500, seed=4)
    by: tuple[Dimension, ...] = ("category", "area")
    rows = performance(session, Question(Filters(), (by,)), now=NOW).tables[by]
    kinds = {one.id: one.code for one in session.scalars(select(Category))}
    for row in rows:
        asked = Filters(category=(kinds[row.category or 0],), area=row.area)
        if row.area is not None:
            assert performance(session, Question(asked, ()), now=NOW).total.figures == row.figures


def test_the_demonstration_never_counts_among_the_real_ones(session: Session) -> None:
    histories.fill(session, 300, seed=5)
    real, demo = (
        performance(session, Question(Filters(), (), demo=demo), now=NOW).total.figures for demo in (False, True)
    )
    alive = "SELECT count(*) FROM reports WHERE state <> 'withdrawn' AND created_at < :now AND demo = :demo"
    for found, kind in ((real, False), (demo, True)):
        assert found["received"] == session.scalar(text(alive), {"now": NOW, "demo": kind}) > 0


def test_nothing_yet_is_no_error(session: Session) -> None:
    found = performance(session, Question(Filters(), (("unit", "period"),), "month"), now=NOW)
    assert found.tables == {("unit", "period"): []}
    assert found.total.figures["received"] == 0
    before = Filters(since=NOW, until=NOW - timedelta(days=3))
    assert performance(session, Question(before, (("unit",),)), now=NOW).tables == {("unit",): []}


def test_what_takes_too_long_is_said_clearly(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    histories.fill(session, 3_000, seed=6)
    monkeypatch.setattr("maps.statistics.performance.SECONDS", 0.005)
    with pytest.raises(OverloadedError, match="kỳ ngắn hơn") as refused:
        performance(session, Question(Filters(), (("unit",),)), now=NOW)
    assert refused.value.details["retry_after"] > 0
    # The session lives on.
    assert session.scalar(text("SELECT count(*) FROM reports")) == 3_000


def test_more_rows_than_anybody_reads_are_refused(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    histories.fill(session, 300, seed=8)
    monkeypatch.setattr("maps.statistics.performance.MOST", 40)
    with pytest.raises(InvalidError, match="hơn 40 dòng"):
        performance(session, Question(Filters(), (("unit", "category", "area", "period"),), "month"), now=NOW)
    assert performance(session, Question(Filters(), (("unit", "category"),)), now=NOW).tables
