"""Taking a report in hand on the desk, by plain forms."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse

from api import signed
from api.deps import SessionDep, SettingsDep
from api.web import forgery
from api.web.desk.asking import AskedDep, query
from api.web.desk.bulk import STALE
from api.web.desk.report import found
from geo import claims
from geo.errors import ForbiddenError

router = APIRouter(include_in_schema=False)


@router.post("/queue/{code}/claim")
def claim(
    *,
    request: Request,
    session: SessionDep,
    settings: SettingsDep,
    asked: AskedDep,
    code: str,
    way: Annotated[str, Form()] = "take",
    token: Annotated[str, Form()] = "",
) -> RedirectResponse:
    """Takes the report in hand (`way` "take"), out of a colleague's ("over"), or gives it back ("release")."""
    user = signed.needed(session, request, "claim")
    if not forgery.is_ours(request, settings, token):
        raise ForbiddenError(STALE)
    report, who = found(session, user, code), signed.actor(user)
    if way == "release":
        claims.release(session, report, who)
    else:
        claims.claim(session, report, who, datetime.now(UTC), over=way == "over")
    return RedirectResponse(f"/queue/{report.code}{query(asked)}", 303)
