"""voice(): what anybody says about a public report, by whatever door; a browser is known by its random mark."""

from dataclasses import dataclass
from typing import Literal

from fastapi import Request
from sqlalchemy.orm import Session

from api.intake import network
from api.routes.actions import asked
from geo import interest, limits
from geo.aside import aside
from geo.errors import ForbiddenError
from geo.i18n import _
from geo.models import Report
from geo.permissions import may
from geo.secret import secret
from geo.settings import Settings

Voice = Literal["follow", "me_too", "fixed", "flag"]
PER_HOUR, PER_ADDRESS = 60, 1_000  # from one browser, and from one address, which a mobile network shares


@dataclass(frozen=True)
class Said:
    """By the browser of which mark; `yes` also begins what may be ended again; `text` is an objection's."""

    mark: str
    yes: bool = True
    text: str = ""


def voice(request: Request, session: Session, settings: Settings, code: str, kind: Voice, *, said: Said) -> Report:
    """The report after somebody's word on it; the errors of `actions.asked` and of `geo.interest`."""
    report, who = asked(session, request, code)
    if not may(who, kind, report):
        raise ForbiddenError(_("Bạn không có quyền thực hiện bước này."))
    limited(request, session, settings, said.mark)
    subject = interest.subject(secret(settings), said.mark)
    if kind == "follow":
        interest.follow(session, report, subject, on=said.yes)
    elif kind == "me_too":
        interest.me_too(session, report, subject, on=said.yes)
    elif kind == "fixed":
        interest.answer(session, report, None if who.role == "sender" else subject, fixed=said.yes)
    else:
        interest.flag(session, report, subject, said.text)
    return report


def limited(request: Request, session: Session, settings: Settings, mark: str) -> None:
    """Counts one word of a browser and of its address; TooManyError for too many within the hour."""
    key = secret(settings)
    # A mark is thrown away in a moment, an address is not.
    address = network(request.client.host) if request.client else ""
    most = {limits.subject(key, "voice", mark): PER_HOUR, limits.subject(key, "voices", address): PER_ADDRESS}
    with aside(session) as short:
        limits.count(short, most, refusal=limits.TOO_MANY)
