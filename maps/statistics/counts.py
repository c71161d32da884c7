"""How many reports there are, by whom, what, where and when."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from boundaries.models import METRIC_SRID, Area, AreaPart, Edition
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


def by_area(session: Session, filters: Filters, edition: Edition, *, demo: bool | None) -> list[AreaCount]:
    """The reports of each area of an edition's routing level, by code, the empty ones too.

    A report counts where it was routed; where the edition has no such area any more, in the one that holds its place.
    """
    here = (Area.edition_id == edition.id, Area.level == edition.routing_level)
    columns = (Area.code, Area.name, Area.kind, Area.area_m2 / 1_000_000)
    areas = session.execute(select(*columns).where(*here).order_by(Area.code)).all()
    counted = tally(session, filters, demo=demo).kinds
    routed = {code: int(count) for code, count in counted.groupby("area")["count"].sum().items()}
    gone = [code for code in routed if code not in {area[0] for area in areas}]
    moved = _by_place(session, filters, edition, gone, demo=demo) if gone else {}
    return [AreaCount(*area, routed.get(area[0], 0) + moved.get(area[0], 0)) for area in areas]


def _by_place(
    session: Session, filters: Filters, edition: Edition, gone: list[Any], *, demo: bool | None
) -> dict[str, int]:
    """The reports of areas that the edition does not have, by the one of its areas that holds their public point."""
    spot = func.ST_Transform(Report.public_point, METRIC_SRID)
    # A point on a border lies in two parts and counts once.
    around = (
        select(Area.code)
        .join(AreaPart, AreaPart.area_id == Area.id)
        .where(Area.edition_id == edition.id, Area.level == edition.routing_level)
        .where(AreaPart.edition_id == edition.id, func.ST_Covers(AreaPart.geometry, spot))
        .order_by(Area.code)
        .limit(1)
        .correlate(Report)
        .scalar_subquery()
    )
    query: Select[Any] = (
        select(around.label("holder"), func.count()).where(Report.area_code.in_(gone)).group_by("holder")
    )
    query = visible(apply_filters(query.select_from(Report), replace(filters, bbox=None)), PUBLIC)
    if filters.bbox:
        level = spanning(filters.bbox)
        query = in_window(query, level, touched(filters.bbox, level))
    rows = session.execute(only(query, demo))
    return {code: count for code, count in rows if code is not None}


def _named(counted: pd.DataFrame, key: str, names: dict[int, tuple[str, str]]) -> list[dict[str, Any]]:
    return [{"code": names[one][0], "name": names[one][1], "count": count} for one, count in _largest(counted, key)]


def _largest(counted: pd.DataFrame, key: str) -> list[tuple[Any, int]]:
    totals = counted.groupby(key)["count"].sum()
    found = [(one, int(count)) for one, count in totals.items() if count]
    return sorted(found, key=lambda pair: (-pair[1], pair[0]))
