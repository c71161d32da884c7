"""/queue/{code}: everything about one report, and the steps that may be taken."""

from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api import signed, stepping
from api.deps import LangDep, SessionDep, SettingsDep
from api.posted import PostedDep, StepIn
from api.web import forgery, history, mapping
from api.web.desk.asking import AskedDep, query
from api.web.desk.bulk import STALE
from api.web.desk.choices import CHOICES, offers
from api.web.desk.kin import kin, nearby
from api.web.desk.lists import TEXTS, units
from api.web.desk.why import why
from api.web.relations import relations
from api.web.render import page
from geo import beside, claims, contacts, queue, replies, reports, unseen
from geo.clock import urgent
from geo.deadlines import ZONE
from geo.effects import REASONS
from geo.errors import ForbiddenError, NotFoundError, QuangnamError
from geo.i18n import Lang, _, translate
from geo.models import Flag, Media, Report, Sender, User
from geo.permissions import may
from geo.queue import Asked
from geo.secret import secret
from geo.senders import Contact
from geo.settings import Settings
from geo.suggestions import suggested
from geo.transitions import OPEN, possible

router = APIRouter(include_in_schema=False)


@router.get("/queue/{code}")
def show(
    *, request: Request, session: SessionDep, settings: SettingsDep, lang: LangDep, asked: AskedDep, code: str
) -> Response:
    """The report."""
    user = signed.needed(session, request, "desk")
    report = found(session, user, code)
    unseen.opened(session, report, signed.actor(user))
    return shown(request, session, settings, lang, user, report=report, asked=asked)


@router.post("/queue/{code}/contact")
def contact(
    *,
    request: Request,
    session: SessionDep,
    settings: SettingsDep,
    lang: LangDep,
    asked: AskedDep,
    code: str,
    why: Annotated[str, Form()] = "",
    token: Annotated[str, Form()] = "",
) -> Response:
    """The report with its sender's name and phone, after that look was written down."""
    user = signed.needed(session, request, "desk")
    if not forgery.is_ours(request, settings, token):
        raise ForbiddenError(STALE)
    report = found(session, user, code)
    seen = contacts.look(session, report, signed.actor(user), why, secret=secret(settings))
    return shown(request, session, settings, lang, user, report=report, asked=asked, contact=seen)


@router.post("/queue/{code}/{action}")
def take(
    *,
    request: Request,
    session: SessionDep,
    settings: SettingsDep,
    lang: LangDep,
    asked: AskedDep,
    code: str,
    action: str,
    posted: PostedDep,
) -> Response:
    """Takes the step of a form; what is refused comes back with the words that were typed."""
    user = signed.needed(session, request, "desk")
    chosen = next((one for one in CHOICES if one == action), None)
    if chosen is None:
        raise NotFoundError(_("Không có bước này."))
    step = posted.step
    if not forgery.is_ours(request, settings, posted.token):
        raise ForbiddenError(STALE)
    report = found(session, user, code)
    try:
        with session.begin_nested():
            stepping.take(
                session,
                settings,
                report,
                chosen,
                signed.actor(user),
                door="web",
                version=step.version,
                details=step.details(session),
                photos=posted.photos,
            )
    except QuangnamError as error:
        session.refresh(report)
        said = (chosen, translate(error.message, lang, **error.values), step)
        return shown(request, session, settings, lang, user, report=report, asked=asked, refused=said)
    session.flush()
    if not beside.may_read(session, report, signed.actor(user)):
        return RedirectResponse(f"/queue{query(asked, left=report.code)}", 303)
    return RedirectResponse(f"/queue/{report.code}{query(asked)}", 303)


def found(session: Session, user: User, code: str) -> Report:
    """The report, where somebody may see it or it may be their unit's; NotFoundError for all others alike."""
    report = reports.by_code(session, code)
    if not beside.may_read(session, report, signed.actor(user)):
        raise NotFoundError(_("Phản ánh này không thuộc đơn vị của bạn; có thể nó đã được chuyển đi."))
    return report


def shown(
    request: Request,
    session: Session,
    settings: Settings,
    lang: Lang,
    user: User,
    *,
    report: Report,
    asked: Asked,
    contact: tuple[Contact, Sender] | None = None,
    refused: tuple[str, str, StepIn] | None = None,
) -> Response:
    """The page of a report, with the contact just asked for or the step just refused."""
    who, now = signed.actor(user), datetime.now(UTC)
    session.flush()
    inside = user.unit_id in (None, report.unit_id)  # another unit sees what it takes to say whose it is
    claimants = beside.units(session, report, "claimant") if report.needs_confirmation else []
    claimed = user.unit_id in {unit.id for unit in claimants}
    flags = select(Flag).where(Flag.report_id == report.id, Flag.settled_at.is_(None))
    exact = select(func.ST_X(Report.point), func.ST_Y(Report.point)).where(Report.id == report.id)
    lon, lat = session.execute(exact).one()
    mark = forgery.device(request)
    response = page(
        request,
        "desk_report.html",
        status=409 if refused else 200,
        headers={"Cache-Control": "no-store"},
        user=user,
        who=who,
        report=report,
        asked=asked,
        query=partial(query, asked),
        category=mapping.category(report.category, lang),
        area=history.area_name(session, report),
        reason=history.reason(session, report, lang, precise=True),
        events=history.events(session, report, lang, open_=True, inside=inside),
        relations=relations(session, report, lang, inside=inside),
        lon=lon,
        lat=lat,
        pictures=session.scalars(select(Media).where(Media.report_id == report.id).order_by(Media.id)).all(),
        claim=claims.current(session, [report.id], now).get(report.id),
        may_claim=may(who, "claim", report) and report.state in OPEN,
        inside=inside,
        assignee=session.get(User, report.assignee_id) if report.assignee_id is not None else None,
        urgent=urgent(report),
        maybe=beside.units(session, report) if report.needs_confirmation else [],
        claimants=claimants,
        claimed=claimed,
        flags=session.scalars(flags).all() if inside else [],
        nearby=nearby(session, who, report),
        kin=kin(session, report) if inside else [],
        why=why(session, report, lang, named=inside),
        offers=[one for one in offers(report, who) if not (claimed and one.action == "ours")],
        receivers=[unit for unit in units(session) if unit.id != report.unit_id],
        suggestion=suggested(session, report, now.astimezone(ZONE).date()),
        colleagues=queue.load(session, report.unit_id, now),
        replies=replies.for_report(session, report),
        reasons=REASONS,
        may_redact=may(who, "redact", report) and ("redact" in possible(report.state, who.role)),
        may_contact=may(who, "contact", report),
        contact=contact[0] if contact else None,
        checked=contact[1].phone_checked if contact else False,
        refused=refused[:2] if refused else None,
        typed=refused[2].model_dump() if refused else {},
        following=queue.following(session, who, asked, report, now),
        now=now,
        token=forgery.token(settings, mark),
        config=mapping.config(session, settings, lang, TEXTS, pins=_pins(report, lang, lon, lat)),
    )
    forgery.remember(response, request, mark)
    return response


def _pins(report: Report, lang: Lang, lon: float, lat: float) -> list[dict[str, Any]]:
    return [
        {
            "code": report.code,
            "lon": lon,
            "lat": lat,
            "colour": report.category.colour,
            "name": mapping.category_name(report.category, lang),
            "late": False,
        }
    ]
