"""Names of places to jump to on the map."""

from typing import Any

import orjson
from fastapi import APIRouter, Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from api.deps import SessionDep
from boundaries import editions
from boundaries.models import Area, Edition

router = APIRouter()


@router.get("/reports/new/places", include_in_schema=False)
def places(session: SessionDep) -> Response:
    """Districts and communes of today as `listed` has them."""
    found = listed(session, editions.find(session))
    headers = {"Cache-Control": "public, max-age=3600"}
    return Response(orjson.dumps(found), media_type="application/json", headers=headers)


def listed(session: Session, edition: Edition) -> list[list[Any]]:
    """`[name with kind, district or "", lon, lat, level, code]` by name; the point surely lies within the place."""
    inner = func.ST_PointOnSurface(Area.outline)
    above = aliased(Area)
    district = (above.edition_id == Area.edition_id) & (above.level == "district") & (above.code == Area.parent_code)
    rows = session.execute(
        select(Area.kind, Area.name, above.kind, above.name, func.ST_X(inner), func.ST_Y(inner), Area.level, Area.code)
        .outerjoin(above, district)
        .where(Area.edition_id == edition.id, Area.level.in_(("district", "commune")))
        .order_by(Area.level.desc(), Area.name, Area.code)
    )
    return [
        [f"{kind} {name}", f"{over_kind} {over}" if over else "", round(lon, 5), round(lat, 5), level, code]
        for kind, name, over_kind, over, lon, lat, level, code in rows
    ]
