"""What anybody may say about a report, over HTTP."""

from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StrictBool

from api.deps import SessionDep, SettingsDep
from api.parameters import known
from api.refusals import KEYED, refusals
from api.voicing import Said, Voice, voice
from api.web import forgery
from geo import interest
from geo.errors import ForbiddenError
from geo.i18n import _

router = APIRouter(prefix="/api/v1/reports/{code}/voices", tags=["process"], dependencies=[Depends(known)])


class SaidIn(BaseModel):
    """`yes` (also to begin) or not (also to end), and for a flag the words."""

    model_config = ConfigDict(extra="forbid")

    yes: StrictBool = True
    text: str = Field(default="", max_length=2_000)


@router.post("/{kind}", responses=refusals(*KEYED, 409))
def say(
    *,
    request: Request,
    response: Response,
    session: SessionDep,
    settings: SettingsDep,
    code: str,
    kind: Voice,
    body: SaidIn,
) -> dict[str, Any]:
    """Follows a report, has the same trouble, says whether it is mended, or objects to it; the counts after that."""
    if not forgery.same_site(request, settings):
        raise ForbiddenError(_("Yêu cầu này đến từ một trang khác; hãy mở lại trang phản ánh."))
    mark = forgery.device(request)
    report = voice(request, session, settings, code, kind, said=Said(mark, body.yes, body.text))
    session.flush()
    forgery.remember(response, request, mark)
    return {"code": report.code} | vars(interest.interest(session, report))
