"""Steps of the process, over HTTP."""

from typing import Any

from fastapi import APIRouter, Depends, Request
from sqlalchemy import select
from sqlalchemy.orm import Session

from api import follow, keys, stepping
from api.deps import SessionDep, SettingsDep, language
from api.disputing import dispute
from api.follow import sender_of
from api.keys import bearer
from api.parameters import known
from api.posted import OPENAPI, PostedDep
from api.refusals import KEYED, refusals
from api.shapes import answering
from api.signed import actor, user_of
from api.web import forgery
from api.working import link_of
from geo import reports
from geo.errors import ForbiddenError, NotFoundError
from geo.i18n import _
from geo.models import Report
from geo.permissions import PUBLIC, Actor, may, visible
from geo.transitions import Action, possible

router = APIRouter(prefix="/api/v1/reports/{code}/actions", tags=["process"], dependencies=[Depends(known)])


@router.get("", responses=answering("Standing") | refusals(*KEYED))
def what(request: Request, session: SessionDep, code: str) -> dict[str, Any]:
    """The state and version of a report, and the steps that whoever asks may take."""
    report, who = asked(session, request, code)
    return _standing(report, who)


@router.post("/{action}", openapi_extra=OPENAPI, responses=answering("Standing") | refusals(*KEYED, 409, 415))
def take(
    *, request: Request, session: SessionDep, settings: SettingsDep, code: str, action: Action, posted: PostedDep
) -> dict[str, Any]:
    """Takes one step, with photos where it is sent as a form; 409 lists what is possible, or that one was first."""
    report, who = asked(session, request, code)
    body = posted.step
    if bearer(request) is None and not forgery.same_site(request, settings):
        raise ForbiddenError(_("Yêu cầu này đến từ một trang khác; hãy mở lại trang phản ánh."))
    if action == "dispute" and who.role == "sender":
        text, version = body.text or "", body.version
        made = dispute(
            request,
            session,
            settings,
            report,
            who,
            text=text,
            version=version,
            door="api",
            lang=language(request),
            photos=posted.photos,
        )
        return _standing(report, who) | {"second": made.answer | {"link": follow.link(request, settings, made.token)}}
    said = body.details(session)
    stepping.take(
        session, settings, report, action, who, door="api", version=body.version, details=said, photos=posted.photos
    )
    return _standing(report, who)


def asked(session: Session, request: Request, code: str) -> tuple[Report, Actor]:
    """A report and who asks about it: its sender, a signed-in user, a program or a link of its unit, or the public.

    NotFoundError also where that person may not see it.
    """
    report = reports.by_code(session, code)
    user = user_of(session, request)
    if user is None and (agency := keys.agency(keys.shown(session, request), report)):
        return report, agency
    if user is None and sender_of(session, request, report):
        return report, Actor("sender", report_id=report.id)
    if user is None and (link := link_of(session, request, report)):
        return report, link
    who = actor(user)
    mine = visible(select(Report.id), who).where(Report.id == report.id)
    anybodys = visible(select(Report.id), PUBLIC).where(Report.id == report.id)
    if session.scalar(mine.union(anybodys)) is None:
        raise NotFoundError(reports.UNKNOWN)
    return report, who


def _standing(report: Report, who: Actor) -> dict[str, Any]:
    steps = [action for action in possible(report.state, who.role) if may(who, action, report)]
    return {"code": report.code, "state": report.state, "version": report.version, "possible": steps}
