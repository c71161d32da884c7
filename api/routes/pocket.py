"""The small file of borders with which a phone routes by itself."""

import hashlib

import orjson
from fastapi import APIRouter, Request, Response

from api.deps import SessionDep, SettingsDep
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
    tag = f'W/"{hashlib.sha256(body).hexdigest()[:16]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)
