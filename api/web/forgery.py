"""Forms that only our own pages may send."""

import hmac
import re
import secrets

from fastapi import Request, Response

from api.routes.reports import DEVICE
from api.web.origin import same_site
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


__all__ = ["device", "is_ours", "remember", "same_site", "token"]
