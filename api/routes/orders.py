"""Exports that the worker makes: ordered, looked after, fetched."""

from datetime import UTC, datetime
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy.orm import Session

from api import exporting, signed, stored
from api.asked import Wanted, WantedDep, order_of
from api.deps import SessionDep, SettingsDep
from api.keys import bearer
from api.parameters import known
from api.refusals import KEYED, refusals
from api.shapes import in_bytes
from api.takers import count, taker
from api.web import origin
from geo import exports, stores
from geo.errors import ConflictError, ForbiddenError, GoneError, InvalidError, NotFoundError
from geo.i18n import _
from geo.models import Export
from geo.secret import secret
from geo.settings import Settings
from maps.export import FORMATS, estimated_size

router = APIRouter(tags=["export"], dependencies=[Depends(known)])
PATH = "/api/v1/exports"
_KINDS = tuple(dict.fromkeys(one.media_type for one in FORMATS.values()))
_ORDER: dict[int | str, dict[str, Any]] = {202: {"content": {"application/json": {"schema": {"type": "object"}}}}}


@router.post(PATH, status_code=202, response_class=Response, responses=_ORDER | refusals(*KEYED))
def place(
    *,
    request: Request,
    session: SessionDep,
    settings: SettingsDep,
    wanted: WantedDep,
    mail: Annotated[bool, Query(description="an e-mail when the file is ready, for whoever signed in")] = False,
) -> Response:
    """Orders the file of `GET /api/v1/export`, of any size and in any format; `Location` tells how far it is."""
    if bearer(request) is None and not origin.same_site(request, settings):
        raise ForbiddenError(_("Yêu cầu này đến từ một trang khác; hãy mở lại trang xuất dữ liệu."))
    token, export = ordered(session, request, settings, wanted, mail=mail)
    session.flush()
    headers = {"Location": f"{PATH}/{token}", "Cache-Control": "no-store"}
    return Response(orjson.dumps(standing(request, settings, export, token)), 202, headers, "application/json")


@router.get("/api/v1/export/estimate", responses=refusals(*KEYED))
def estimate(session: SessionDep, wanted: WantedDep) -> dict[str, Any]:
    """How many rows and about how many bytes an export would have; nothing is made."""
    order = order_of(session, wanted)
    size = estimated_size(wanted.asked, wanted.format, order.total or 0)
    return {"rows": order.total, "size": size, "streamed": FORMATS[wanted.format].streamed}


@router.get(f"{PATH}/{{token}}", responses=refusals(*KEYED))
def look(*, request: Request, session: SessionDep, settings: SettingsDep, response: Response, token: str) -> Any:
    """How far an order is, and where its file is once it is ready."""
    response.headers["Cache-Control"] = "no-store"
    return standing(request, settings, found(session, request, token), token)


@router.delete(f"{PATH}/{{token}}", status_code=204, responses=refusals(*KEYED, 409))
def cancel(request: Request, session: SessionDep, settings: SettingsDep, token: str) -> Response:
    """Cancels an order, or removes its file; one of exact points for those alone who may order it."""
    export = found(session, request, token, lock=True)
    exporting.cancel(settings, export)
    return Response(status_code=204)


@router.get(
    "/exports/{token}/{filename}",
    response_class=Response,
    responses=in_bytes(*_KINDS) | in_bytes(*_KINDS, status=206) | refusals(*KEYED, 409, 410, 416),
)
def fetch(request: Request, session: SessionDep, settings: SettingsDep, token: str, filename: str) -> Response:
    """The file, also in ranges, while it lasts; one with exact points for those alone who may order it."""
    export = found(session, request, token)
    if filename != export.filename:
        raise NotFoundError(exports.GONE)
    if export.state in exports.OPEN:
        raise ConflictError(_("Tệp chưa ghi xong; hãy chờ ít phút."))
    size = stores.size(settings, exporting.path_of(export)) if standing_state(export) == "ready" else None
    if size is None:
        raise GoneError(exports.GONE)
    headers = {
        "Content-Disposition": f'attachment; filename="{filename}"',
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    file = stored.Stored(settings, exporting.path_of(export), size)
    return stored.answer(request, file, headers, FORMATS[export.format].media_type)


def found(session: Session, request: Request, token: str, *, lock: bool = False) -> Export:
    """The order of a token; of exact points for those alone who may order them: UnauthorizedError, ForbiddenError."""
    export = exports.find(session, token, lock=lock)
    if export.exact:
        # An address is passed on more easily than an account. Whatever the method, a key that may order may this.
        signed.allowed(signed.user_of(session, request, reading=True), "exact")
    return export


def ordered(
    session: Session, request: Request, settings: Settings, wanted: Wanted, *, mail: bool = False
) -> tuple[str, Export]:
    """The token and the row of a new order; TooManyError beyond the limit of whoever asks."""
    if mail and (wanted.user is None or not settings.smtp_url):
        raise InvalidError(_("Chỉ báo qua e-mail cho người đã đăng nhập, khi hệ thống gửi được thư."), field="mail")
    key = secret(settings)
    count(session, settings, taker(request, wanted.user), "export", settings.limit_export_hour)
    called = exporting.filename(wanted.format, exact=wanted.asked.exact)
    order = order_of(session, wanted)
    size = estimated_size(wanted.asked, wanted.format, order.total or 0)
    exporting.check_room(session, settings, size)
    export = exports.place(session, wanted.user, order, key, filename=called, size=size, mail=mail)
    return exports.token_of(key, export), export


def standing_state(export: Export) -> str:
    """The state of an order now: one whose time is over may still lie where the sweep has not been."""
    over = export.state == "ready" and (export.expires_at is None or export.expires_at <= datetime.now(UTC))
    return "expired" if over else export.state


def standing(request: Request, settings: Settings, export: Export, token: str) -> dict[str, Any]:
    """An order as programs and pages see it; `progress` in per cent, sizes in bytes."""
    state = standing_state(export)
    base = settings.public_url.rstrip("/") or str(request.base_url).rstrip("/")
    return {
        "state": state,
        "progress": 100 if state == "ready" else min(99, 100 * export.done // max(export.total or 1, 1)),
        "rows": export.done if state == "ready" else None,
        "done": export.done,
        "total": export.total,
        "size": export.size if state == "ready" else None,
        "format": export.format,
        "crs": f"EPSG:{export.crs}",
        "exact": export.exact,
        "filename": export.filename,
        "link": base + exporting.address(export, token) if state == "ready" else None,
        "created_at": export.created_at,
        "expires_at": export.expires_at if state == "ready" else None,
        "updated_since_next": export.following,
    }
