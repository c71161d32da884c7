"""Errors as the OGC standards shape them: a code for programs, a sentence for people."""

import logging
from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any

import orjson
import psycopg.errors
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from sqlalchemy.exc import DataError, DBAPIError, InternalError, ProgrammingError
from starlette.exceptions import HTTPException

from api import sentences
from api.deps import language
from api.ogc.negotiation import wants_html
from api.problems import RETRY, STATUS, UNAVAILABLE
from api.web.render import page
from geo.errors import InvalidError, NotFoundError, QuangnamError
from geo.i18n import Lang, _, translate
from maps.collections.asking import PATIENCE

# What PostgreSQL says of a comparison between types that have none.
_TYPES = (psycopg.errors.UndefinedFunction, psycopg.errors.DatatypeMismatch)
Answer = Callable[[Request], Coroutine[Any, Any, Response]]
_TOO_SLOW = _("Câu hỏi này mất hơn {seconds} giây; hãy thu hẹp khung, thời gian hoặc bộ lọc.")
_AWAY = _("Cơ sở dữ liệu tạm thời không trả lời; xin thử lại sau ít phút.")
_UNFIT = _("Một giá trị trong câu hỏi không dùng được với kiểu dữ liệu của cột.")
_OURS = _("Máy chủ không trả lời được câu hỏi này; lỗi đã được ghi lại.")


class OgcRoute(APIRoute):
    """A route whose errors have the shape of the OGC, or are pages where a page was asked for; GET answers HEAD too."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **others: Any) -> None:
        if "GET" in (others.get("methods") or ()):
            others["methods"] = {*others["methods"], "HEAD"}
        super().__init__(path, endpoint, **others)

    def get_route_handler(self) -> Answer:
        """The handler with its exceptions answered."""
        inner = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                response = await inner(request)
            except RequestValidationError as error:
                response = told(request, sentences.faults(error.errors(), skip=1).faults[0])
            except (QuangnamError, DBAPIError, HTTPException, *UNAVAILABLE) as error:
                response = told(request, error)
            if request.method == "HEAD":
                response.body = b""  # its length stays in the header
            return response

        return answer


def told(request: Request, error: Exception) -> Response:
    """An error as `{"code", "description"}`, or as a page for a person."""
    status, code, sentence = _of(request, error)
    headers = {"Cache-Control": "no-store"} | ({"Retry-After": str(_wait(error))} if status == 503 else {})
    if wants_html(request):
        title = HTTPStatus(status).phrase if status == 400 else ""
        named = {400: _("Câu hỏi chưa đúng"), 404: _("Không tìm thấy"), 503: _("Hệ thống chưa sẵn sàng")}
        title = translate(named.get(status, title), language(request))
        way = ("/ogc/collections", _("Các bộ dữ liệu")) if status == 404 else None
        told = {"title": title, "detail": sentence, "number": status, "back": way, "asked": ""}
        return page(request, "error.html", status=status, headers=headers, **told)
    body = orjson.dumps({"code": code, "description": sentence})
    headers |= {"Content-Language": language(request)}
    return Response(body, status, headers, "application/json")


def _wait(error: Exception) -> int:
    """Seconds after which to ask again."""
    return int(error.details.get("retry_after", RETRY)) if isinstance(error, QuangnamError) else RETRY


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
    return _database(error, lang)


def _database(error: Exception, lang: Lang) -> tuple[int, str, str]:
    reason = getattr(error, "orig", error)
    if isinstance(reason, psycopg.errors.QueryCanceled):
        return 503, "TooSlow", translate(_TOO_SLOW, lang, seconds=PATIENCE)
    if isinstance(error, DataError | InternalError) or isinstance(reason, _TYPES):
        return 400, "InvalidParameterValue", translate(_UNFIT, lang)
    logging.getLogger(__name__).error("The database: %s", " ".join(str(reason).split()))
    if isinstance(error, ProgrammingError):
        return 500, "InternalServerError", translate(_OURS, lang)
    return 503, "Unavailable", translate(_AWAY, lang)
