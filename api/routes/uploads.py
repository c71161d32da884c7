"""Photos and films in parts, by the tus protocol 1.0.0; `api.tus` has what holds for all of its requests."""

from datetime import UTC
from email.utils import format_datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request, Response
from sqlalchemy.orm import Session, sessionmaker
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from api.body_limit import PART_TYPE
from api.deps import SessionsDep, SettingsDep, language
from api.intake import network
from api.refusals import refusals
from api.routes.reports import DEVICE
from api.tus import PREFIX, VERSION
from api.web import forgery
from geo import limits, uploads
from geo.aside import aside
from geo.i18n import _, translate
from geo.models import Upload
from geo.secret import secret
from geo.settings import Settings
from geo.uploads import Holder

router = APIRouter(prefix=PREFIX, tags=["uploads"])
EXTENSIONS = "creation,expiration,termination"
PART = {"requestBody": {"required": True, "content": {PART_TYPE: {"schema": {"type": "string", "format": "binary"}}}}}
PER_HOUR, PER_ADDRESS = 6_000, 60_000  # requests that write, of one device and of one address


async def _part(request: Request) -> bytes:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != PART_TYPE:
        text = _("Kiểu nội dung phải là {kind}.")
        raise HTTPException(415, translate(text, language(request), kind=PART_TYPE))
    data = bytearray()
    try:
        async for piece in request.stream():
            data += piece
    except ClientDisconnect:
        pass  # what came until then is kept, and the sender asks how much that was
    return bytes(data)


@router.options("", status_code=204, response_class=Response)
@router.options("/{token}", status_code=204, include_in_schema=False)
def abilities(settings: SettingsDep) -> Response:
    """What this server speaks, and the largest file."""
    told = {"Tus-Version": VERSION, "Tus-Extension": EXTENSIONS, "Tus-Max-Size": str(_most(settings))}
    return Response(status_code=204, headers=told)


@router.post("", status_code=201, response_class=Response, responses=refusals(412, 429))
def begin(
    *, request: Request, sessions: SessionsDep, settings: SettingsDep, upload_length: Annotated[int, Header(ge=0)]
) -> Response:
    """A new upload at the address in `Location`, whose last part is what a report names it by."""
    mark = forgery.device(request)
    holder = _counted(request, sessions, settings, mark)
    with sessions.begin() as session:
        token, upload = uploads.begin(session, upload_length, most=_most(settings), holder=holder)
    response = _answer(201, upload, Location=f"{PREFIX}/{token}")
    forgery.remember(response, request, mark)
    return response


@router.head("/{token}", response_class=Response, responses=refusals(412))
def where(sessions: SessionsDep, token: str) -> Response:
    """How much of an upload is here."""
    with sessions.begin() as session:
        return _answer(200, uploads.find(session, token))


@router.patch(
    "/{token}", status_code=204, response_class=Response, openapi_extra=PART, responses=refusals(409, 412, 415, 429)
)
def append(
    *,
    request: Request,
    sessions: SessionsDep,
    settings: SettingsDep,
    token: str,
    upload_offset: Annotated[int, Header(ge=0)],
    data: Annotated[bytes, Depends(_part)],
) -> Response:
    """Takes the next part; of one that breaks off, what came of it."""
    _counted(request, sessions, settings, request.cookies.get(DEVICE))
    with sessions.begin() as session:
        upload = uploads.append(session, token, upload_offset, data)
    # Committed: from here on it may be acknowledged.
    return _answer(204, upload)


@router.delete("/{token}", status_code=204, response_class=Response, responses=refusals(412))
def end(sessions: SessionsDep, token: str) -> Response:
    """Forgets an upload."""
    with sessions.begin() as session:
        uploads.end(session, token)
    return Response(status_code=204)


def _most(settings: Settings) -> int:
    return max(settings.max_video_bytes, settings.max_photo_bytes)


def _counted(request: Request, sessions: sessionmaker[Session], settings: Settings, mark: str | None) -> Holder:
    key = secret(settings)
    device = limits.subject(key, "uploading", mark) if mark else None
    # A mark is thrown away in a moment, an address is not.
    address = limits.subject(key, "uploads", network(request.client.host) if request.client else "")
    most = {address: PER_ADDRESS} | ({device: PER_HOUR} if device else {})
    with sessions() as session, aside(session) as short:
        limits.count(short, most, refusal=limits.TOO_MANY)
    return Holder(device, address)


def _answer(status: int, upload: Upload, **headers: str) -> Response:
    told = {
        "Upload-Offset": str(upload.received),
        "Upload-Length": str(upload.length),
        "Upload-Expires": format_datetime(upload.expires_at.astimezone(UTC), usegmt=True),
        "Cache-Control": "no-store",
    }
    return Response(status_code=status, headers=told | headers)
