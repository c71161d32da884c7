"""Where a point would go, and why; nothing is stored."""

from datetime import date
from typing import Annotated

import orjson
from fastapi import APIRouter, Query, Response

from api.deps import LangDep, SessionsDep, SettingsDep
from api.receipts import routing_out
from api.refusals import refusals
from api.schemas import Number
from api.shapes import answering
from boundaries import routing
from geo import reports

router = APIRouter(prefix="/api/v1/route", tags=["boundaries"])


@router.get("", responses=answering("Routing") | refusals(404))
def route(
    *,
    sessions: SessionsDep,
    settings: SettingsDep,
    lang: LangDep,
    lon: Annotated[Number, Query(description="degrees, WGS 84")],
    lat: Annotated[Number, Query(description="degrees, WGS 84")],
    accuracy: Annotated[Number | None, Query(ge=0, le=100_000, description="metres")] = None,
    on: Annotated[date | None, Query(description="asks the edition active on that day")] = None,
    edition: Annotated[str | None, Query(pattern=r"^[A-Za-z0-9.\-]{1,32}$", description="asks this edition")] = None,
    category: Annotated[
        str | None, Query(pattern=r"^[a-z0-9\-]{1,64}$", description="a category's code: some have units of their own")
    ] = None,
    area: Annotated[str | None, Query(max_length=64, description="near a border: the candidate chosen")] = None,
) -> Response:
    """The area, unit and reason for a point."""
    with sessions.begin() as session:
        if category is not None:
            reports.category(session, category)  # a code that nobody has is told, not taken for the default
        found = routing.route(
            session,
            lon,
            lat,
            accuracy=accuracy,
            on=on,
            edition=edition,
            category=category,
            area=area,
            settings=settings,
        )
        told = routing_out(found, lang)
    return Response(orjson.dumps(told), media_type="application/json")
