"""Reports and areas as files."""

from collections.abc import Callable, Generator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse
from sqlalchemy import Connection
from sqlalchemy.orm import Session, sessionmaker

from api.asked import CRS_HELP, Wanted, WantedDep, crs_of, order_of
from api.deps import SessionDep, SessionsDep, SettingsDep
from api.download import Download
from api.exporting import stem
from api.parameters import known
from api.refusals import KEYED, refusals
from api.takers import Slots, count, taker
from boundaries import editions
from geo import exports
from geo.errors import InvalidError
from geo.i18n import _
from maps.export import FORMATS, areas, check_format, stream

router = APIRouter(prefix="/api/v1/export", tags=["export"], dependencies=[Depends(known)])
# Each keeps a database connection for as long as the reader takes, and a process has few of them.
_SLOTS = Slots(4, each=2)
# Reports of a file that must be whole before its first byte is sent: a spreadsheet of them takes some 10 s.
AT_ONCE = 50_000
_FORMAT = Annotated[str, Query(description=", ".join(FORMATS))]
_FILES: dict[int | str, dict[str, Any]] = {200: {"content": {one.media_type: {} for one in FORMATS.values()}}}


@router.get("", response_class=StreamingResponse, responses=_FILES | refusals(*KEYED))
def export(
    request: Request, session: SessionDep, sessions: SessionsDep, settings: SettingsDep, wanted: WantedDep
) -> Response:
    """All public reports that pass the filters, as one file; `Updated-Since-Next` is for whoever keeps a copy."""
    order = order_of(session, wanted)
    deliverable(wanted.format, order.total or 0)
    who = taker(request, wanted.user)
    count(session, settings, who, "download", settings.limit_download_hour)
    noted = exports.note(session, wanted.user, order)
    stemmed = stem(exact=wanted.asked.exact)
    response = Download(request, wanted.format, stemmed, _noted(sessions, wanted, noted.id, who))
    if order.following is not None:
        response.headers["Updated-Since-Next"] = order.following.isoformat()
    return response


@router.get("/areas", response_class=StreamingResponse, responses=_FILES | refusals(404, 429))
def export_areas(
    *,
    request: Request,
    session: SessionDep,
    sessions: SessionsDep,
    settings: SettingsDep,
    edition: Annotated[str, Query(description="a code of /api/v1/boundaries")],
    level: Annotated[str, Query(description="district or commune")],
    format: _FORMAT = "geojson",  # noqa: A002 (the contract's word)
    crs: Annotated[str | None, Query(description=CRS_HELP)] = None,
) -> Response:
    """The areas of an edition and level as one file, as its licence lets them out."""
    found = editions.find(session, edition)
    code = crs_of(crs)
    check_format(format, code)
    who = taker(request, None)
    count(session, settings, who, "download", settings.limit_download_hour)
    pieces = _pieces(sessions, who, lambda connection: areas.stream(connection, found, level, code, format))
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


def _noted(sessions: sessionmaker[Session], wanted: Wanted, noted: int, who: str) -> Generator[bytes]:
    """The pieces of a file, with what became of them in the register."""
    done, state = 0, "failed"

    def progress(rows: int) -> None:
        nonlocal done
        done = rows

    try:
        yield from _pieces(sessions, who, lambda connection: stream(connection, wanted.asked, wanted.format, progress))
        state = "ready"
    except GeneratorExit:
        state = "cancelled"  # the reader went away, or took nothing
        raise
    finally:
        with sessions.begin() as session:
            exports.ended(session, noted, done, state)


def _pieces(
    sessions: sessionmaker[Session], who: str, made: Callable[[Connection], Generator[bytes]]
) -> Generator[bytes]:
    # The request's own session is closed before the answer is streamed.
    with _SLOTS.held(who), sessions() as session:
        yield from made(session.connection())
