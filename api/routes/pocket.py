"""The small file of borders with which a phone routes by itself."""

import orjson
from fastapi import APIRouter, Request, Response

from api.deps import SessionDep, SettingsDep
from api.etags import tag_of, unchanged
from boundaries import editions, lookup
from boundaries.pocket import pocket
from geo.errors import NotFoundError, SetupError

router = APIRouter()


@router.get("/app/areas.json", include_in_schema=False)
def areas(request: Request, session: SessionDep, settings: SettingsDep) -> Response:
    """The areas that answer today, their committees and simplified borders; sent again only when they have changed."""
    try:
        edition = editions.find(session)
    except (NotFoundError, SetupError):
        edition = None
    body = orjson.dumps(pocket(session, edition, lookup.today(), settings))
    tag = tag_of(body)
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if known := unchanged(request, tag, headers):
        return known
    return Response(body, media_type="application/json", headers=headers)
