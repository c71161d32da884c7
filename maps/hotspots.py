"""Hot spots: where there are more reports than usual."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import numpy as np
from scipy.sparse.csgraph import connected_components
from sqlalchemy import select
from sqlalchemy.orm import Session

from boundaries import lookup
from geo.deadlines import ZONE
from geo.filters import Filters
from geo.models import Report
from geo.permissions import PUBLIC, visible
from maps import samples
from maps.density import DEEPER, Cells, cells
from maps.getis import Counts, Ints, Scores, scores
from maps.grid import corner

ZOOM = 12  # cells of 1.2 km: far more than the 500 m of a blurred place, and nine of them are a small commune
LEVEL = ZOOM + DEEPER
YEAR = 365  # days of history, so that each weekday, season and Tết counts once
LEAST_DAYS, LEAST_WINDOWS, LEAST_REPORTS = 28, 4, 30  # a shorter or thinner history is no habit
PAST = 12  # windows before, that tell how much counts swing by themselves
PLACES = 50  # the strongest; more is no list any more


@dataclass(frozen=True)
class Spot:
    """A hot cell: its tile of LEVEL, its numbers, and the place it is part of."""

    x: int
    y: int
    observed: int
    expected: float
    z: float
    p: float
    level: float
    place: int


@dataclass(frozen=True)
class Place:
    """Hot cells side by side: what they hold together, the surest of their levels, the middle in degrees, a name."""

    number: int
    lon: float
    lat: float
    observed: int
    expected: float
    z: float
    p: float
    level: float
    name: str | None


@dataclass(frozen=True)
class Hotspots:
    """The hot places of a window, the surest first; `history` is in days, and `enough` whether it makes a habit."""

    since: datetime
    until: datetime | None  # None for now
    days: int
    history: int
    observed: int
    enough: bool
    demo: bool
    made: datetime
    places: tuple[Place, ...] = ()
    spots: tuple[Spot, ...] = ()


def hotspots(
    session: Session, filters: Filters, *, days: int = 7, demo: bool | None = None, now: datetime | None = None
) -> Hotspots:
    """The cells that hold more public reports in the last `days` local days than they use to, against the year before.

    The window ends at `filters.until` or now; its first day is whole, and today counts for as long as it is.
    Demonstration reports are looked at alone, and without anybody's wish only where there are no others.
    """
    made = now or datetime.now(UTC)
    only_demo = demo if demo is not None else not samples.present(session).real
    end = filters.until or made
    first = (end - timedelta(microseconds=1)).astimezone(ZONE).date() - timedelta(days=days - 1)
    since = datetime.combine(first, time(), ZONE)
    begin = max(since - timedelta(days=YEAR), _oldest(session, only_demo, made))
    history = max((since - begin) / timedelta(days=1), 0.0)

    def counted(start: datetime, until: datetime | None) -> Cells:
        return cells(session, replace(filters, since=start, until=until), ZOOM, demo=only_demo, most=None)

    window = counted(since, filters.until)
    found = Hotspots(
        since, filters.until, days, round(history), int(window.count.sum()), enough=False, demo=only_demo, made=made
    )
    if history < max(LEAST_DAYS, LEAST_WINDOWS * days):
        return found
    before = counted(begin, since)
    if before.count.sum() < LEAST_REPORTS:
        return found
    length = timedelta(days=days)
    past = [counted(since - length * (n + 1), since - length * n) for n in range(min(PAST, int(history / days)))]
    counts = _side_by_side(window, before, past, history / ((end - since) / timedelta(days=1)))
    places, spots = _places(session, counts, scores(counts))
    return replace(found, enough=True, places=places, spots=spots)


def _oldest(session: Session, demo: bool, now: datetime) -> datetime:
    query = visible(select(Report.created_at), PUBLIC).where(Report.demo == demo)
    found = session.scalar(query.order_by(Report.created_at, Report.id).limit(1))
    # Whole days are what density has at hand.
    return datetime.combine((found or now).astimezone(ZONE).date(), time(), ZONE)


def _side_by_side(window: Cells, before: Cells, past: Sequence[Cells], windows: float) -> Counts:
    """The counts of every cell that holds any, now or before."""
    every = (window, before, *past)
    places = np.hstack([np.stack([one.y, one.x]) for one in every])
    keys, cell = np.unique(places, axis=1, return_inverse=True)
    split = np.cumsum([len(one.count) for one in every])[:-1]
    rows = np.array(
        [
            np.bincount(mine, one.count, keys.shape[1])
            for mine, one in zip(np.split(cell.reshape(-1), split), every, strict=True)
        ],
        np.int64,
    )
    return Counts(keys[1], keys[0], rows[0], rows[1], rows[2:], windows)


def _places(session: Session, counts: Counts, scored: Scores) -> tuple[tuple[Place, ...], tuple[Spot, ...]]:
    hot = np.flatnonzero(scored.level)
    if not hot.size:
        return (), ()
    many, group = connected_components(scored.near[hot][:, hot], directed=False)
    groups = [hot[group == number] for number in range(many)]
    groups.sort(key=lambda mine: (-scored.level[mine].max(), scored.p[mine].min(), int(mine[0])))
    groups = groups[:PLACES]
    places = tuple(_place(session, counts, scored, mine, number) for number, mine in enumerate(groups, 1))
    spots = tuple(
        _spot(counts, scored, cell, number) for number, mine in enumerate(groups, 1) for cell in mine.tolist()
    )
    return places, spots


def _place(session: Session, counts: Counts, scored: Scores, mine: Ints, number: int) -> Place:
    observed = counts.now[mine]
    middles = [corner(LEVEL, x + 0.5, y + 0.5) for x, y in zip(counts.x[mine], counts.y[mine], strict=True)]
    lon, lat = (round(float(np.average(values, weights=observed)), 5) for values in zip(*middles, strict=True))
    return Place(
        number,
        lon,
        lat,
        int(observed.sum()),
        float(scored.expected[mine].sum()),
        float(scored.z[mine].max()),
        float(scored.p[mine].min()),
        float(scored.level[mine].max()),
        _name(session, lon, lat),
    )


def _spot(counts: Counts, scored: Scores, cell: int, place: int) -> Spot:
    return Spot(
        int(counts.x[cell]),
        int(counts.y[cell]),
        int(counts.now[cell]),
        float(scored.expected[cell]),
        float(scored.z[cell]),
        float(scored.p[cell]),
        float(scored.level[cell]),
        place,
    )


def _name(session: Session, lon: float, lat: float) -> str | None:
    """The commune and the district at a point, the finest first; None at sea."""
    areas = sorted(lookup.areas_at(session, lon, lat), key=lambda area: (area.level != "commune", area.code))
    found: dict[str, Any] = {}
    for area in areas:
        found.setdefault(area.level, f"{area.kind} {area.name}")
    return ", ".join(found.values()) or None
