"""Names of places to jump to on the map."""

from typing import Any

import orjson
from fastapi import APIRouter, Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from api.deps import SessionDep
from boundaries import editions
from boundaries.models import Area, Edition
from geo.errors import NotFoundError, SetupError
from geo.search import alphabetical

router = APIRouter()
_LEVELS = ("district", "commune")


Row = list[Any]


@router.get("/reports/new/places", include_in_schema=False)
def places(session: SessionDep) -> Response:
    """Districts and communes of today as `listed` has them, and those that other editions call otherwise."""
    edition = editions.find(session)
    found = listed(session, edition) + elsewhere(session, edition)
    headers = {"Cache-Control": "public, max-age=3600"}
    return Response(orjson.dumps(found), media_type="application/json", headers=headers)


def listed(session: Session, edition: Edition) -> list[Row]:
    """`[name with kind, district or "", lon, lat, level, code]` by name; the point surely lies within the place."""
    above = aliased(Area)
    rows = session.execute(
        select(Area.kind, Area.name, above.kind, above.name, *_inner(Area), Area.level, Area.code)
        .outerjoin(above, _over(above))
        .where(Area.edition_id == edition.id, Area.level.in_(_LEVELS))
        .order_by(Area.code)
    )
    found = [
        [f"{kind} {name}", f"{over_kind} {over}" if over else "", round(lon, 5), round(lat, 5), level, code]
        for kind, name, over_kind, over, lon, lat, level, code in sorted(rows, key=lambda row: alphabetical(row[1]))
    ]
    return sorted(found, key=lambda row: row[4], reverse=True)  # districts first


def elsewhere(session: Session, edition: Edition) -> list[Row]:
    """Old and coming names, which only other editions have, as `listed`; above is today's commune, and the code its."""
    other = aliased(Area)
    same = aliased(Area)
    known = select(same.id).where(same.edition_id == edition.id, same.kind == other.kind, same.name == other.name)
    rows = session.execute(
        select(other.kind, other.name, Area.kind, Area.name, *_inner(other), other.level, Area.code)
        .join(Area, func.ST_Covers(Area.geometry, func.ST_PointOnSurface(other.outline)))
        .where(other.edition_id != edition.id, other.level.in_(_LEVELS), ~known.exists())
        .where(Area.edition_id == edition.id, Area.level == "commune")
        .order_by(other.name, other.edition_id)
    )
    first: dict[str, Row] = {}
    for kind, name, today_kind, today, lon, lat, level, code in rows:
        row = [f"{kind} {name}", f"{today_kind} {today}", round(lon, 5), round(lat, 5), level, code]
        first.setdefault(f"{kind} {name} {code}", row)
    return list(first.values())


def by_district(session: Session) -> list[tuple[str, list[tuple[str, str]]]]:
    """The communes of today as (code, name with kind) under their districts' full names, "" where there are none."""
    try:
        edition = editions.find(session)
    except (NotFoundError, SetupError):
        return []
    found: dict[str, list[tuple[str, str]]] = {}
    for name, above, _lon, _lat, level, code in listed(session, edition):
        if level == "district":
            found[name] = []  # they come first, and by name
        else:
            found.setdefault(above, []).append((code, name))
    return list(found.items())


def _over(above: Any) -> Any:
    return (above.edition_id == Area.edition_id) & (above.level == "district") & (above.code == Area.parent_code)


def _inner(area: Any) -> tuple[Any, Any]:
    point = func.ST_PointOnSurface(area.outline)
    return func.ST_X(point), func.ST_Y(point)
