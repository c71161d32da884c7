"""Reports as a streamed file."""

from collections.abc import Iterator
from itertools import chain
from threading import BoundedSemaphore

from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse
from sqlalchemy.orm import Session, sessionmaker

from api import exporting
from api.deps import SessionDep, SessionsDep
from api.wanted import Wanted, WantedDep, order
from geo import exports
from geo.errors import TooManyError
from geo.i18n import _
from geo.models import Export
from maps.export import FORMATS, rows, stream

router = APIRouter(prefix="/api/v1/export", tags=["export"])
# Each keeps a database connection for as long as the reader takes, and a process has few of them.
_SLOTS = BoundedSemaphore(4)
WAIT = 30  # seconds


@router.get(
    "", response_class=StreamingResponse, responses={200: {"content": {one.media_type: {} for one in FORMATS.values()}}}
)
def export(session: SessionDep, sessions: SessionsDep, wanted: WantedDep) -> Response:
    """All public reports that pass the filters, as one file."""
    asked = order(session, wanted)
    noted = exports.note(session, wanted.user, asked)
    pieces = _pieces(sessions, wanted, noted.id)
    first = next(pieces)  # an error comes before the status is sent, not in the middle of the file
    headers = {
        "Content-Disposition": f'attachment; filename="{exporting.filename(wanted.format)}"',
        "Cache-Control": "no-store",
        "Updated-Since-Next": asked.following.isoformat() if asked.following else "",
    }
    media_type = FORMATS[wanted.format].media_type
    return StreamingResponse(chain([first], pieces), media_type=media_type, headers=headers)


def _pieces(sessions: sessionmaker[Session], wanted: Wanted, noted: int) -> Iterator[bytes]:
    if not _SLOTS.acquire(blocking=False):
        raise TooManyError(
            _("Đang có nhiều người tải dữ liệu; xin thử lại sau ít phút."), details={"retry_after": WAIT}
        )
    try:
        # The request's own session is closed before the answer is streamed.
        with sessions() as session:
            yield from stream(session.connection(), wanted.asked, wanted.format)
            done = rows(session.connection(), wanted.asked)
        with sessions.begin() as session:
            exports.end(session.get_one(Export, noted), rows=done)
    finally:
        _SLOTS.release()
