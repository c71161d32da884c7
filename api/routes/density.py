"""Heat cells over HTTP."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response

from api.deps import SessionDep
from api.filters import FiltersDep
from api.geojson import geojson
from api.parameters import known
from api.shapes import geojson_of
from maps.density import FINEST, Cells, cells

router = APIRouter(prefix="/api/v1/density", tags=["maps"], dependencies=[Depends(known)])


@router.get("", response_class=Response, responses=geojson_of("Features"))
def density(
    session: SessionDep,
    filters: FiltersDep,
    zoom: Annotated[int, Query(ge=0, le=FINEST, description="of a web map; a cell is 32 × 32 of its pixels")] = 9,
    demo: Annotated[bool | None, Query(description="only demonstration reports, or none of them")] = None,
) -> Response:
    """How many public reports lie in each cell that has any.

    A cell is the web mercator tile {z}/{x}/{y} that is its `id`, three zooms deeper than asked, of zoom 18 at most; its
    point is its middle. A sensitive report counts where its blurred place lies. Of a bbox the cells that it touches.
    """
    found = cells(session, filters, zoom, demo=demo)
    return geojson(as_collection(found))


def as_collection(found: Cells) -> dict[str, Any]:
    """Cells as a FeatureCollection of points with `count` and, of these, `demo`."""
    columns = (found.x, found.y, found.lon, found.lat, found.count, found.demo)
    return {
        "type": "FeatureCollection",
        "zoom": found.zoom,
        "numberReturned": len(found.count),
        "total": int(found.count.sum()),
        "features": [
            {
                "type": "Feature",
                "id": f"{found.level}/{x}/{y}",
                "geometry": {"type": "Point", "coordinates": [lon, lat]},
                "properties": {"count": count, "demo": demo},
            }
            for x, y, lon, lat, count, demo in zip(*(column.tolist() for column in columns), strict=True)
        ],
    }
