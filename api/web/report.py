"""A report's page: what the public may see, and for its sender what they sent."""

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.archiving import check_archive
from api.deps import LangDep, SessionDep, SettingsDep
from api.follow import sender_of
from api.web import forgery, history, mapping
from api.web.cards import cards
from api.web.following_texts import TEXTS as FOLLOWING
from api.web.relations import relations
from api.web.render import page
from api.web.states import MEANINGS, hidden_why
from api.web.steps import STARS, WITH_PHOTOS, offered
from geo import codes, interest
from geo.errors import NotFoundError
from geo.filters import Filters, kept_back, shown_key
from geo.geometry import SRID, BBox
from geo.i18n import _, translate
from geo.models import Media, Report
from geo.secret import secret
from geo.settings import Settings
from maps.features import select_public

router = APIRouter()
NEARBY = 4
AROUND = 0.005  # degrees, about 500 m
TEXTS = {
    "map": _("Bản đồ vị trí của phản ánh"),
    "zoomIn": _("Phóng to"),
    "zoomOut": _("Thu nhỏ"),
    "copied": _("Đã sao chép"),
}


@router.get("/reports", include_in_schema=False)
def find(code: str = "") -> Response:
    """From a code that somebody typed, in any spelling, to its page; without one to the map."""
    if not code.strip():
        return RedirectResponse("/", 303)
    wanted = codes.normalise(code)
    if wanted is None:
        raise NotFoundError(_("Đây chưa phải là một mã phản ánh. Mã có dạng QN-7K2M-9XQ4: sau QN là tám chữ và số."))
    return RedirectResponse(f"/reports/{wanted}", 303)


@router.get("/reports/{code}", include_in_schema=False)
def report(request: Request, session: SessionDep, settings: SettingsDep, lang: LangDep, code: str) -> Response:
    """The page of one report; its code in any spelling."""
    wanted = codes.normalise(code)
    if wanted is not None and wanted != code:
        return RedirectResponse(str(request.url.replace(path=f"/reports/{wanted}", scheme="", netloc="")), 308)
    found = session.scalar(select(Report).where(Report.code == wanted)) if wanted else None
    mine = found is not None and sender_of(session, request, found) is not None
    row = session.execute(select_public().where(Report.code == wanted)).one_or_none() if wanted else None
    if found is None or (row is None and not mine):
        check_archive(session, wanted)
        raise NotFoundError(_("Không có phản ánh nào mang mã này; hãy xem lại mã."))
    categories = mapping.categories(session, lang)
    shown = _shown(session, found, row, mine)
    lon, lat = shown["lon"], shown["lat"]
    mark = forgery.device(request)
    lead = session.get(Report, found.lead_id) if found.lead_id is not None else None
    if lead is not None and not mine and (found.category.sensitive or lead.category.sensitive):
        lead = None
    events = history.events(session, found, lang, open_=mine or (row is not None and row.content is not None))
    response = page(
        request,
        "report.html",
        headers={"Cache-Control": "private, no-store"} if mine else None,
        report=found,
        category=mapping.category(found.category, lang),
        shown=shown,
        mine=mine,
        area=history.area_name(session, found),
        reason=history.reason(session, found, lang, precise=mine or not found.category.sensitive),
        events=events,
        # The newest picture of a result, to be held against what was reported.
        after=next((line.proofs[0] for line in reversed(events) if line.result and line.proofs), None),
        public=row is not None and row.content is not None,
        hidden_why=hidden_why(found, lang),
        meaning=translate(MEANINGS.get(found.state, ""), lang),
        late=shown["deadline"] is not None and shown["deadline"] < datetime.now(UTC),
        nearby=cards(_nearby(session, found, lon, lat), categories) if row is not None else [],
        address=_address(request, settings, found.code),
        config=mapping.config(
            session,
            settings,
            lang,
            TEXTS | FOLLOWING,
            place={"lon": lon, "lat": lat, "blurred": found.category.sensitive and not mine},
            colour=found.category.colour,
        ),
        steps=offered(session, found) if mine else [],
        relations=relations(session, found, lang, mine=mine),
        lead=history.followed(session, lead, lang) if lead is not None else None,
        interest=interest.interest(session, found),
        said=interest.mine(session, found, interest.subject(secret(settings), mark)),
        asks_fixed=found.state in interest.ANSWERED,
        requested="requested" in request.query_params,
        flagged="flagged" in request.query_params,
        stars=STARS,
        with_photos=WITH_PHOTOS,
        token=forgery.token(settings, mark),
    )
    forgery.remember(response, request, mark)
    return response


def _shown(session: Session, report: Report, row: Any, mine: bool) -> dict[str, Any]:
    """Content, pictures, place and deadline: the public projection's, or the sender's own."""
    # Those of a step stand beside it in the history.
    pictures = select(Media.key if mine else shown_key(), Media.kind).where(Media.report_id == report.id)
    pictures = pictures.where(Media.event_id.is_(None)).order_by(Media.id)
    if not mine:
        place = {"lon": round(row.lon, 6), "lat": round(row.lat, 6)}
        shown = session.execute(pictures.where(~kept_back())).all() if row.photos is not None else []
        return place | {
            "content": row.content,
            "pictures": shown,
            "happened_at": row.happened_at,
            "deadline": row.deadline,
        }
    exact = select(func.ST_X(Report.point), func.ST_Y(Report.point)).where(Report.id == report.id)
    lon, lat = session.execute(exact).one()
    return {
        "lon": round(lon, 6),
        "lat": round(lat, 6),
        "content": report.content,
        "pictures": session.execute(pictures).all(),
        "happened_at": report.happened_at,
        "deadline": row.deadline if row is not None else None,
    }


def _nearby(session: Session, report: Report, lon: float, lat: float) -> list[Any]:
    box = BBox(lon - AROUND, lat - AROUND, lon + AROUND, lat + AROUND)
    here = func.ST_SetSRID(func.ST_MakePoint(lon, lat), SRID)
    query = select_public(Filters(bbox=box)).where(Report.id != report.id)
    return list(session.execute(query.order_by(func.ST_Distance(Report.public_point, here), Report.id).limit(NEARBY)))


def _address(request: Request, settings: Settings, code: str) -> str:
    base = settings.public_url or str(request.base_url)
    return f"{base.rstrip('/')}/reports/{code}"
