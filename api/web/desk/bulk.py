"""One step on many reports at once: each by itself, and what was refused says why."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from api import signed, stepping
from api.deps import LangDep, SessionDep, SettingsDep
from api.web import forgery
from api.web.desk.asking import AskedDep
from api.web.desk.lists import listed
from geo import reports, units
from geo.details import Details
from geo.errors import ForbiddenError, InvalidError, QuangnamError
from geo.i18n import _, translate
from geo.models import User
from geo.queue import PAGE
from geo.transitions import Action

router = APIRouter(include_in_schema=False)
STALE = _("Biểu mẫu đã hết hiệu lực; hãy mở lại bàn làm việc.")
NONE = _("Hãy đánh dấu ít nhất một phản ánh.")
STEPS: tuple[Action, ...] = ("accept", "assign", "forward", "merge")


@router.post("/queue/bulk")
def bulk(
    *,
    request: Request,
    session: SessionDep,
    settings: SettingsDep,
    lang: LangDep,
    asked: AskedDep,
    action: Annotated[str, Form()] = "",
    code: Annotated[list[str] | None, Form()] = None,
    user: Annotated[str, Form()] = "",
    unit: Annotated[str, Form(max_length=64)] = "",
    lead: Annotated[str, Form(max_length=64)] = "",
    text: Annotated[str, Form()] = "",
    token: Annotated[str, Form()] = "",
) -> Response:
    """Takes the step on each marked report and shows the list again with what came of it."""
    me = signed.needed(session, request, "desk")
    if not forgery.is_ours(request, settings, token):
        raise ForbiddenError(STALE)
    chosen = next((one for one in STEPS if one == action), None)
    if chosen is None or not code:
        raise InvalidError(NONE, field="code")
    done: list[tuple[str, str | None]] = []
    for one in code[:PAGE]:
        try:
            with session.begin_nested():
                said = Details(
                    text=text.strip() or None,
                    unit_id=units.by_code(session, unit) if chosen == "forward" else None,
                    user_id=_assignee(user, me) if chosen == "assign" else None,
                    lead_id=reports.by_code(session, lead).id if chosen == "merge" and lead else None,
                )
                report = reports.by_code(session, one)
                who = signed.actor(me)
                stepping.take(session, settings, report, chosen, who, door="web", version=None, details=said)
            done.append((report.code, None))
        except QuangnamError as error:
            done.append((one[:40], translate(error.message, lang, **error.values)))
    session.flush()
    return listed(request, session, settings, lang, me, asked=asked, done=done)


def _assignee(sent: str, me: User) -> int | None:
    return int(sent) if sent.isdecimal() and len(sent) < 10 else me.id
