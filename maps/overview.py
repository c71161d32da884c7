"""The province at a glance: what waits, where, with whom, and how that compares with the last month."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from boundaries.models import Area, Edition
from geo.deadlines import ZONE
from geo.filters import Filters
from geo.models import Category, Unit
from maps import waiting
from maps.past import DAYS, Day, Past, Steps, joined

WEEK = 7  # days
SATISFIED = 4  # stars and more: hài lòng


@dataclass(frozen=True)
class Figure:
    """A number, what it is usually, what it was made of, and one value a day for the last month (NaN: none)."""

    value: float | None
    usual: float | None
    of: int
    days: list[float]


@dataclass(frozen=True)
class Standing:
    """What waits at a unit, or in an area of so many km², and what senders said of its answers."""

    code: str
    name: str
    open: int
    late: int
    hours: float = 0.0  # that all late ones together are late
    area: float = 0.0
    satisfied: int = 0
    rated: int = 0


@dataclass(frozen=True)
class Overview:
    """Everything that the wall shows but its lists; `window` is how many days the answers are of."""

    taken: datetime
    demo: bool
    window: int
    today: Figure
    open: Figure
    late: Figure
    answer: Figure  # hours from a report to its result, the median
    satisfaction: Figure  # share of 1
    units: list[Standing]
    areas: list[Standing]
    tabs: dict[str, int]


def overview(
    session: Session, past: Past, filters: Filters, edition: Edition | None, now: datetime, *, demo: bool
) -> Overview:
    """The figures under the filters category, unit and since; no query reads what was settled before today.

    `since` narrows what waits to reports made since then, and the answers to those given since then, within the month.
    """
    categories = {one.code: one.id for one in session.execute(select(Category.code, Category.id))}
    units = {number: (code, name) for number, code, name in session.execute(select(Unit.id, Unit.code, Unit.name))}
    chosen_unit = next((number for number, (code, _name) in units.items() if code == filters.unit), None)
    chosen = [categories[code] for code in filters.category if code in categories]
    days = [_narrowed(day, chosen, chosen_unit) for day in past.read(session, now, demo=demo)]
    held = waiting.held(session, filters, now, demo=demo)
    start = now - timedelta(days=DAYS)
    since = max(filters.since, start) if filters.since else start
    given, rated = joined([day.answers for day in days]).since(since), _rated(days, since)
    opened, late = sum(one.open for one in held), sum(one.late for one in held)
    return Overview(
        taken=now,
        demo=demo,
        window=max(round((now - since) / timedelta(days=1)), 1),
        today=_today(days, now),
        open=_open(days, opened, known=filters.since is None),
        late=_late(days, given, late),
        answer=_answer(days, given, now),
        satisfaction=_satisfaction(days, rated, now),
        units=_by_unit(held, units),
        areas=_by_area(session, held, _of_areas(past, rated), edition),
        tabs={tab: sum(one.tabs[tab] for one in held) for tab in waiting.TABS},
    )


def _narrowed(day: Day, categories: Sequence[int], unit: int | None) -> Day:
    if not categories and unit is None:
        return day

    def passes(category: NDArray[Any], units: NDArray[Any]) -> NDArray[np.bool_]:
        found = np.isin(category, categories) if categories else np.ones(len(category), np.bool_)
        return found if unit is None else found & (units == unit)

    parts = (one.chosen(passes(one.category, one.unit)) for one in (day.answers, day.ratings, day.others))
    return Day(day.came[:, passes(day.came[1], day.came[2])], *parts)


def _today(days: Sequence[Day], now: datetime) -> Figure:
    """How many came since midnight; usual is the median of the last four weeks up to the same time of day."""
    totals = [float(day.came[3].sum()) for day in days]
    local = now.astimezone(ZONE)
    whole, part = local.hour, local.minute / 60

    def until_now(day: Day) -> float:
        hour, count = day.came[0], day.came[3]
        return float(count[hour < whole].sum() + part * count[hour == whole].sum())

    usual = float(np.median([until_now(day) for day in days[-4 * WEEK - 1 : -1]]))
    return Figure(totals[-1], usual, int(totals[-1]), totals)


def _open(days: Sequence[Day], now_open: int, *, known: bool) -> Figure:
    """How many wait; of each day the number at its end, counted backwards by what came and what was settled."""
    if not known:
        return Figure(now_open, None, now_open, [])
    ends = [float(now_open)]
    for day in days[:0:-1]:
        ends.append(max(ends[-1] - float(day.came[3].sum()) + day.settled, 0.0))
    ends.reverse()
    return Figure(now_open, ends[-1 - WEEK], now_open, ends)


def _late(days: Sequence[Day], given: Steps, now_late: int) -> Figure:
    """How many wait beyond their deadline; usual is the share of answers that came late, by days how many did."""
    late = given.late
    by_day = [float(day.answers.late.sum()) for day in days]
    return Figure(now_late, float(late.mean()) if len(late) else None, len(late), by_day)


def _answer(days: Sequence[Day], given: Steps, now: datetime) -> Figure:
    """The median of hours to a result; usual is that of the last week, to be held against the whole window."""
    recent = given.since(now - timedelta(days=WEEK)).hours
    by_day = [float(np.median(day.hours)) if len(day.hours) else math.nan for day in (one.answers for one in days)]
    return Figure(
        float(np.median(given.hours)) if len(given.hours) else None,
        float(np.median(recent)) if len(recent) else None,
        len(given.hours),
        by_day,
    )


def _rated(days: Sequence[Day], since: datetime) -> Steps:
    """The last word on each report that was rated since then."""
    said = joined([day.ratings for day in days]).since(since)
    _reports, last = np.unique(said.report[::-1], return_index=True)
    return said.chosen(np.sort(len(said.report) - 1 - last))


def _satisfaction(days: Sequence[Day], rated: Steps, now: datetime) -> Figure:
    """The share of ratings of four or five stars; usual is that of the last week."""
    recent = rated.since(now - timedelta(days=WEEK))
    by_day = [math.nan if (share := _share(day.ratings)) is None else share for day in days]
    return Figure(_share(rated), _share(recent), len(rated.stars), by_day)


def _share(rated: Steps) -> float | None:
    return float((rated.stars >= SATISFIED).mean()) if len(rated.stars) else None


def _by_unit(held: Sequence[waiting.Held], units: dict[int, tuple[str, str]]) -> list[Standing]:
    """The units with open reports, the ones with most late reports first."""
    found: dict[int, Standing] = {}
    for one in held:
        code, name = units[one.unit]
        old = found.get(one.unit) or Standing(code, name, 0, 0)
        found[one.unit] = Standing(code, name, old.open + one.open, old.late + one.late, old.hours + one.hours)
    return sorted(found.values(), key=lambda one: (-one.late, -one.hours, -one.open, one.name))


def _of_areas(past: Past, rated: Steps) -> dict[str, tuple[int, int]]:
    """Of each area's code how many senders were satisfied, and how many said anything."""
    known = rated.chosen(rated.area >= 0)
    areas = list(past.areas)
    good, count = (
        np.bincount(known.area[which], minlength=len(areas)).tolist()
        for which in (known.stars >= SATISFIED, slice(None))
    )
    return dict(zip(areas, zip(good, count, strict=True), strict=True))


def _by_area(
    session: Session, held: Sequence[waiting.Held], said: dict[str, tuple[int, int]], edition: Edition | None
) -> list[Standing]:
    """The areas of the edition, by name; a report counts where it was routed."""
    if edition is None:
        return []
    opened: dict[str | None, tuple[int, int]] = {}
    for one in held:
        before = opened.get(one.area, (0, 0))
        opened[one.area] = (before[0] + one.open, before[1] + one.late)
    rows = session.execute(
        select(Area.code, Area.kind, Area.name, Area.area_m2 / 1_000_000)
        .where(Area.edition_id == edition.id, Area.level == edition.routing_level)
        .order_by(Area.name)
    ).all()
    found = []
    for code, kind, name, size in rows:
        good, count = said.get(code, (0, 0))
        found.append(
            Standing(code, f"{kind} {name}", *opened.get(code, (0, 0)), area=size, satisfied=good, rated=count)
        )
    return found
