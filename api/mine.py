"""Whoever proved that a phone is theirs: a sealed cookie with its keyed hash, never the number."""

from datetime import UTC, datetime, timedelta

import orjson
from fastapi import Request, Response

from geo.errors import SetupError
from geo.sealing import seal, unseal
from geo.secret import secret
from geo.senders import phone_hash
from geo.settings import Settings

COOKIE = "my"
DAYS = 30
_PURPOSE = "my reports"


def remember(response: Response, request: Request, settings: Settings, phone: str) -> None:
    """Gives the browser the cookie, which no script reads and no other site sends along with a form."""
    key = secret(settings)
    until = datetime.now(UTC) + timedelta(days=DAYS)
    said = orjson.dumps([phone_hash(key, phone).hex(), until.timestamp()]).decode()
    secure = request.url.scheme == "https"
    value = seal(key, _PURPOSE, said)
    response.set_cookie(COOKIE, value, max_age=DAYS * 86_400, path="/", httponly=True, samesite="lax", secure=secure)


def hash_of(request: Request, settings: Settings) -> bytes | None:
    """The keyed hash of the phone that this browser proved; None where it proved none, or too long ago."""
    value = request.cookies.get(COOKIE, "")
    if not value:
        return None
    try:
        found, until = orjson.loads(unseal(secret(settings), _PURPOSE, value))
    except (SetupError, ValueError):
        return None
    return bytes.fromhex(found) if until > datetime.now(UTC).timestamp() else None
