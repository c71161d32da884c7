"""How many reports there are, by whom, what, where and when."""

from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, Date, Subquery, cast, func, select, true
from sqlalchemy.orm import Session

from boundaries.models import METRIC_SRID, Area, AreaPart, Edition
from geo.deadlines import ZONE
from geo.filters import Filters
from maps.features import select_public
from maps.samples import only

Period = Literal["day", "week", "month", "year"]


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
    report = _reports(filters, demo)
    started = cast(func.date_trunc(period, func.timezone(ZONE.key, report.c.created_at)), Date)
    units = _counts(session, report.c.unit, report.c.unit_name)
    categories = _counts(session, report.c.category, report.c.category_name)
    states = _counts(session, report.c.state)
    periods = session.execute(select(started.label("start"), func.count()).group_by("start").order_by("start"))
    return {
        "total": sum(count for *_key, count in states),
        # Reports merged into one another are about one thing.
        "incidents": session.scalar(select(func.count()).where(report.c.lead.is_(None))) or 0,
        "units": [{"code": code, "name": name, "count": count} for code, name, count in units],
        "categories": [{"code": code, "name": name, "count": count} for code, name, count in categories],
        "states": [{"state": state, "count": count} for state, count in states],
        "period": period,
        "periods": [{"start": start.isoformat(), "count": count} for start, count in periods],
    }


def by_area(session: Session, filters: Filters, edition: Edition, *, demo: bool | None) -> list[AreaCount]:
    """The reports of each area of an edition's routing level, by code, the empty ones too.

    A report counts where it was routed; where the edition has no such area any more, in the one that holds its place.
    """
    report = _reports(filters, demo)
    routed = select(report.c.area, func.count().label("count")).group_by(report.c.area).cte("routed")
    here = (Area.edition_id == edition.id, Area.level == edition.routing_level)
    codes = select(Area.code).where(*here)
    spot = func.ST_Transform(func.ST_SetSRID(func.ST_MakePoint(report.c.lon, report.c.lat), 4326), METRIC_SRID)
    # A point on a border lies in two parts and counts once.
    around = (
        select(Area.code)
        .join(AreaPart, AreaPart.area_id == Area.id)
        .where(*here, AreaPart.edition_id == edition.id, func.ST_Covers(AreaPart.geometry, spot))
        .order_by(Area.code)
        .limit(1)
        .lateral("around")
    )
    moved = (
        select(around.c.code, func.count().label("count"))
        .select_from(report.join(around, true()))
        .where(report.c.area.not_in(codes))
        .group_by(around.c.code)
        .cte("moved")
    )
    rows = session.execute(
        select(
            Area.code,
            Area.name,
            Area.kind,
            Area.area_m2 / 1_000_000,
            func.coalesce(routed.c.count, 0) + func.coalesce(moved.c.count, 0),
        )
        .outerjoin(routed, routed.c.area == Area.code)
        .outerjoin(moved, moved.c.code == Area.code)
        .where(*here)
        .order_by(Area.code)
    )
    return [AreaCount(*row) for row in rows]


def _counts(session: Session, *keys: ColumnElement[Any]) -> list[Any]:
    return list(
        session.execute(select(*keys, func.count().label("n")).group_by(*keys).order_by(func.count().desc(), keys[0]))
    )


def _reports(filters: Filters, demo: bool | None) -> Subquery:
    return only(select_public(filters), demo).subquery("report")
