"""Forms that only our own pages may send."""

import hmac
import re
import secrets
from urllib.parse import urlsplit

from fastapi import Request, Response

from api.routes.reports import DEVICE
from geo.secret import secret
from geo.settings import Settings

_YEAR = 31_536_000  # seconds
_DEVICE = re.compile(r"[A-Za-z0-9_\-]{8,64}")


def device(request: Request) -> str:
    """The browser's own random mark: the one it has, or a new one that `remember` must set."""
    known = request.cookies.get(DEVICE, "")
    return known if _DEVICE.fullmatch(known) else secrets.token_urlsafe(16)


def remember(response: Response, request: Request, mark: str) -> None:
    """Gives the browser its mark, which no other site's form brings along."""
    response.set_cookie(
        DEVICE, mark, max_age=_YEAR, path="/", httponly=True, samesite="lax", secure=request.url.scheme == "https"
    )


def token(settings: Settings, mark: str) -> str:
    """What a form carries to prove that this browser was given it."""
    return hmac.digest(secret(settings), b"form\0" + mark.encode(), "sha256").hex()


def is_ours(request: Request, settings: Settings, sent: str) -> bool:
    """Whether a posted form was filled in on our own page in the same browser."""
    mark = request.cookies.get(DEVICE, "")
    known = bool(mark) and hmac.compare_digest(token(settings, mark).encode(), sent.encode("utf-8", "replace"))
    return known and same_site(request, settings)


def same_site(request: Request, settings: Settings) -> bool:
    """Whether nothing says that another site made the browser ask; all that a cookie without a form has."""
    site = request.headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        return False
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc in _hosts(request, settings)


def _hosts(request: Request, settings: Settings) -> set[str]:
    # Behind a proxy the name people type may not be the one this process hears.
    hosts = {request.headers.get("host", ""), urlsplit(settings.public_url).netloc}
    return hosts - {""}
