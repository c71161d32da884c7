"""Which areas lie at and around a point: one statement of SQL on the subdivided polygons."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, lateral, or_, select, true
from sqlalchemy.dialects.postgresql import psycopg
from sqlalchemy.orm import Session, load_only

from boundaries import editions, pins
from boundaries.metric import to_metric
from boundaries.models import METRIC_SRID, Area, AreaPart, Edition
from boundaries.pieces import TOUCH
from geo.database import driver
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
    sql, constants = _around(edition is not None)
    rows = driver(session).execute(sql, constants | values).fetchall()
    if not rows:
        if edition is not None:
            editions.find(session, edition, on)  # says in its own words that there is none
        return None, []
    return Edition(**dict(zip(_EDITION, rows[0], strict=False))), _hits([_loaded(row) for row in rows])


def closest(
    session: Session, edition: Edition, x: float, y: float, *, on: date | None, within: str | None = None
) -> list[Hit]:
    """The areas of the routing level, or the communes of an area by its code, that are nearest to a point in none.

    Several where a millimetre does not tell them apart, in the order of their codes; committees of the day, or of any
    day without one.
    """
    level = "commune" if within else edition.routing_level
    values = {"x": x, "y": y, "edition": edition.id, "level": level, "day": on, "parent": within}
    hits = _hits(session.execute(_closest(on is None, within is not None), values).all())
    least = min((hit.distance for hit in hits), default=0.0)
    return sorted((hit for hit in hits if hit.distance <= least + TOUCH), key=lambda hit: hit.area.code)


def named(session: Session, edition: Edition, code: str, *, on: date | None) -> Hit:
    """An area of the routing level by its code, with its committee, as if it were far away."""
    query = select(Area, Unit).outerjoin(Unit, committee(on is None)).options(*_NAMES)
    here = (Area.edition_id == edition.id, Area.level == edition.routing_level, Area.code == code)
    area, unit = session.execute(query.where(*here).order_by(Unit.code).limit(1), {"day": on}).one()
    return Hit(area, unit, math.inf)


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
_EDITION = ("id", "code", "routing_level", "name", "valid_from", "activated_at")
_AREA = ("id", "level", "code", "parent_code", "name", "kind", "coastal")
_UNIT = ("id", "code", "name", "area_code")
_COLUMNS = ((Edition, _EDITION), (Area, _AREA), (Unit, _UNIT))
_NAMES = (load_only(*(getattr(Area, name) for name in _AREA)), load_only(*(getattr(Unit, name) for name in _UNIT)))


def _loaded(row: Sequence[Any]) -> tuple[Area | None, Unit | None, float]:
    """The area, unit and distance of a row of `_around`, as copies that no session knows: it runs for every pin."""
    area, unit = row[len(_EDITION) : -1 - len(_UNIT)], row[-1 - len(_UNIT) : -1]
    return (
        None if area[0] is None else Area(**dict(zip(_AREA, area, strict=True))),
        None if unit[0] is None else Unit(**dict(zip(_UNIT, unit, strict=True))),
        row[-1],
    )


@cache
def _around(named: bool) -> tuple[str, dict[str, Any]]:
    """The statement as the driver takes it, and the values in it that are always the same."""
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
    columns = [getattr(table, name) for table, names in _COLUMNS for name in names]
    statement = (
        select(*columns, hits.c.distance)
        .select_from(Edition)
        .outerjoin(hits, true())
        .outerjoin(Area, Area.id == hits.c.area_id)
        .outerjoin(Unit, committee(named))
        .where(in_force(named))
    )
    compiled = statement.compile(dialect=psycopg.dialect())  # type: ignore[no-untyped-call]
    return str(compiled), {name: value for name, value in compiled.params.items() if value is not None}


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
    """Hits of rows (area, unit, distance), nearest first; of two committees the smaller code."""
    best: dict[int, Hit] = {}
    for area, unit, distance in rows:
        if area is None:
            continue
        known = best.get(area.id)
        if known is None or (unit and known.unit and unit.code < known.unit.code):
            best[area.id] = Hit(area, unit, distance)
    return sorted(best.values(), key=lambda hit: (hit.distance, hit.area.code))
