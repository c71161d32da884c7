"""Errors as the OGC standards shape them: a code for programs, a sentence for people."""

import logging
from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any

import orjson
import psycopg.errors
from fastapi import Request, Response
from fastapi.routing import APIRoute
from sqlalchemy.exc import DataError, DBAPIError, InternalError
from starlette.exceptions import HTTPException

from api.deps import language
from api.ogc.negotiation import wants_html
from api.problems import RETRY, STATUS, UNAVAILABLE
from api.web.render import page
from geo.errors import InvalidError, NotFoundError, QuangnamError
from geo.i18n import _, translate
from maps.collections.asking import PATIENCE

Answer = Callable[[Request], Coroutine[Any, Any, Response]]
_TOO_SLOW = _("Câu hỏi này mất hơn {seconds} giây; hãy thu hẹp khung, thời gian hoặc bộ lọc.")
_AWAY = _("Cơ sở dữ liệu tạm thời không trả lời; xin thử lại sau ít phút.")
_UNFIT = _("Một giá trị trong câu hỏi không dùng được với kiểu dữ liệu của cột.")


class OgcRoute(APIRoute):
    """A route whose errors have the shape of the OGC, or are pages where a page was asked for."""

    def get_route_handler(self) -> Answer:
        """The handler with its exceptions answered."""
        inner = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await inner(request)
            except (QuangnamError, DBAPIError, HTTPException, *UNAVAILABLE) as error:
                return told(request, error)

        return answer


def told(request: Request, error: Exception) -> Response:
    """An error as `{"code", "description"}`, or as a page for a person."""
    status, code, sentence = _of(request, error)
    headers = {"Cache-Control": "no-store"} | ({"Retry-After": str(RETRY)} if status == 503 else {})
    if wants_html(request):
        title = HTTPStatus(status).phrase if status == 400 else ""
        named = {400: _("Câu hỏi chưa đúng"), 404: _("Không tìm thấy"), 503: _("Hệ thống chưa sẵn sàng")}
        title = translate(named.get(status, title), language(request))
        return page(
            request, "error.html", status=status, headers=headers, title=title, detail=sentence, number=status, asked=""
        )
    body = orjson.dumps({"code": code, "description": sentence})
    headers |= {"Content-Language": language(request)}
    return Response(body, status, headers, "application/json")


def _of(request: Request, error: Exception) -> tuple[int, str, str]:
    lang = language(request)
    if isinstance(error, InvalidError):
        sentence = translate(error.message, lang, **error.values)
        return 400, "InvalidParameterValue", f"{error.field}: {sentence}" if error.field else sentence
    if isinstance(error, QuangnamError):
        status = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
        code = "NotFound" if isinstance(error, NotFoundError) else error.type
        return status, code, translate(error.message, lang, **error.values)
    if isinstance(error, HTTPException):
        return error.status_code, HTTPStatus(error.status_code).phrase.replace(" ", ""), str(error.detail)
    if isinstance(getattr(error, "orig", None), psycopg.errors.QueryCanceled):
        return 503, "TooSlow", translate(_TOO_SLOW, lang, seconds=PATIENCE)
    if isinstance(error, DataError | InternalError):
        return 400, "InvalidParameterValue", translate(_UNFIT, lang)
    logging.getLogger(__name__).error("The database: %s", " ".join(str(getattr(error, "orig", error)).split()))
    return 503, "Unavailable", translate(_AWAY, lang)
