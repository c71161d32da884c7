"""Hot spots and recurring places over HTTP."""

from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from api.deps import LangDep, SessionDep, SessionsDep
from api.filters import read_filters
from api.geojson import geojson
from api.parameters import CategoriesDep, known, once
from api.remembered import Remembered
from api.shapes import geojson_of
from geo.deadlines import ZONE
from geo.filters import Filters
from geo.i18n import Lang
from maps import explaining
from maps.grid import Tile
from maps.hotspots import LEVEL, Hotspots, Spot, hotspots
from maps.recurring import Recurring, recurring

router = APIRouter(prefix="/api/v1", tags=["maps"], dependencies=[Depends(known)])
# A screen that asks with every event would have the same thousands of cells scored over and over for a few more.
MINUTE, ANSWERS = 60.0, 64
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)  # no report is beyond them


def remembered_hotspots() -> Remembered[Hotspots]:
    """What an application keeps of the hot spots it was asked for."""
    return Remembered(MINUTE, ANSWERS)


async def _written_filters(
    request: Request,
    category: CategoriesDep,
    unit: Annotated[str | None, Query(description="a code of /api/v1/units")] = None,
    until: Annotated[str | None, Query(description="the end: a day, which is included, or ISO 8601; else now")] = None,
) -> dict[str, str | None]:
    once(request, "unit", "until")
    return {"category": category, "unit": unit, "until": until}


WindowDep = Annotated[dict[str, str | None], Depends(_written_filters)]
DemoDep = Annotated[bool | None, Query(description="the demonstration reports, or the real; they never mix")]


@router.get("/hotspots", response_class=Response, responses=geojson_of("Features"))
def hot(
    request: Request,
    sessions: SessionsDep,
    lang: LangDep,
    window: WindowDep,
    *,
    days: Annotated[int, Query(ge=1, le=90, description="how long the window is, in local days")] = 7,
    demo: DemoDep = None,
) -> Response:
    """Where there are more public reports than usual, mostly at most a minute old.

    `until` counts by whole hours. A feature is a hot cell, a tile of the web mercator grid, with `observed`,
    `expected`, `ratio`, Gi* as `z`, `p`, the `level` of significance in percent, and the number of its `place`;
    `places` are neighbouring cells taken together.
    """
    kept: Remembered[Hotspots] = request.app.state.hotspots

    # Closed before `get`: whoever waits there must not keep a connection from everybody else.
    with sessions() as session:
        filters = _rounded_down(read_filters(session, **window))

    def make() -> Hotspots:
        with sessions() as session:
            return hotspots(session, filters, days=days, demo=demo)

    found = kept.get((filters, days, demo), make)
    return geojson(as_collection(found, lang), headers={"Cache-Control": "no-cache", "Content-Language": lang})


@router.get("/recurring", response_class=Response, responses=geojson_of("Features"))
def again(session: SessionDep, lang: LangDep, window: WindowDep, demo: DemoDep = None) -> Response:
    """The places where reports came back after a result, each with the codes of its newest reports."""
    features = [_again(one, lang) for one in recurring(session, read_filters(session, **window), demo=demo)]
    body = {"type": "FeatureCollection", "generated_at": _written(datetime.now(UTC)), "features": features}
    return geojson(body, headers={"Cache-Control": "no-cache", "Content-Language": lang})


def _rounded_down(filters: Filters) -> Filters:
    """The same question however it is written; of its end the hour alone, or each second would be one more."""
    end = filters.until and min(max(filters.until, EARLIEST), LATEST).astimezone(ZONE)
    end = end and end.replace(minute=0, second=0, microsecond=0)
    return replace(filters, category=tuple(sorted(set(filters.category))), until=end)


def as_collection(found: Hotspots, lang: Lang) -> dict[str, Any]:
    """Hot cells as a FeatureCollection of polygons with the places and a sentence as members."""
    return {
        "type": "FeatureCollection",
        "generated_at": _written(found.made),
        "since": found.since.isoformat(),
        "until": found.until.isoformat() if found.until else None,
        "days": found.days,
        "history_days": found.history,
        "total": found.observed,
        "enough": found.enough,
        "demo": found.demo,
        "sentence": explaining.summary(found, lang),
        "places": [
            asdict(one)
            | {"ratio": _ratio(one.observed, one.expected), "sentence": explaining.place(found, one, lang)}
            | _rounded(one.expected, one.z)
            for one in found.places
        ],
        "features": [_cell(found, one, lang) for one in found.spots],
    }


def _cell(found: Hotspots, one: Spot, lang: Lang) -> dict[str, Any]:
    box = Tile(LEVEL, one.x, one.y).box()
    west, south, east, north = (round(edge, 6) for edge in (box.west, box.south, box.east, box.north))
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    facts = {name: value for name, value in asdict(one).items() if name not in ("x", "y")}
    return {
        "type": "Feature",
        "id": f"{LEVEL}/{one.x}/{one.y}",
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": facts
        | _rounded(one.expected, one.z)
        | {
            "ratio": _ratio(one.observed, one.expected),
            "sentence": explaining.place(found, one, lang),
            "generated_at": _written(found.made),
        },
    }


def _again(one: Recurring, lang: Lang) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [one.lon, one.lat]},
        "properties": {
            "category": one.category,
            "count": one.count,
            "first": one.first.astimezone(UTC).isoformat(timespec="seconds"),
            "last": one.last.astimezone(UTC).isoformat(timespec="seconds"),
            "codes": list(one.codes),
            "demo": one.demo,
            "sentence": explaining.again(one, lang),
        },
    }


def _rounded(expected: float, z: float) -> dict[str, float]:
    return {"expected": round(expected, 3), "z": round(z, 3)}


def _ratio(observed: int, expected: float) -> float | None:
    return round(observed / expected, 2) if expected else None


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")
