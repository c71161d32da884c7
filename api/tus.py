"""What the tus protocol (1.0.0, https://tus.io/protocols/resumable-upload) asks of every request and answer."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.deps import language
from api.problems import problem
from geo.i18n import _, translate

VERSION = "1.0.0"
PREFIX = "/api/v1/uploads"
METHODS = ("HEAD", "PATCH", "DELETE")  # that some proxies and phones cannot send


class Tus:
    """ASGI middleware for the doors of uploads: 412 for another version, the method overridden, each answer marked."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on; one for another door untouched."""
        if scope["type"] != "http" or not scope["path"].startswith(PREFIX):
            await self._app(scope, receive, send)
            return

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["Tus-Resumable"] = VERSION
            await send(message)

        headers = Headers(scope=scope)
        wish = headers.get("x-http-method-override", "").upper()
        if wish in METHODS:
            scope["method"] = wish
        if scope["method"] == "OPTIONS" or headers.get("tus-resumable") == VERSION:
            await self._app(scope, receive, marked)
            return
        request = Request(scope)
        text = translate(
            _("Hãy dùng giao thức tus {version} (đầu mục Tus-Resumable)."), language(request), version=VERSION
        )
        response = problem(request, 412, "tus-version", text)
        response.headers["Tus-Version"] = VERSION
        await response(scope, receive, marked)
