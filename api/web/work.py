"""/work: one report for a unit without accounts, by its e-mailed link; the sender stays unknown to it."""

from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api import stepping, working
from api.deps import LangDep, SessionDep, SettingsDep
from api.posted import PostedDep, StepIn
from api.web import forgery, history, mapping
from api.web.desk.choices import CHOICES, offers
from api.web.desk.lists import TEXTS
from api.web.render import page
from api.web.signing import STALE
from geo import reports, work_links
from geo.errors import ForbiddenError, NotFoundError, QuangnamError
from geo.i18n import Lang, _, translate
from geo.models import Media, Report
from geo.permissions import Actor
from geo.settings import Settings

router = APIRouter(include_in_schema=False)
GONE = _("Liên kết này đã hết hạn, hoặc phản ánh đã chuyển sang đơn vị khác.")


@router.get("/work/{token}")
def exchange(request: Request, session: SessionDep, token: str) -> RedirectResponse:
    """Exchanges the letter's link for a cookie and goes on to an address that is no secret."""
    link = work_links.find(session, token)
    if link is None:
        raise NotFoundError(GONE)
    link.used_at = datetime.now(UTC)
    code = session.get_one(Report, link.report_id).code
    headers = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}
    response = RedirectResponse(f"/work/reports/{code}", 303, headers)
    working.remember(response, request, code, token)
    return response


@router.get("/work/reports/{code}")
def show(request: Request, session: SessionDep, settings: SettingsDep, lang: LangDep, code: str) -> Response:
    """The report and the steps that the unit may take."""
    report, who = _found(session, request, code)
    return _page(request, session, settings, lang, report, who=who)


@router.post("/work/reports/{code}/{action}")
def take(
    *,
    request: Request,
    session: SessionDep,
    settings: SettingsDep,
    lang: LangDep,
    code: str,
    action: str,
    posted: PostedDep,
) -> Response:
    """Takes the step of a form; what is refused comes back with the words that were typed."""
    report, who = _found(session, request, code)
    chosen = next((one for one in CHOICES if one == action), None)
    if chosen is None:
        raise NotFoundError(_("Không có bước này."))
    if not forgery.is_ours(request, settings, posted.token):
        raise ForbiddenError(STALE)
    step = posted.step
    try:
        with session.begin_nested():
            said = step.details(session)
            stepping.take(
                session,
                settings,
                report,
                chosen,
                who,
                door="link",
                version=step.version,
                details=said,
                photos=posted.photos,
            )
    except QuangnamError as error:
        session.refresh(report)
        refused = (chosen, translate(error.message, lang, **error.values), step)
        return _page(request, session, settings, lang, report, who=who, refused=refused)
    # Returned or forwarded, it is no longer this unit's: the public page is all that is left.
    there = "/work/reports" if working.link_of(session, request, report) else "/reports"
    return RedirectResponse(f"{there}/{report.code}", 303)


def _found(session: Session, request: Request, code: str) -> tuple[Report, Actor]:
    report = reports.by_code(session, code)
    who = working.link_of(session, request, report)
    if who is None:
        raise NotFoundError(GONE)
    return report, who


def _page(
    request: Request,
    session: Session,
    settings: Settings,
    lang: Lang,
    report: Report,
    *,
    who: Actor,
    refused: tuple[str, str, StepIn] | None = None,
) -> Response:
    exact = select(func.ST_X(Report.point), func.ST_Y(Report.point)).where(Report.id == report.id)
    lon, lat = session.execute(exact).one()
    name = mapping.category_name(report.category, lang)
    pin = {"code": report.code, "lon": lon, "lat": lat, "colour": report.category.colour, "name": name, "late": False}
    pictures = select(Media).where(Media.report_id == report.id, Media.event_id.is_(None)).order_by(Media.id)
    mark = forgery.device(request)
    response = page(
        request,
        "work.html",
        status=409 if refused else 200,
        headers={"Cache-Control": "no-store"},
        report=report,
        category=mapping.category(report.category, lang),
        area=history.area_name(session, report),
        events=history.events(session, report, lang, open_=True, inside=True),
        lon=lon,
        lat=lat,
        pictures=session.scalars(pictures).all(),
        offers=offers(report, who),
        refused=refused[:2] if refused else None,
        typed=(refused[2].text or "") if refused else "",
        now=datetime.now(UTC),
        token=forgery.token(settings, mark),
        config=mapping.config(session, settings, lang, TEXTS, pins=[pin]),
    )
    forgery.remember(response, request, mark)
    return response
