"""No body is read further than its kind may be long."""

from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.deps import language
from api.open311 import errors as open311
from api.problems import problem
from api.web.errors import as_page, wants_page
from geo import media
from geo.i18n import _, translate
from geo.settings import Settings

TEXT = 64_000  # bytes: a report of 5,000 letters is far below
FORM_EXTRA = 1_000_000  # beside the files: fields, headers of parts
PART = 2**20  # of an upload, which is in memory until it is committed
PART_TYPE = "application/offset+octet-stream"


class _TooLongError(Exception):
    """The body went beyond its limit while it was read."""


class BodyLimit:
    """ASGI middleware: 413 by Content-Length before a byte is read, and while reading where there is none."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        photos = settings.max_photos * settings.max_photo_bytes
        form = photos + media.MOST_FILMS * settings.max_video_bytes + FORM_EXTRA
        self.most = {"multipart/form-data": form, PART_TYPE: PART}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on unless its body is too long."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        most = self.most.get(headers.get("content-type", "").partition(";")[0].strip().lower(), TEXT)
        started = over = False
        seen = 0

        async def counted() -> Message:
            nonlocal seen, over
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > most:
                over = True
                raise _TooLongError
            return message

        async def watched(message: Message) -> None:
            nonlocal started
            if over and not started:
                return  # what reads the body took this for a fault of its own, and answers that
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            if _declared(headers) > most:
                raise _TooLongError
            await self.app(scope, counted, watched)
            if over and not started:
                raise _TooLongError
        except _TooLongError:
            if started:
                raise
            await self._refuse(scope, receive, send, most)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, most: int) -> None:
        request = Request(scope)
        text = translate(_("Nội dung gửi quá lớn; nhiều nhất {most} kB."), language(request), most=most // 1_000)
        if request.url.path.startswith(open311.PREFIX):
            await open311.too_large(request, text)(scope, receive, send)
            return
        response: Response = problem(request, 413, "too-large", text, limit=most)
        response.headers["Connection"] = "close"  # the rest of the body is not wanted
        await (as_page(request, response) if wants_page(request) else response)(scope, receive, send)


def _declared(headers: Mapping[str, str]) -> int:
    length = headers.get("content-length", "0")
    return int(length) if length.isascii() and length.isdigit() else 0
