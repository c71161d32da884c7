"""The sender's own view: a private link's token, kept in a cookie and never in an address again."""

import logging
import re
from typing import Any

from fastapi import Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from api import mine as my
from geo import senders
from geo.models import Report, Sender
from geo.settings import Settings

DAYS = 90
LINK = "follow-"  # what the names of the cookies begin with
_TOKEN = re.compile(r"[A-Za-z0-9_\-]{32}")
_IN_PATH = re.compile(r"(/(?:follow|work|welcome|uploads|exports)/|[?&]api_key=)[^\s?&\"/]+")


def link(request: Request, settings: Settings, token: str) -> str:
    """The private link of a token, whole, to be shown once to its sender."""
    base = settings.public_url or str(request.base_url)
    return f"{base.rstrip('/')}/follow/{token}"


def report_of(session: Session, token: str) -> Report | None:
    """The report whose private link has this token."""
    if not _TOKEN.fullmatch(token):
        return None
    return session.scalar(select(Report).where(Report.id.in_(senders.of_link(token))))


def sender_of(session: Session, request: Request, report: Report) -> Sender | None:
    """The sender of a report, where they ask: their browser knows its private link, or their phone."""
    mine = select(Sender).where(Sender.report_id == report.id)
    token = request.cookies.get(cookie_name(report.code), "")
    if _TOKEN.fullmatch(token) and (found := session.scalar(mine.where(Sender.report_id.in_(senders.of_link(token))))):
        return found
    if my.COOKIE not in request.cookies:
        return None
    phone = my.hash_of(request, request.app.state.settings)
    return session.scalar(mine.where(Sender.phone_hash == phone)) if phone is not None else None


def remember(response: Response, request: Request, code: str, token: str) -> None:
    """Puts the token into a cookie that no script reads and no other site sends along with a form."""
    response.set_cookie(
        cookie_name(code),
        token,
        max_age=DAYS * 86_400,
        path="/",
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )


def cookie_name(code: str) -> str:
    """The cookie of one report, so that a browser may follow several."""
    return LINK + code


class Hidden(logging.Filter):
    """Keeps tokens out of the web server's access log."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrites the address in a line of the log; the line itself stays."""
        if isinstance(record.args, tuple):
            record.args = tuple(_hide(part) for part in record.args)
        return True


def _hide(part: Any) -> Any:
    return _IN_PATH.sub(r"\1…", part) if isinstance(part, str) else part


def hide_tokens() -> None:
    """Makes the web server's access log forget the tokens of private links and the keys of programs."""
    log = logging.getLogger("uvicorn.access")
    if not any(isinstance(one, Hidden) for one in log.filters):
        log.addFilter(Hidden())
