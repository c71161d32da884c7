"""One table from exception to status; every error is a problem detail (RFC 9457) in the reader's language."""

import logging
from http import HTTPStatus
from typing import Any

import psycopg
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import iter_route_contexts
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.routing import compile_path

from api import sentences
from api.deps import language
from geo import errors
from geo.i18n import _, translate

STATUS: dict[type[errors.QuangnamError], int] = {
    errors.InvalidError: 422,
    errors.OutsideError: 422,
    errors.NotFoundError: 404,
    errors.ConflictError: 409,
    errors.GoneError: 410,
    errors.TooManyError: 429,
    errors.TooLargeError: 413,
    errors.UnauthorizedError: 401,
    errors.ForbiddenError: 403,
    errors.SetupError: 503,
    errors.OverloadedError: 503,
}
# The database is down or starts again, takes too long or has no connection left: nothing that the asker did wrong.
UNAVAILABLE = (psycopg.OperationalError, OperationalError, PoolTimeoutError)
_UNREADABLE = "There was an error parsing the body"  # FastAPI's words for bytes that are no text
NO_JSON = _("Nội dung gửi không phải là JSON đúng (UTF-8, không có NaN).")
RETRY = 5  # seconds after which a database that was down is likely to be back
TITLES = {
    400: _("Yêu cầu chưa đúng"),
    401: _("Cần đăng nhập"),
    422: _("Nội dung gửi chưa đúng"),
    404: _("Không tìm thấy"),
    405: _("Không dùng được cách này ở địa chỉ này"),
    409: _("Bước này hiện không thực hiện được"),
    410: _("Không còn ở đây"),
    412: _("Phiên bản giao thức không dùng được"),
    413: _("Nội dung gửi quá lớn"),
    415: _("Kiểu nội dung không được nhận"),
    429: _("Gửi quá nhiều, xin đợi một lát"),
    403: _("Không được phép"),
    503: _("Hệ thống chưa sẵn sàng"),
}


def problem(request: Request, status: int, kind: str, detail: str, **members: Any) -> JSONResponse:
    """A problem-details response; `detail` is already in the reader's language."""
    lang = language(request)
    title = translate(TITLES[status], lang) if status in TITLES else HTTPStatus(status).phrase
    headers: dict[str, str] = {"Content-Language": lang}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if "retry_after" in members:
        headers["Retry-After"] = str(members["retry_after"])
    body = {"type": f"/problems/{kind}", "title": title, "status": status, "detail": detail} | members
    return JSONResponse(body, status, headers, "application/problem+json")


def install(app: FastAPI) -> None:
    """Registers the handlers of the domain's, FastAPI's and Starlette's exceptions."""

    @app.exception_handler(errors.QuangnamError)
    def domain(request: Request, error: errors.QuangnamError) -> JSONResponse:
        status = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
        # OGC's standards know no other status for what is malformed.
        if status == 422 and request.url.path.startswith("/ogc/"):
            status = 400
        lang = language(request)
        members = dict(error.details)
        if isinstance(error, errors.InvalidError):
            faults = error.faults if isinstance(error, errors.FaultsError) else [error]
            members["errors"] = [
                {"field": fault.field, "message": translate(fault.message, lang, **fault.values)}
                for fault in faults
                if fault.field
            ]
        # One fault speaks for itself; of several the sentence names the fields.
        speaker = error.faults[0] if isinstance(error, errors.FaultsError) and len(error.faults) == 1 else error
        return problem(request, status, error.type, translate(speaker.message, lang, **speaker.values), **members)

    def unavailable(request: Request, error: Exception) -> JSONResponse:
        # Without the address: a private link's has its token.
        reason = getattr(error, "orig", error)
        logging.getLogger(__name__).error("The database: %s", " ".join(str(reason).split()))
        text = translate(_("Cơ sở dữ liệu tạm thời không trả lời; xin thử lại sau ít phút."), language(request))
        return problem(request, 503, "database", text, retry_after=RETRY)

    for kind in UNAVAILABLE:
        app.add_exception_handler(kind, unavailable)

    @app.exception_handler(RequestValidationError)
    def validation(request: Request, error: RequestValidationError) -> JSONResponse:
        # The input itself stays out of the answer: it may hold a name or a phone, or be ten megabytes.
        return domain(request, sentences.faults(error.errors(), skip=1))

    @app.exception_handler(HTTPException)
    def http(request: Request, error: HTTPException) -> JSONResponse:
        if error.detail == _UNREADABLE:
            return domain(request, errors.InvalidError(NO_JSON))
        # Starlette's own words are English; whoever raised it here with a sentence keeps it.
        own = error.detail != HTTPStatus(error.status_code).phrase
        title = translate(TITLES.get(error.status_code, error.detail), language(request))
        response = problem(request, error.status_code, "http", error.detail if own else title)
        response.headers.update(error.headers or {})
        if error.status_code == 405:
            response.headers["Allow"] = ", ".join(allowed(app, request.url.path))
        return response


def allowed(app: FastAPI, path: str) -> list[str]:
    """The methods of an address, over all routes that have it: the one that refused knows its own alone."""
    # Not what refuses everything below a door, whatever the method.
    paths = ((one.path or "", one.methods or ()) for one in iter_route_contexts(app.routes))
    found = (methods for p, methods in paths if p and not p.endswith(":path}") and compile_path(p)[0].match(path))
    return sorted({method for methods in found for method in methods})
