"""The browser of a unit without accounts, known by the cookie that an e-mailed link gave it."""

from fastapi import Request, Response
from sqlalchemy.orm import Session

from geo import work_links
from geo.models import Report
from geo.permissions import Actor


def cookie_name(code: str) -> str:
    """The cookie of one report's link."""
    return "work-" + code


def link_of(session: Session, request: Request, report: Report) -> Actor | None:
    """The unit that works on this report by its link, while that works."""
    token = request.cookies.get(cookie_name(report.code), "")
    link = work_links.find(session, token) if token else None
    if link is None or link.report_id != report.id:
        return None
    return Actor("link", unit_id=link.unit_id, report_id=report.id)


def remember(response: Response, request: Request, code: str, token: str) -> None:
    """Puts the token into a cookie that no script reads and no other site sends along with a form."""
    response.set_cookie(
        cookie_name(code),
        token,
        max_age=work_links.DAYS * 86_400,
        path="/",
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
