"""The private link."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse

from api import follow
from api.deps import SessionDep
from geo.errors import NotFoundError
from geo.i18n import _

router = APIRouter()


@router.get("/follow/{token}", include_in_schema=False)
def exchange(request: Request, session: SessionDep, token: str) -> RedirectResponse:
    """Exchanges a private link's token for a cookie and goes on to the report's page, whose address is no secret."""
    report = follow.report_of(session, token)
    if report is None:
        raise NotFoundError(_("Liên kết riêng này không đúng hoặc đã hết hiệu lực."))
    headers = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}
    response = RedirectResponse(f"/reports/{report.code}", 303, headers)
    follow.remember(response, request, report.code, token)
    return response
