"""How many reports there are, by whom, what, where and when."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, NamedTuple

import pandas as pd
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from boundaries import placed
from boundaries.models import Area, Edition, ReportArea
from geo.density.grid import EPOCH
from geo.filters import Filters, apply_filters
from geo.models import Category, Report, Unit
from geo.permissions import PUBLIC, visible
from maps.density import spanning, touched
from maps.rows import in_window
from maps.samples import only
from maps.statistics.periods import Period, beginning
from maps.tally import tally


@dataclass(frozen=True)
class AreaCount:
    """The reports of an area; `area` in km² on the ellipsoid, `rate` in reports per 1,000 km²."""

    code: str
    name: str
    kind: str
    area: float
    count: int

    @property
    def rate(self) -> float:
        """Reports per 1,000 km²."""
        return self.count / self.area * 1_000


def summary(session: Session, filters: Filters, *, period: Period, demo: bool) -> dict[str, Any]:
    """Counts by unit, category, state and period (each by its first day in Vietnam), the largest first but for time."""
    counted, days = tally(session, filters, demo=demo, daily=True)
    units = {one.id: (one.code, one.name) for one in session.execute(select(Unit.id, Unit.code, Unit.name))}
    kinds = select(Category.id, Category.code, Category.name)
    categories = {one.id: (one.code, one.name) for one in session.execute(kinds)}
    started: dict[date, int] = {}
    for day, count in days.items():
        start = beginning(EPOCH + timedelta(days=int(str(day))), period)
        started[start] = started.get(start, 0) + int(count)
    return {
        "total": int(counted["count"].sum()),
        # Reports merged into one another are about one thing.
        "incidents": int(counted.loc[counted["state"] != "merged", "count"].sum()),
        "units": _named(counted, "unit", units),
        "categories": _named(counted, "category", categories),
        "states": [{"state": state, "count": count} for state, count in _largest(counted, "state")],
        "period": period,
        "periods": [{"start": start.isoformat(), "count": count} for start, count in started.items() if count],
    }


class AreaCounts(NamedTuple):
    """The areas of an edition with their reports, and the reports without a place in it yet: together they are all."""

    areas: list[AreaCount]
    unplaced: int


def by_area(session: Session, filters: Filters, edition: Edition, *, demo: bool | None) -> AreaCounts:
    """The reports of each area, by code, the empty ones too.

    Where `filters` name an edition (or `then`) by its areas alone. Else by those that the given one routes to: a report
    counts where it was routed; where the edition has no such area any more, in the one that has its place.
    """
    if filters.edition:
        among = placed.asked(session, filters.edition)
        return _counted(_areas(session, among), _placed(session, filters, among, demo=demo))
    areas = _areas(session, [edition])
    routed = tally(session, filters, demo=demo).kinds.groupby("area", dropna=False)["count"].sum()
    counts = {(code if isinstance(code, str) else None): int(count) for code, count in routed.items()}
    if gone := [code for code in counts if code is not None and code not in areas]:
        for code, count in _placed(session, filters, [edition], demo=demo, routed=gone).items():
            counts[code] = counts.get(code, 0) + count
    return _counted(areas, {code: count for code, count in counts.items() if code not in gone})


def _areas(session: Session, editions: Sequence[Edition]) -> dict[str, AreaCount]:
    """The areas that some editions, oldest first, route to; a code that several have is told as the newest has it."""
    found: dict[str, AreaCount] = {}
    for edition in editions:
        here = (Area.edition_id == edition.id, Area.level == edition.routing_level)
        columns = (Area.code, Area.name, Area.kind, Area.area_m2 / 1_000_000)
        found |= {row[0]: AreaCount(*row, 0) for row in session.execute(select(*columns).where(*here))}
    return dict(sorted(found.items()))


def _counted(areas: dict[str, AreaCount], counts: dict[str | None, int]) -> AreaCounts:
    told = [replace(one, count=counts.get(code, 0)) for code, one in areas.items()]
    return AreaCounts(told, sum(counts.values()) - sum(one.count for one in told))


def _placed(
    session: Session,
    filters: Filters,
    editions: Sequence[Edition],
    *,
    demo: bool | None,
    routed: Sequence[str] | None = None,
) -> dict[str | None, int]:
    """The reports by their area in the editions, None for those not placed yet; all, or those routed to some areas."""
    query: Any = select(ReportArea.area_code, func.count()).select_from(Report)
    query = query.outerjoin(ReportArea, placed.here(editions)).group_by(ReportArea.area_code)
    query = visible(apply_filters(query, replace(filters, bbox=None)), PUBLIC)
    if routed is not None:
        query = query.where(Report.area_code.in_(routed))
    if filters.bbox:
        level = spanning(filters.bbox)
        query = in_window(query, level, touched(filters.bbox, level))
    return {code: int(count) for code, count in session.execute(only(query, demo))}


def _named(counted: pd.DataFrame, key: str, names: dict[int, tuple[str, str]]) -> list[dict[str, Any]]:
    return [{"code": names[one][0], "name": names[one][1], "count": count} for one, count in _largest(counted, key)]


def _largest(counted: pd.DataFrame, key: str) -> list[tuple[Any, int]]:
    totals = counted.groupby(key)["count"].sum()
    found = [(one, int(count)) for one, count in totals.items() if count]
    return sorted(found, key=lambda pair: (-pair[1], pair[0]))
