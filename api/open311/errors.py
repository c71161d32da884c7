"""Refusals in the standard's own shape: a list of codes and sentences, in the format that was asked for."""

import logging
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from api import sentences
from api.deps import language
from api.open311.formats import TYPES, answer
from api.open311.plan import statuses
from api.problems import RETRY, TITLES, UNAVAILABLE
from geo import errors
from geo.errors import QuangnamError
from geo.i18n import Lang, _, translate

PREFIX = "/open311/"
# HTTP status and code. The standard knows 404 for what is not there, 403 for keys and 400 for everything else; what
# a program must wait for has the status that says so, and a conflict the code.
STATUS: dict[type[QuangnamError], tuple[int, int]] = {
    errors.NotFoundError: (404, 404),
    errors.GoneError: (404, 410),
    errors.UnauthorizedError: (403, 403),
    errors.ForbiddenError: (403, 403),
    errors.ConflictError: (400, 409),
    errors.TooManyError: (429, 429),
    errors.TooLargeError: (413, 413),
    errors.OverloadedError: (503, 503),
    errors.SetupError: (503, 503),
}
# What the domain calls a field, and what the sender of the request called it.
FIELDS = {
    "category": "service_code",
    "content": "description",
    "lon": "long",
    "commune": "address_id",
    "landmark": "address_string",
    "name": "attribute[name]",
    "phone": "attribute[phone]",
    "truthful": "attribute[truthful]",
    "organisation": "attribute[organisation]",
    "happened_at": "attribute[happened_at]",
    "accuracy": "attribute[accuracy]",
    "text": "description",
    "unit": "agency_responsible",
    "lead": "duplicate_of",
    "url": "media_url",
}
NO_FORMAT = _("Không có giá trị này; dùng được: {expected}.")
Error = dict[str, Any]
_log = logging.getLogger(__name__)


class Door(APIRoute):
    """A route whose errors are the standard's, whatever was raised."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route's own handler with its errors told."""
        inner = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                return await inner(request)
            except QuangnamError as error:
                return _domain(request, error)
            except RequestValidationError as error:
                if any(tuple(one["loc"]) == ("path", "format") for one in error.errors()):
                    return _domain(
                        request, errors.InvalidError(NO_FORMAT, field="format", expected=", ".join(TYPES)), status=404
                    )
                status = 404 if any(one["loc"][0] == "path" for one in error.errors()) else 400
                return _domain(request, sentences.faults(error.errors(), skip=1), status=status)
            except HTTPException as error:
                status = error.status_code if error.status_code in (404, 405) or error.status_code >= 500 else 400
                told = [_error(error.status_code, str(error.detail))]
                return refusal(request, status, told, dict(error.headers or {}))
            except UNAVAILABLE as error:
                _log.error("The database: %s", " ".join(str(getattr(error, "orig", error)).split()))
                return unavailable(request)

        return handler


def unavailable(request: Request) -> Response:
    """The database does not answer."""
    text = translate(TITLES[503], language(request))
    return refusal(request, 503, [_error(503, text)], {"Retry-After": str(RETRY)})


def refusal(request: Request, status: int, told: list[Error], headers: dict[str, str] | None = None) -> Response:
    """Errors in the format of the request's address; in XML, which every client reads, where it names none."""
    ending = request.url.path.rpartition(".")[2]
    said = {"Content-Language": language(request), "Cache-Control": "no-store"} | (headers or {})
    return answer(ending if ending in TYPES else "xml", "errors", told, status=status, headers=said)


def too_large(request: Request, text: str) -> Response:
    """A body that was not read to its end."""
    return refusal(request, 413, [_error(413, text)], {"Connection": "close"})


def _domain(request: Request, error: QuangnamError, *, status: int | None = None) -> Response:
    found, code = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), (400, 400))
    lang = language(request)
    headers = {"Retry-After": str(error.details["retry_after"])} if "retry_after" in error.details else {}
    if status is not None:
        found = code = status
    faults = error.faults if isinstance(error, errors.FaultsError) else [error]
    told = [_error(code, _sentence(one, lang)) for one in faults]
    if isinstance(error, errors.ConflictError) and (possible := statuses(error.details.get("possible", ()))):
        text = _("Lúc này có thể gửi status: {statuses}.")
        told.append(_error(code, translate(text, lang, statuses=", ".join(possible))))
    return refusal(request, found, told, headers)


def _sentence(error: QuangnamError, lang: Lang) -> str:
    text = translate(error.message, lang, **error.values)
    field = error.field if isinstance(error, errors.InvalidError) else None
    return f"{FIELDS.get(field, field)}: {text}" if field else text


def _error(code: int, text: str) -> Error:
    return {"code": code, "description": text}
