"""The public buttons of a report's page, by plain forms."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse

from api.deps import SessionDep, SettingsDep
from api.voicing import Said, Voice, voice
from api.web import forgery
from geo.errors import ForbiddenError
from geo.i18n import _

router = APIRouter(include_in_schema=False)


@router.post("/reports/{code}/voices/{kind}")
def say(
    *,
    request: Request,
    session: SessionDep,
    settings: SettingsDep,
    code: str,
    kind: Voice,
    token: Annotated[str, Form()] = "",
    yes: Annotated[bool, Form()] = True,
    text: Annotated[str, Form()] = "",
) -> RedirectResponse:
    """Takes somebody's word on a report and shows it again; who says that it is not mended comes to the second one."""
    if not forgery.is_ours(request, settings, token):
        raise ForbiddenError(_("Biểu mẫu đã hết hiệu lực; hãy mở lại trang phản ánh rồi gửi lại."))
    said = Said(forgery.device(request), yes, text)
    report = voice(request, session, settings, code, kind, said=said)
    place = {"fixed": "#voices" if yes else "#dispute", "flag": "?flagged=1#voices"}.get(kind, "#voices")
    return RedirectResponse(f"/reports/{report.code}{place}", 303)
