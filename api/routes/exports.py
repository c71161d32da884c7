"""Reports and areas as files."""

from collections.abc import Callable, Generator
from threading import BoundedSemaphore
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse
from sqlalchemy import Connection
from sqlalchemy.orm import Session, sessionmaker

from api.asked import CRS_HELP, Wanted, WantedDep, crs_of, order_of
from api.deps import SessionDep, SessionsDep
from api.download import Download
from api.exporting import stem
from api.parameters import known
from api.refusals import KEYED, refusals
from boundaries import editions
from geo import exports
from geo.errors import InvalidError, TooManyError
from geo.i18n import _
from maps.export import FORMATS, areas, stream

router = APIRouter(prefix="/api/v1/export", tags=["export"], dependencies=[Depends(known)])
# Each keeps a database connection for as long as the reader takes, and a process has few of them.
_SLOTS = BoundedSemaphore(4)
WAIT = 30  # seconds
# Reports of a file that must be whole before its first byte is sent: a spreadsheet of them takes some 10 s.
AT_ONCE = 50_000
_FORMAT = Annotated[str, Query(description=", ".join(FORMATS))]
_FILES: dict[int | str, dict[str, Any]] = {200: {"content": {one.media_type: {} for one in FORMATS.values()}}}


@router.get("", response_class=StreamingResponse, responses=_FILES | refusals(*KEYED))
def export(request: Request, session: SessionDep, sessions: SessionsDep, wanted: WantedDep) -> Response:
    """All public reports that pass the filters, as one file; `Updated-Since-Next` is for whoever keeps a copy."""
    order = order_of(session, wanted)
    deliverable(wanted.format, order.total or 0)
    noted = exports.note(session, wanted.user, order)
    response = Download(request, wanted.format, stem(exact=wanted.asked.exact), _noted(sessions, wanted, noted.id))
    if order.following is not None:
        response.headers["Updated-Since-Next"] = order.following.isoformat()
    return response


@router.get("/areas", response_class=StreamingResponse, responses=_FILES | refusals(404, 429))
def export_areas(
    *,
    request: Request,
    session: SessionDep,
    sessions: SessionsDep,
    edition: Annotated[str, Query(description="a code of /api/v1/boundaries")],
    level: Annotated[str, Query(description="district or commune")],
    format: _FORMAT = "geojson",  # noqa: A002 (the contract's word)
    crs: Annotated[str | None, Query(description=CRS_HELP)] = None,
) -> Response:
    """The areas of an edition and level as one file, as its licence lets them out."""
    found = editions.find(session, edition)
    pieces = _pieces(sessions, lambda connection: areas.stream(connection, found, level, crs_of(crs), format))
    return Download(request, format, f"dia-gioi-{found.code}-{level}", pieces)


def deliverable(name: str, found: int) -> None:
    """InvalidError where so many reports in a format are too many to wait for; it says how to order them instead."""
    if not FORMATS[name].streamed and found > AT_ONCE:
        raise InvalidError(
            _("{format} tải ngay được nhiều nhất {most} phản ánh, ở đây có {found}; hãy đặt tệp bằng POST {path}."),
            field="format",
            format=FORMATS[name].title,
            most=AT_ONCE,
            found=found,
            path="/api/v1/exports",
        )


def _noted(sessions: sessionmaker[Session], wanted: Wanted, noted: int) -> Generator[bytes]:
    """The pieces of a file, with what became of them in the register."""
    done, whole = 0, False

    def progress(rows: int) -> None:
        nonlocal done
        done = rows

    try:
        yield from _pieces(sessions, lambda connection: stream(connection, wanted.asked, wanted.format, progress))
        whole = True
    finally:
        with sessions.begin() as session:
            exports.ended(session, noted, done, whole=whole)


def _pieces(sessions: sessionmaker[Session], made: Callable[[Connection], Generator[bytes]]) -> Generator[bytes]:
    if not _SLOTS.acquire(blocking=False):
        raise TooManyError(
            _("Đang có nhiều người tải dữ liệu; xin thử lại sau ít phút."), details={"retry_after": WAIT}
        )
    try:
        # The request's own session is closed before the answer is streamed.
        with sessions() as session:
            yield from made(session.connection())
    finally:
        _SLOTS.release()
