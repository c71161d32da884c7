"""Editions and their areas over HTTP."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from api.deps import SessionDep
from api.etags import tag_of, unchanged
from api.geojson import geojson
from api.parameters import known
from api.refusals import refusals
from api.shapes import geojson_of
from boundaries import editions
from maps.outlines import collection, listed

router = APIRouter(prefix="/api/v1/boundaries", tags=["boundaries"], dependencies=[Depends(known)])
# An edition hardly ever changes; a draft that is loaded anew has another tag.
CACHE = "public, max-age=3600"


@router.get("")
def every(session: SessionDep) -> list[dict[str, Any]]:
    """The editions, oldest first, with their days, levels, source, licence and attribution."""
    return listed(session)


@router.get("/{edition}/{level}", response_class=Response, responses=geojson_of("Features") | refusals(304))
def areas(
    request: Request,
    session: SessionDep,
    edition: str,
    level: str,
    _v: Annotated[
        str | None,
        Query(alias="v", max_length=64, description="anything: an address that no cache has a copy of"),
    ] = None,
) -> Response:
    """The areas of a level (`district` or `commune`) as GeoJSON.

    `simplified` says whether these are outlines for drawing, because the licence lets nobody pass the borders on.
    """
    found = editions.find(session, edition)
    facts = repr((found.id, found.code, found.created_at, found.redistributable, level))
    tag = tag_of(facts.encode())
    headers = {"ETag": tag, "Cache-Control": CACHE}
    if kept := unchanged(request, tag, headers):
        return kept
    return geojson(collection(session, found, level), headers=headers)
