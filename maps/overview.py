"""The province at a glance: what waits, where, with whom, and how that compares with the last month."""

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
from maps.past import BACK, DAYS, LEFT, RATED, STEPS, Day, Past

WEEK = 7  # days
SATISFIED = 4  # stars and more: hài lòng
_ANSWER, _RATED, _BACK = STEPS.index("resolve"), STEPS.index(RATED), STEPS.index(BACK)


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
    opened, late = sum(one.open for one in held), sum(one.late for one in held)
    return Overview(
        taken=now,
        demo=demo,
        window=max(round((now - since) / timedelta(days=1)), 1),
        today=_today(days, now),
        open=_open(days, opened, known=filters.since is None),
        late=_late(days, late, since),
        answer=_answer(days, since, now),
        satisfaction=_satisfaction(days, since, now),
        units=_by_unit(held, units),
        areas=_by_area(session, held, days, since, edition),
        tabs={tab: sum(one.tabs[tab] for one in held) for tab in waiting.TABS},
    )


def _narrowed(day: Day, categories: Sequence[int], unit: int | None) -> Day:
    if not categories and unit is None:
        return day

    def passes(category: NDArray[Any], units: NDArray[Any]) -> NDArray[np.bool_]:
        found = np.isin(category, categories) if categories else np.ones(len(category), np.bool_)
        return found if unit is None else found & (units == unit)

    came, kept = passes(day.came[1], day.came[2]), passes(day.steps[1], day.steps[2])
    columns = (day.area, day.at, day.hours, day.late, day.stars)
    return Day(day.came[:, came], day.steps[:, kept], *(column[kept] for column in columns))


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
        left = np.isin(day.steps[0], [STEPS.index(one) for one in LEFT]).sum()
        ends.append(max(ends[-1] - float(day.came[3].sum()) + float(left) - float((day.steps[0] == _BACK).sum()), 0.0))
    ends.reverse()
    return Figure(now_open, ends[-1 - WEEK], now_open, ends)


def _late(days: Sequence[Day], now_late: int, since: datetime) -> Figure:
    """How many wait beyond their deadline; usual is the share of answers that came late, by days how many did."""
    answered = np.concatenate([day.late[_since(day, _ANSWER, since)] for day in days])
    by_day = [float(day.late[day.steps[0] == _ANSWER].sum()) for day in days]
    return Figure(now_late, float(answered.mean()) if len(answered) else None, len(answered), by_day)


def _answer(days: Sequence[Day], since: datetime, now: datetime) -> Figure:
    """The median of hours to a result; usual is that of the last week, to be held against the whole window."""
    hours = np.concatenate([day.hours[_since(day, _ANSWER, since)] for day in days])
    recent = np.concatenate([day.hours[_since(day, _ANSWER, now - timedelta(days=WEEK))] for day in days])
    by_day = [_median(day.hours[day.steps[0] == _ANSWER]) for day in days]
    return Figure(
        float(np.median(hours)) if len(hours) else None,
        float(np.median(recent)) if len(recent) else None,
        len(hours),
        by_day,
    )


def _satisfaction(days: Sequence[Day], since: datetime, now: datetime) -> Figure:
    """The share of ratings of four or five stars; usual is that of the last week."""
    stars = _ratings(days, since)[0]
    recent = _ratings(days, now - timedelta(days=WEEK))[0]
    by_day = [
        _share(day.stars[day.steps[0] == _RATED]) if (day.steps[0] == _RATED).any() else float("nan") for day in days
    ]
    return Figure(_share(stars) if len(stars) else None, _share(recent) if len(recent) else None, len(stars), by_day)


def _ratings(days: Sequence[Day], since: datetime) -> tuple[NDArray[Any], NDArray[Any]]:
    """Stars and areas of the reports rated since then, each by its last word."""
    chosen = [_since(day, _RATED, since) for day in days]
    report, stars, area = (
        np.concatenate([values[kept] for values, kept in zip(columns, chosen, strict=True)])[::-1]
        for columns in ([day.steps[3] for day in days], [day.stars for day in days], [day.area for day in days])
    )
    _reports, last = np.unique(report, return_index=True)
    return stars[last], area[last]


def _since(day: Day, step: int, since: datetime) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = (day.steps[0] == step) & (day.at >= since.timestamp())
    return found


def _share(stars: NDArray[Any]) -> float:
    return float((stars >= SATISFIED).mean())


def _median(values: NDArray[Any]) -> float:
    return float(np.median(values)) if len(values) else float("nan")


def _by_unit(held: Sequence[waiting.Held], units: dict[int, tuple[str, str]]) -> list[Standing]:
    """The units with open reports, the ones with most late reports first."""
    found: dict[int, Standing] = {}
    for one in held:
        code, name = units[one.unit]
        old = found.get(one.unit) or Standing(code, name, 0, 0)
        found[one.unit] = Standing(code, name, old.open + one.open, old.late + one.late, old.hours + one.hours)
    return sorted(found.values(), key=lambda one: (-one.late, -one.hours, -one.open, one.name))


def _by_area(
    session: Session, held: Sequence[waiting.Held], days: Sequence[Day], since: datetime, edition: Edition | None
) -> list[Standing]:
    """The areas of the edition, by name; a report counts where it was routed."""
    if edition is None:
        return []
    opened: dict[str | None, tuple[int, int]] = {}
    for one in held:
        before = opened.get(one.area, (0, 0))
        opened[one.area] = (before[0] + one.open, before[1] + one.late)
    stars, area = _ratings(days, since)
    rows = session.execute(
        select(Area.code, Area.kind, Area.name, Area.area_m2 / 1_000_000)
        .where(Area.edition_id == edition.id, Area.level == edition.routing_level)
        .order_by(Area.name)
    )
    return [
        Standing(
            code,
            f"{kind} {name}",
            *opened.get(code, (0, 0)),
            area=size,
            satisfied=int((stars[area == code] >= SATISFIED).sum()),
            rated=int((area == code).sum()),
        )
        for code, kind, name, size in rows
    ]
