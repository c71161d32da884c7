"""Counts over HTTP."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from api.deps import SessionDep
from api.filters import FiltersDep
from api.parameters import known
from boundaries import editions
from geo.errors import NotFoundError, SetupError
from maps.statistics import Period, by_area, summary

router = APIRouter(prefix="/api/v1/statistics", tags=["maps"], dependencies=[Depends(known)])


@router.get("")
def statistics(
    session: SessionDep,
    filters: FiltersDep,
    period: Annotated[Period, Query(description="in Vietnam's calendar; weeks begin on Monday")] = "month",
    demo: Annotated[bool, Query(description="the demonstration reports instead, which otherwise never count")] = False,
) -> dict[str, Any]:
    """How many public reports there are by unit, category, state, period and area; demonstration data do not count.

    With `edition` by the areas of that edition, or of `then`; `unplaced` are those without a place in it yet, so that
    they and the areas' counts add up to `total`. docs/statistics.md says what each means.
    """
    return {
        "generated_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "demo": demo,
        "edition": filters.edition,
        **summary(session, filters, period=period, demo=demo),
        **_areas(session, filters, demo=demo),
    }


def _areas(session: SessionDep, filters: FiltersDep, *, demo: bool) -> dict[str, Any]:
    """The areas with their counts, and the rest; without any edition in force there are no areas."""
    try:
        edition = editions.find(session)
    except (NotFoundError, SetupError):
        return {"areas": [], "unplaced": None}  # counts by unit and time need no borders
    found = by_area(session, filters, edition, demo=demo)
    areas = [
        {
            "code": one.code,
            "name": f"{one.kind} {one.name}",
            "count": one.count,
            "area_km2": round(one.area, 3),
            "per_1000_km2": round(one.rate, 3),
        }
        for one in found.areas
    ]
    return {"areas": areas, "unplaced": found.unplaced}
