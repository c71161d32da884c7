"""The one check of API keys, whatever part of a request they stand in."""

from fastapi import Request
from sqlalchemy.orm import Session

from geo import api_keys, limits
from geo.aside import aside
from geo.errors import ForbiddenError, UnauthorizedError
from geo.i18n import _
from geo.models import ApiKey, Report
from geo.permissions import Actor
from geo.secret import secret
from geo.settings import Settings

WRONG = _("Khóa API không đúng, đã hết hạn hoặc đã bị thu hồi.")
ONLY_READS = _("Khóa API này chỉ để đọc.")
NO_STEPS = _("Khóa API này không được xử lý phản ánh.")


def bearer(request: Request) -> str | None:
    """The API key of a request; it comes from a program, never along with a browser's cookies."""
    kind, _blank, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" and token.strip() else None


def check(session: Session, settings: Settings, token: str, scope: str) -> ApiKey:
    """The key of a token, counted once against its limit; UnauthorizedError, TooManyError.

    ForbiddenError where its scope does not reach.
    """
    key = api_keys.find(session, token)
    if key is None:
        raise UnauthorizedError(WRONG)
    name = limits.subject(secret(settings), "key", str(key.id))
    with aside(session) as short:
        if key.per_minute is not None:
            limits.count(short, {name: key.per_minute}, refusal=limits.TOO_MANY_A_MINUTE, every="minute")
        else:
            limits.count(short, {name: settings.limit_key_hour}, refusal=limits.TOO_MANY)
    if not api_keys.reaches(key, scope):
        raise ForbiddenError(ONLY_READS if key.scope == "read" else NO_STEPS)
    return key


def shown(session: Session, request: Request, *, reading: bool = False) -> ApiKey | None:
    """The key that a request shows in its header, None for none; errors as `check`. It is counted once a request.

    One that is `reading` whatever its method is within the scope of every key.
    """
    token = bearer(request)
    if token is None:
        return None
    if not hasattr(request.state, "key"):
        scope = "read" if reading or request.method in ("GET", "HEAD") else "send"
        request.state.key = check(session, request.app.state.settings, token, scope)
    key: ApiKey = request.state.key
    return key


def reader(session: Session, request: Request, token: str | None) -> ApiKey | None:
    """The key of somebody who reads, from the address (`token`) or the header; None for none, errors as `check`."""
    return check(session, request.app.state.settings, token, "read") if token else shown(session, request)


def officers(key: ApiKey | None) -> list[Actor]:
    """What a program's key reads as: an officer of each unit that it is scoped to; nobody for a person's key."""
    if key is None or key.user_id is not None:
        return []
    return [Actor("officer", unit_id=unit.id) for unit in key.units]


def agency(key: ApiKey | None, report: Report) -> Actor | None:
    """The unit of a report as a program's key speaks for it; None for a key that may not."""
    if key is None or key.user_id is not None or not api_keys.reaches(key, "steps"):
        return None
    mine = report.unit_id in [unit.id for unit in key.units]
    return Actor("officer", unit_id=report.unit_id) if mine else None
