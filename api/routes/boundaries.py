"""Editions and their areas over HTTP."""

from typing import Any

from fastapi import APIRouter, Request, Response

from api.deps import SessionDep
from api.etags import tag_of, unchanged
from api.geojson import geojson
from api.refusals import refusals
from api.shapes import geojson_of
from boundaries import editions
from maps.outlines import collection, listed

router = APIRouter(prefix="/api/v1/boundaries", tags=["boundaries"])
# An edition hardly ever changes; a draft that is loaded anew has another tag.
CACHE = "public, max-age=3600"


@router.get("")
def every(session: SessionDep) -> list[dict[str, Any]]:
    """The editions, oldest first, with their days, levels, source, licence and attribution."""
    return listed(session)


@router.get("/{edition}/{level}", response_class=Response, responses=geojson_of("Features") | refusals(304))
def areas(request: Request, session: SessionDep, edition: str, level: str) -> Response:
    """The areas of a level (`district` or `commune`) as GeoJSON.

    `simplified` says whether these are outlines for drawing, because the licence lets nobody pass the borders on.
    """
    found = editions.find(session, edition)
    facts = repr((found.id, found.code, found.created_at, found.redistributable, level))
    tag = tag_of(facts.encode())
    headers = {"ETag": tag, "Cache-Control": CACHE}
    if known := unchanged(request, tag, headers):
        return known
    return geojson(collection(session, found, level), headers=headers)
