"""Editions and their areas over HTTP."""

from typing import Annotated, Any, Literal, cast

from fastapi import APIRouter, Query, Request, Response

from api.deps import SessionDep, opened
from api.etags import tag_of, unchanged
from api.geojson import geojson
from api.refusals import refusals
from api.remembered import Remembered
from api.shapes import geojson_of
from boundaries import editions
from boundaries.correspondence import Part, correspondence
from maps.outlines import collection, listed

Level = Literal["district", "commune"]
MINUTES, MOST = 10, 20
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


def remembered_correspondence() -> Remembered[list[Part]]:
    """Room for what reads all reports: one set for each application, since another has another database."""
    return Remembered(60 * MINUTES, MOST)


@router.get("/{edition}/correspondence/{other}")
def corresponding(
    *,
    request: Request,
    edition: str,
    other: str,
    level: Annotated[Level, Query(description="of `edition`")] = "commune",
    to: Annotated[Level, Query(description="of `other`")] = "commune",
    demo: Annotated[bool, Query(description="the demonstration reports instead, which otherwise never count")] = False,
) -> list[Part]:
    """How much of each area of an edition lies in which areas of another, by land and by public reports.

    Shares are of the old area and add up to one; `new` is null for what no area of the other edition has.
    """
    with opened(request) as session:
        editions_ = (editions.find(session, edition), editions.find(session, other))
        key = (*((one.id, one.created_at) for one in editions_), level, to, demo)

    def made() -> list[Part]:
        with opened(request) as session:
            return correspondence(session, *editions_, level, to, demo=demo)

    return cast(Remembered[list[Part]], request.app.state.correspondence).get(key, made)
