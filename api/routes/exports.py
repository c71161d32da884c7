"""Reports as a streamed file."""

from collections.abc import Iterator
from datetime import datetime
from itertools import chain
from threading import BoundedSemaphore
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from sqlalchemy.orm import Session, sessionmaker

from api.filters import FiltersDep
from api.refusals import refusals
from api.shapes import geojson_of
from geo.deadlines import ZONE
from geo.errors import TooManyError
from geo.filters import Filters
from geo.i18n import _
from maps.export import FORMATS, check_format, stream_geojson

router = APIRouter(prefix="/api/v1/export", tags=["export"])
# Each keeps a database connection for as long as the reader takes, and a process has few of them.
_SLOTS = BoundedSemaphore(4)
WAIT = 30  # seconds


@router.get("", response_class=StreamingResponse, responses=geojson_of("Features") | refusals(429))
def export(
    request: Request,
    filters: FiltersDep,
    format: Annotated[str, Query(description="geojson")] = "geojson",  # noqa: A002 (the contract's word)
) -> Response:
    """All public reports that pass the filters, as one file."""
    name = check_format(format)
    pieces = _pieces(request.app.state.sessions, filters)
    first = next(pieces)  # an error comes before the status is sent, not in the middle of the file
    filename = f"phan-anh-{datetime.now(ZONE):%Y%m%d-%H%M}.{name}"
    headers = {"Content-Disposition": f'attachment; filename="{filename}"', "Cache-Control": "no-store"}
    return StreamingResponse(chain([first], pieces), media_type=FORMATS[name], headers=headers)


def _pieces(sessions: sessionmaker[Session], filters: Filters) -> Iterator[bytes]:
    if not _SLOTS.acquire(blocking=False):
        raise TooManyError(
            _("Đang có nhiều người tải dữ liệu; xin thử lại sau ít phút."), details={"retry_after": WAIT}
        )
    try:
        # The request's own session is closed before the answer is streamed.
        with sessions() as session:
            yield from stream_geojson(session.connection(), filters)
    finally:
        _SLOTS.release()
