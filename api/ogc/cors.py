"""Pages of other sites may read what is under /ogc: it is public, and no cookie changes what is said."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.ogc.links import PATH

_ALLOWED = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Max-Age": "86400",
}
_EXPOSED = "Content-Crs, Content-Language, ETag, Link"


class OpenToAll:
    """Lets browsers hand the answers under /ogc to pages of any origin, without their cookies."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers what a browser asks beforehand, and marks the rest."""
        if scope["type"] != "http" or not (scope["path"] == PATH or scope["path"].startswith(f"{PATH}/")):
            await self._app(scope, receive, send)
            return
        if scope["method"] == "OPTIONS":
            headers = [(name.lower().encode(), value.encode()) for name, value in _ALLOWED.items()]
            await send({"type": "http.response.start", "status": 204, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
            return

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Access-Control-Allow-Origin"] = "*"
                headers["Access-Control-Expose-Headers"] = _EXPOSED
            await send(message)

        await self._app(scope, receive, marked)
