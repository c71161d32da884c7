"""Every urlencoded form is read as UTF-8, percent-encoded or not."""

from urllib.parse import quote_from_bytes, unquote_to_bytes

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.deps import language
from api.open311 import errors as open311
from api.problems import problem
from api.web.errors import as_page, wants_page
from geo.i18n import _, translate

FORM = "application/x-www-form-urlencoded"
_ASCII = "".join(map(chr, range(128)))


class Readable:
    """ASGI middleware: what a program did not percent-encode is encoded here, where Starlette would read Latin-1.

    What is not UTF-8 is refused. A form of this kind is short, for `BodyLimit` stands outside.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on, with its form in letters that every parser reads alike."""
        if scope["type"] != "http" or not _is_form(Headers(scope=scope)):
            await self.app(scope, receive, send)
            return
        body, left = b"", True
        while left:
            message = await receive()
            if message["type"] != "http.request":
                return  # the sender has gone
            body += message.get("body", b"")
            left = message.get("more_body", False)
        try:
            unquote_to_bytes(body).decode()
        except UnicodeDecodeError:
            await _refusal(Request(scope))(scope, receive, send)
            return
        whole: list[Message] = [{"type": "http.request", "body": quote_from_bytes(body, safe=_ASCII).encode()}]

        async def again() -> Message:
            return whole.pop() if whole else await receive()

        await self.app(scope, again, send)


def _is_form(headers: Headers) -> bool:
    return headers.get("content-type", "").partition(";")[0].strip().lower() == FORM


def _refusal(request: Request) -> Response:
    text = translate(_("Biểu mẫu phải viết bằng UTF-8; hãy gửi lại."), language(request))
    if request.url.path.startswith(open311.PREFIX):
        return open311.refusal(request, 400, [{"code": 400, "description": text}])
    response = problem(request, 422, "invalid", text)
    return as_page(request, response) if wants_page(request) else response
