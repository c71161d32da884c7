"""Which areas lie at and around a point: one statement of SQL on the subdivided polygons."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, lateral, or_, select, true
from sqlalchemy.orm import Session, load_only

from boundaries import editions, pins
from boundaries.metric import to_metric
from boundaries.models import METRIC_SRID, Area, AreaPart, Edition
from boundaries.pieces import TOUCH
from geo.deadlines import ZONE
from geo.models import Unit


@dataclass(frozen=True)
class Hit:
    """An area near a point, the committee that answers for it on the day, and the metres between (0 inside)."""

    area: Area
    unit: Unit | None
    distance: float

    @property
    def covers(self) -> bool:
        """Whether the point lies in the area or on its border."""
        return self.distance <= TOUCH


def areas_at(
    session: Session,
    lon: float,
    lat: float,
    *,
    on: date | None = None,
    accuracy: float | None = None,
    edition: str | None = None,
) -> list[Area]:
    """The districts and communes within `accuracy` metres of a point, those that cover it first; InvalidError."""
    pins.check(lon, lat, accuracy)
    x, y = to_metric(lon, lat)
    found, hits = around(session, x, y, accuracy or 0.0, on=on, edition=edition, fine=True)
    return [hit.area for hit in hits if hit.area.level != "neighbour"] if found else []


def around(
    session: Session,
    x: float,
    y: float,
    radius: float,
    *,
    on: date | None = None,
    edition: str | None = None,
    fine: bool = False,
) -> tuple[Edition | None, list[Hit]]:
    """The edition (None where none is in force) and the areas within `radius` metres of a metric point, nearest first.

    Of the routing level and of neighbouring provinces all within the radius; of communes below it only what covers the
    point, or all with `fine`. NotFoundError for an edition that is not there.
    """
    values = {"x": x, "y": y, "radius": max(radius, TOUCH), "day": on or today(), "edition": edition, "fine": fine}
    rows = session.execute(_around(edition is not None), values).all()
    if not rows:
        if edition is not None:
            editions.find(session, edition, on)  # says in its own words that there is none
        return None, []
    return rows[0][0], _hits(rows)


def closest(
    session: Session, edition: Edition, x: float, y: float, *, on: date | None, within: str | None = None
) -> list[Hit]:
    """The areas of the routing level, or the communes of an area by its code, that are nearest to a point in none.

    Several where a millimetre does not tell them apart, in the order of their codes; committees of the day, or of any
    day without one.
    """
    level = "commune" if within else edition.routing_level
    values = {"x": x, "y": y, "edition": edition.id, "level": level, "day": on, "parent": within}
    hits = _hits([(edition, *row) for row in session.execute(_closest(on is None, within is not None), values)])
    least = min((hit.distance for hit in hits), default=0.0)
    return sorted((hit for hit in hits if hit.distance <= least + TOUCH), key=lambda hit: hit.area.code)


def parts_within(session: Session, areas: Sequence[Area], x: float, y: float, radius: float) -> list[tuple[int, bytes]]:
    """Area id and WKB in metres of each part of the areas within `radius` metres of a point."""
    statement = (
        select(AreaPart.area_id, func.ST_AsBinary(AreaPart.geometry, type_=None))
        .where(AreaPart.area_id.in_([area.id for area in areas]))
        .where(func.ST_DWithin(AreaPart.geometry, _pin(), bindparam("radius")))
    )
    rows = session.execute(statement, {"x": x, "y": y, "radius": radius})
    return [(area_id, bytes(wkb)) for area_id, wkb in rows]


def today() -> date:
    """The date in the province."""
    return datetime.now(ZONE).date()


def committee(named: bool) -> Any:
    """The condition that a unit is the committee of an area, in an edition named at any time, else on the day.

    A named edition may be a draft, whose committees answer on no day yet.
    """
    ours = and_(Unit.area_code == Area.code, Unit.kind == "committee")
    if named:
        return ours
    return and_(
        ours,
        or_(Unit.valid_from.is_(None), Unit.valid_from <= bindparam("day")),
        or_(Unit.valid_until.is_(None), Unit.valid_until > bindparam("day")),
    )


def in_force(named: bool) -> Any:
    """The condition that an edition is the one named, or is active on the day."""
    if named:
        return Edition.code == bindparam("edition")
    return and_(
        Edition.state == "active",
        Edition.valid_from <= bindparam("day"),
        or_(Edition.valid_until.is_(None), Edition.valid_until > bindparam("day")),
    )


def _pin() -> Any:
    return func.ST_SetSRID(func.ST_MakePoint(bindparam("x"), bindparam("y"), type_=None), METRIC_SRID, type_=None)


# Columns enough to say what a place is called: a geometry of 300 kB has no business in a reply.
_NAMES = (
    load_only(Area.level, Area.code, Area.parent_code, Area.name, Area.kind, Area.coastal),
    load_only(Unit.code, Unit.name),
)


@cache
def _around(named: bool) -> Select[Edition, Area, Unit, float]:
    distance = func.min(func.ST_Distance(AreaPart.geometry, _pin())).label("distance")
    near = func.ST_DWithin(AreaPart.geometry, _pin(), bindparam("radius"))
    touched = func.ST_DWithin(AreaPart.geometry, _pin(), TOUCH)
    wanted = or_(AreaPart.level == "neighbour", AreaPart.level == Edition.routing_level, touched, bindparam("fine"))
    hits = lateral(
        select(AreaPart.area_id, distance)
        .where(AreaPart.edition_id == Edition.id, near, wanted)
        .group_by(AreaPart.area_id)
        .correlate(Edition)
    )
    return (
        select(Edition, Area, Unit, hits.c.distance)
        .select_from(Edition)
        .outerjoin(hits, true())
        .outerjoin(Area, Area.id == hits.c.area_id)
        .outerjoin(Unit, committee(named))
        .where(in_force(named))
        .options(*_NAMES, load_only(Edition.code, Edition.routing_level))
    )


@cache
def _closest(named: bool, within: bool) -> Select[Area, Unit, float]:
    distance = func.ST_Distance(AreaPart.geometry, _pin())
    parts = select(AreaPart.area_id, distance.label("distance")).where(
        AreaPart.edition_id == bindparam("edition"), AreaPart.level == bindparam("level")
    )
    if within:
        parts = parts.join(Area, Area.id == AreaPart.area_id).where(Area.parent_code == bindparam("parent"))
    # A corner where many parts meet is the worst case of a tie.
    nearest = parts.order_by(AreaPart.geometry.op("<->")(_pin())).limit(64).subquery()
    return (
        select(Area, Unit, func.min(nearest.c.distance))
        .select_from(nearest)
        .join(Area, Area.id == nearest.c.area_id)
        .outerjoin(Unit, committee(named))
        .group_by(Area.id, Unit.id)
        .options(*_NAMES)
    )


def _hits(rows: Sequence[Any]) -> list[Hit]:
    """Hits of rows (edition, area, unit, distance), nearest first; of two committees the smaller code."""
    best: dict[int, Hit] = {}
    for _, area, unit, distance in rows:
        if area is None:
            continue
        known = best.get(area.id)
        if known is None or (unit and known.unit and unit.code < known.unit.code):
            best[area.id] = Hit(area, unit, distance)
    return sorted(best.values(), key=lambda hit: (hit.distance, hit.area.code))
