"""Errors as pages for whoever reads pages; programs keep their problem details."""

from typing import Any
from urllib.parse import urlencode

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from api.deps import language
from api.problems import UNAVAILABLE, problem
from api.web.render import page
from geo.errors import QuangnamError, UnauthorizedError
from geo.i18n import _, translate

_PROGRAMS = ("/api/", "/media/", "/static/", "/assets/", "/tiles/", "/feeds/", "/ogc/", "/open311/", "/health/")
# Where codes in addresses are not reports', and the way back from one that is not there.
_BACK = {
    "/admin/boundaries": _("Địa giới"),
    "/admin": _("Quản trị"),
    "/ioc": _("Trung tâm IOC"),
    "/maps/editions": _("Thay đổi địa giới"),
    "/planner": _("Dữ liệu mở"),
}


def wants_page(request: Request) -> bool:
    """Whether somebody looks at the answer in a browser."""
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith(_PROGRAMS)


def install(app: FastAPI) -> None:
    """Puts a page before each handler of `problems.install`, made of the same problem details."""
    for kind in (QuangnamError, RequestValidationError, HTTPException, *UNAVAILABLE):
        inner: Any = app.exception_handlers[kind]

        def handler(request: Request, error: Exception, inner: Any = inner) -> Response:
            if isinstance(error, UnauthorizedError) and wants_page(request):
                return to_sign_in(request)
            response: Response = inner(request, error)
            return as_page(request, response) if wants_page(request) else response

        app.add_exception_handler(kind, handler)
    app.add_exception_handler(Exception, _broken)


def to_sign_in(request: Request) -> Response:
    """The way to the sign-in page and from there back to what was asked for."""
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    back = "?" + urlencode({"next": asked}) if request.method == "GET" else ""
    return RedirectResponse(f"/sign-in{back}", 303, {"Cache-Control": "no-store"})


def as_page(request: Request, response: Response) -> Response:
    """The same problem, told to a person."""
    told = orjson.loads(bytes(response.body))
    back = next((at for at in _BACK if told["status"] == 404 and request.url.path.startswith(at)), None)
    kept = {name: value for name, value in response.headers.items() if name in ("retry-after", "allow", "connection")}
    return page(
        request,
        "error.html",
        status=response.status_code,
        headers=kept | {"Cache-Control": "no-store"},
        title=told["title"],
        detail=told["detail"],
        number=told["status"],
        back=(back, _BACK[back]) if back else None,
        asked=request.query_params.get("code", request.path_params.get("code", ""))[:40],
    )


def _broken(request: Request, _error: Exception) -> Response:
    # What happened is in the log; a stranger learns only that it is our fault and what to do.
    text = translate(
        _("Hệ thống gặp lỗi khi trả lời. Lỗi đã được ghi lại; xin thử lại sau ít phút."), language(request)
    )
    response = problem(request, 500, "internal", text)
    return as_page(request, response) if wants_page(request) else response
