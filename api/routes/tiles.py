"""Vector tiles over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from api.deps import SessionDep
from api.etags import tag_of, unchanged
from api.filters import FiltersDep
from api.parameters import known
from api.refusals import refusals
from api.shapes import in_bytes
from boundaries import editions
from maps.area_tiles import areas as area_tile
from maps.grid import Tile
from maps.tiles import reports as report_tile

router = APIRouter(prefix="/tiles", tags=["maps"], dependencies=[Depends(known)])
MEDIA_TYPE = "application/vnd.mapbox-vector-tile"
# A report sent a moment ago must be on the next map: a tile is kept, but asked for each time whether it still holds.
ASK = "no-cache"
# A named edition stays as it is; the one in force may be another tomorrow, and a draft may be loaded anew.
KEEP = "public, max-age=3600"
TILE = in_bytes(MEDIA_TYPE) | refusals(304)
TileDep = Annotated[Tile, Depends(Tile.checked)]


@router.get("/reports/{z}/{x}/{y}.mvt", response_class=Response, responses=TILE)
def reports(
    request: Request,
    session: SessionDep,
    filters: FiltersDep,
    tile: TileDep,
    demo: Annotated[bool | None, Query(description="only demonstration reports, or none of them")] = None,
) -> Response:
    """Public reports as points (`reports`), or gathered into cells (`cells`) where they are many; empty for none."""
    return answer(request, report_tile(session, filters, tile, demo=demo), ASK)


@router.get("/areas/{z}/{x}/{y}.mvt", response_class=Response, responses=TILE)
def areas(
    request: Request,
    session: SessionDep,
    tile: TileDep,
    edition: Annotated[str | None, Query(description="its code; else the one in force")] = None,
) -> Response:
    """The districts or, from zoom 10 on, communes of an edition (`areas`) and a point for each name (`labels`)."""
    found = editions.find(session, edition)
    settled = edition is not None and found.state == "active"
    return answer(request, area_tile(session, found, tile), KEEP if settled else ASK)


def answer(request: Request, content: bytes, keeping: str) -> Response:
    """A tile with its tag, or the 304 where the reader has it; `keeping` is what caches are told."""
    headers = {"ETag": tag_of(content), "Cache-Control": keeping}
    return unchanged(request, headers["ETag"], headers) or Response(content, media_type=MEDIA_TYPE, headers=headers)
