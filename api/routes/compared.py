"""Two editions side by side over HTTP: their difference, and what became of each area."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from api.comparing import every_laid, laid
from api.deps import opened
from api.parameters import known
from api.refusals import refusals
from boundaries import editions
from boundaries.correspondence import Part
from boundaries.difference import Difference, pairs
from maps.export import FORMATS
from maps.export.parts import PARTS, file_of

Level = Literal["district", "commune"]
Format = Literal["json", "csv", "xlsx", "geojson"]
DEMO = "the demonstration reports instead, which otherwise never count"
router = APIRouter(prefix="/api/v1/boundaries", tags=["boundaries"], dependencies=[Depends(known)])
_FILES: dict[int | str, dict[str, Any]] = {200: {"content": {FORMATS[name].media_type: {} for name in PARTS}}}


@router.get("/{edition}/diff/{other}", responses=refusals(404))
def differing(
    request: Request, edition: str, other: str, demo: Annotated[bool, Query(description=DEMO)] = False
) -> Difference:
    """What another edition changes: kinds, the square metres that change hands, and the public reports on them.

    Compared are the levels by which reports are routed (`authority` is what another committee answers for), then
    each level that both have. Borders that two digitisations draw up to 150 m apart are counted as
    `narrow_square_metres`. Kept for ten minutes.
    """
    with opened(request) as session:
        both = (editions.find(session, edition), editions.find(session, other))
        levels = pairs(session, *both)
    compared = [one.comparison for one in every_laid(request, both, levels, demo=demo)]
    return Difference(both[0].code, both[1].code, compared)


@router.get("/{edition}/correspondence/{other}", response_model=list[Part], responses=_FILES | refusals(404))
def corresponding(  # noqa: PLR0917 (FastAPI names them all)
    request: Request,
    edition: str,
    other: str,
    level: Annotated[Level, Query(description="of `edition`")] = "commune",
    to: Annotated[Level, Query(description="of `other`")] = "commune",
    demo: Annotated[bool, Query(description=DEMO)] = False,
    format: Annotated[  # noqa: A002 (the contract's word)
        Format, Query(description="geojson has the pieces themselves, simplified where a licence asks for it")
    ] = "json",
) -> Any:
    """How much of each area of an edition lies in which areas of another, by land and by public reports.

    Shares are of the old area and add up to one; `new` is null for what no area of the other edition has. Kept for ten
    minutes.
    """
    with opened(request) as session:
        both = (editions.find(session, edition), editions.find(session, other))
    found = laid(request, both, (level, to), demo=demo)
    if format == "json":
        return found.parts
    one = FORMATS[format]
    stem = f"dia-gioi-{both[0].code}-{level}-{both[1].code}-{to}{'-minh-hoa' if demo else ''}"
    return Response(
        file_of(format, found.overlay, found.parts, both, found.levels),
        media_type=one.media_type,
        headers={"Content-Disposition": f'attachment; filename="{stem}.{one.ending}"'},
    )
