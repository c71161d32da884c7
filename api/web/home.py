"""The home page: the public map and its list, the newest first."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from api.deps import LangDep, SessionDep, SettingsDep
from api.filters import read_filters
from api.routes import feeds
from api.web import finder, mapping
from api.web.cards import BLANK, cards
from api.web.home_texts import TEXTS
from api.web.render import page
from boundaries import placed
from geo.filters import after, cursor_of, newest_first
from geo.models import Report
from maps.features import select_public

router = APIRouter()
SHOWN = 20


@router.get("/", include_in_schema=False)
def home(
    *,
    request: Request,
    session: SessionDep,
    settings: SettingsDep,
    lang: LangDep,
    cursor: Annotated[str | None, Query(max_length=100)] = None,
) -> Response:
    """The public map and its list, filtered as the address says, and the way to a report of one's own."""
    wanted = finder.written(request)
    if (tidy := finder.tidied(request, wanted)) is not None:
        return RedirectResponse(tidy, 303)
    filters = read_filters(session, **wanted)
    query = newest_first(select_public(filters))
    rows = session.execute((after(query, cursor) if cursor else query).limit(SHOWN + 1)).all()
    shown = rows[:SHOWN]
    following = cursor_of(shown[-1].created_at, shown[-1].id) if len(rows) > SHOWN else None
    categories = mapping.categories(session, lang)
    used = finder.editions(session, filters.edition)
    among = placed.asked(session, filters.edition) if filters.edition else []
    areas = finder.places(session, among[-1] if among else mapping.active(session), wanted.get("area"))
    box = next((area.box for area in areas if area.code == wanted.get("area")), None)
    config = mapping.config(session, settings, lang, TEXTS)
    return page(
        request,
        "home.html",
        categories=categories,
        areas=areas,
        editions=used,
        filters=dict.fromkeys(finder.NAMES, "") | wanted,
        chosen=finder.chosen(wanted, lang, categories=categories, areas=areas, editions=used),
        choices=finder.choices(lang, wanted.get("since", "")),
        shown=cards(shown, categories),
        total=finder.counted(session, filters),
        most=finder.COUNTED,
        further=cursor is not None,
        blank=BLANK,
        here=finder.address(wanted),
        feed=feeds.address(wanted, lang),
        following=finder.address(wanted | {"cursor": following}) if following else None,
        next=f"/api/v1/reports{finder.address(wanted | {'limit': str(SHOWN), 'cursor': following})[1:]}"
        if following
        else None,
        demo=has_demo(session),
        config=config | {"province": config["bounds"], "bounds": box or config["bounds"]},
    )


def has_demo(session: Session) -> bool:
    """Whether demonstration reports are among those shown."""
    return bool(session.scalar(select(exists().where(Report.demo))))
