"""What is new, for readers of feeds."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from functools import partial
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from api.deps import LangDep, SessionDep, SettingsDep
from api.etags import tag_of, unchanged
from api.filters import FiltersDep
from api.filters_in_words import in_words
from api.parameters import as_said, known
from api.refusals import refusals
from api.shapes import in_bytes
from api.web import finder, mapping
from api.web.states import state_name
from geo.filters import after, cursor_of, newest_first
from geo.i18n import Lang, _, translate
from geo.models import Report, ReportTombstone
from geo.settings import Settings
from maps.atom import MEDIA_TYPE, Head, Words, atom
from maps.features import select_public

router = APIRouter(prefix="/feeds", tags=["reports"], dependencies=[Depends(known)])
PATH = "/feeds/reports.atom"
FILTERS = ("bbox", "category", "unit", "area", "state", "since", "until", "q", "edition")
# Two changes may share a second, and one that began before another may be seen after it.
SETTLED = timedelta(minutes=1)


@router.head("/reports.atom", include_in_schema=False)
@router.get(
    "/reports.atom",
    response_class=Response,
    responses=in_bytes(MEDIA_TYPE) | refusals(304),
)
def reports(
    *,
    request: Request,
    session: SessionDep,
    settings: SettingsDep,
    lang: LangDep,
    filters: FiltersDep,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=100, description="from the link `next`")] = None,
) -> Response:
    """The newest public reports that pass the filters as an Atom feed (RFC 4287) with GeoRSS points.

    Of what is not public yet an entry has the category, the place and the state alone. Further pages as RFC 5005 has
    them, by the links `next` and `first`.
    """
    headers = {"Cache-Control": "no-cache", "Content-Language": lang}
    changed = _changed(session)
    if changed is not None and datetime.now(UTC) - changed > SETTLED:
        headers["Last-Modified"] = format_datetime(changed, usegmt=True)
        if _known(request, changed):
            return Response(status_code=304, headers=headers)
    query = newest_first(select_public(filters).add_columns(Report.updated_at))
    rows = session.execute((after(query, cursor) if cursor else query).limit(limit + 1)).all()
    page = rows[:limit]
    following = cursor_of(page[-1].created_at, page[-1].id) if len(rows) > limit else None
    names = {one["code"]: one["name"] for one in mapping.categories(session, lang)}
    words = Words(names.get, partial(_summary, lang))
    site = _site(request, settings)
    title = in_words(session, filters, as_said(request), lang)
    content = atom(_head(request, site, title, lang, following), page, words, site)
    headers["ETag"] = tag_of(content)
    return unchanged(request, headers["ETag"], headers) or Response(content, headers=headers, media_type=MEDIA_TYPE)


def address(query: dict[str, str], lang: Lang) -> str:
    """The feed of what a page shows, in the page's language."""
    query = query | ({"lang": lang} if lang != "vi" else {})
    return PATH + (f"?{urlencode(query, safe=',')}" if query else "")


def _changed(session: Session) -> datetime | None:
    """When anything last changed that a feed could show; whatever the filters, for what left has none any more."""
    latest = select(func.greatest(select(func.max(Report.updated_at)).scalar_subquery(), _removed()))
    moment: datetime | None = session.scalar(latest)
    return moment and moment.astimezone(UTC).replace(microsecond=0)


def _removed() -> Any:
    return select(func.max(ReportTombstone.removed_at)).scalar_subquery()


def _known(request: Request, changed: datetime) -> bool:
    """Whether the reader has what there was then (RFC 9110, 13.1.3); a tag says it better and comes first."""
    if "if-none-match" in request.headers:
        return False
    try:
        since = parsedate_to_datetime(request.headers.get("if-modified-since", ""))
        return since.tzinfo is not None and changed <= since
    except (ValueError, OverflowError):
        return False


def _site(request: Request, settings: Settings) -> str:
    return (settings.public_url or str(request.base_url)).rstrip("/")


def _head(request: Request, site: str, title: str, lang: Lang, following: str | None) -> Head:
    query = as_said(request)
    filters = {name: query[name] for name in FILTERS if name in query}
    first = {name: value for name, value in query.items() if name in (*FILTERS, "limit", "lang")}
    page = first | ({"cursor": query["cursor"]} if "cursor" in query else {})
    listed = {name: value for name, value in query.items() if name in (*finder.NAMES, "lang")}
    links = {
        "self": (site + _with(page), MEDIA_TYPE),
        "alternate": (site + finder.address(listed), "text/html"),
        "first": (site + _with(first), MEDIA_TYPE),
    }
    if following:
        links["next"] = (site + _with(first | {"cursor": following}), MEDIA_TYPE)
    return Head(site + _with(filters), title, translate(_("Quảng Nam trực tuyến"), lang), lang, links)


def _with(query: dict[str, str]) -> str:
    return PATH + (f"?{urlencode(query, safe=',')}" if query else "")


def _summary(lang: Lang, row: Row[Any]) -> str:
    said = f"{row.code} · {state_name(row.state, lang)} · {row.unit_name}"
    if row.demo:
        said += " · " + translate(_("dữ liệu mẫu"), lang)
    return said
