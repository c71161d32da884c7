"""Taking a report in hand, so that no two do the same."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Request

from api.deps import SessionDep, SettingsDep
from api.keys import bearer
from api.parameters import known
from api.refusals import KEYED, refusals
from api.routes.actions import asked
from api.web import forgery
from geo import claims
from geo.errors import ForbiddenError
from geo.i18n import _
from geo.models import Claim
from geo.permissions import Actor

router = APIRouter(prefix="/api/v1/reports/{code}/claim", tags=["process"], dependencies=[Depends(known)])
ELSEWHERE = _("Yêu cầu này đến từ một trang khác; hãy mở lại trang phản ánh.")


@router.post("", responses=refusals(*KEYED, 409))
def take(
    *,
    request: Request,
    session: SessionDep,
    settings: SettingsDep,
    code: str,
    over: Annotated[bool, Body(embed=True, strict=True, description="also out of a colleague's hands")] = False,
) -> dict[str, Any]:
    """Takes a report in hand, or renews that: `{"by", "until", "mine"}`; 409 says who has it and until when."""
    if bearer(request) is None and not forgery.same_site(request, settings):
        raise ForbiddenError(ELSEWHERE)
    report, who = asked(session, request, code)
    return told(claims.claim(session, report, who, datetime.now(UTC), over=over), who)


@router.delete("", responses=refusals(*KEYED, 409))
def release(*, request: Request, session: SessionDep, settings: SettingsDep, code: str) -> dict[str, Any]:
    """Gives a report back; who has it now, somebody else or nobody."""
    if bearer(request) is None and not forgery.same_site(request, settings):
        raise ForbiddenError(ELSEWHERE)
    report, who = asked(session, request, code)
    claims.release(session, report, who)
    return told(claims.current(session, [report.id], datetime.now(UTC)).get(report.id), who)


def told(held: Claim | None, who: Actor) -> dict[str, Any]:
    """A claim as programs get it."""
    if held is None:
        return {"by": None, "until": None, "mine": False}
    return {"by": held.user.name, "until": held.until.isoformat(), "mine": held.user_id == who.user_id}
