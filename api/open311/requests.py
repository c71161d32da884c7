"""Reports out: one by its code, or those of a time and a place; what maps.features says is public, and no more."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Annotated, Any

from fastapi import Query, Request, Response
from geoalchemy2 import Geography
from sqlalchemy import Row, Select, cast, func, select
from sqlalchemy.orm import Session

from api.archiving import check_archive
from api.deps import LangDep, SessionDep, SettingsDep
from api.open311 import asking, inside
from api.open311.doors import LIST, FormatDep, ReaderDep, base, made, told
from api.open311.formats import answer
from api.open311.states import STATUSES, detailed, status
from api.open311.updates import last_words
from api.web.states import state_name
from boundaries import naming
from geo import codes
from geo.errors import NotFoundError
from geo.filters import Filters, after, apply_filters, cursor_of, newest_first
from geo.geometry import SRID
from geo.i18n import Lang, _, translate
from geo.models import ApiKey, Category, Report, Unit
from geo.reports import UNKNOWN
from maps.features import properties, select_public

router = made("/open311/v2")
Text = Annotated[str | None, Query(max_length=2_000)]
PROVINCE = _("tỉnh Quảng Nam")
DEMO = _("Đây là dữ liệu mẫu để giới thiệu hệ thống, không phải phản ánh thật.")
MERGED = _("Đã gộp với {lead}.")


@router.get("/requests.{format}", responses=told(LIST))
def requests(
    *,
    request: Request,
    session: SessionDep,
    settings: SettingsDep,
    lang: LangDep,
    key: ReaderDep,
    format: FormatDep,  # noqa: A002 (the standard's word)
    service_request_id: Annotated[
        str | None, Query(max_length=4_000, description="codes, with commas; nothing else counts then")
    ] = None,
    service_code: Annotated[str | None, Query(max_length=2_000, description="codes of services, with commas")] = None,
    status: Annotated[str | None, Query(max_length=40, description="open, closed, or both with a comma")] = None,
    start_date: Annotated[str | None, Query(max_length=40, description="requested at or after")] = None,
    end_date: Annotated[str | None, Query(max_length=40, description="requested before; at most 90 days later")] = None,
    updated_after: Annotated[str | None, Query(max_length=40, description="changed at or after")] = None,
    updated_before: Annotated[str | None, Query(max_length=40, description="changed before")] = None,
    agency_responsible: Annotated[
        str | None, Query(max_length=2_000, description="codes of units, with commas")
    ] = None,
    bbox: Annotated[str | None, Query(max_length=200, description="west,south,east,north in degrees")] = None,
    lat: Annotated[float | None, Query(description="with long and radius: around a place")] = None,
    long: Annotated[float | None, Query()] = None,
    radius: Annotated[float | None, Query(description="metres, at most 50,000; without it 1,000")] = None,
    page: Annotated[int, Query(ge=1, le=1_000)] = 1,
    page_size: Annotated[int, Query(ge=1, le=asking.MOST)] = asking.MOST,
    cursor: Annotated[
        str | None, Query(max_length=100, description="from the header Link; page counts no more")
    ] = None,
    extensions: Annotated[str | None, Query(max_length=10, description="true: with extended_attributes")] = None,
) -> Response:
    """Reports, the newest first: at most 90 days and 1,000 at once, the last 90 days where nothing is said."""
    if asking.listed(service_request_id):
        query = select_public().where(Report.code.in_(asking.report_codes(service_request_id)))
    else:
        services, statuses = asking.listed(service_code), asking.listed(status)
        units = asking.listed(agency_responsible)
        asking.known(services, set(session.scalars(select(Category.code))), "service_code")
        asking.known(statuses, set(STATUSES), "status")
        asking.known(units, set(session.scalars(select(Unit.code))), "agency_responsible")
        changed = asking.Span()
        time = asking.Span()
        if updated_after or updated_before:
            # Whoever asks for what changed means older reports too.
            changed = asking.span(updated_after, updated_before, ("updated_after", "updated_before"))
        if start_date or end_date or not (updated_after or updated_before):
            time = asking.span(start_date, end_date, ("start_date", "end_date"))
        place = asking.box(bbox)
        filters = Filters(bbox=place, category=tuple(services), since=time.start, until=time.end)
        query = _narrowed(select_public(filters), changed, asking.circle(lat, long, radius), statuses, units)
    query = newest_first(query).limit(page_size + 1)
    query = after(query, cursor) if cursor else query.offset((page - 1) * page_size)
    rows = _rows(session, query)
    site = base(request, settings)
    found = _told(session, rows[:page_size], lang, site, key, extended=extensions == "true")
    headers = dict(inside.headers(key))
    if len(rows) > page_size:
        # Pages are counted, and a report that leaves the filter between two of them moves the next one out of sight.
        last = rows[page_size - 1]
        following = request.url.include_query_params(cursor=cursor_of(last.created_at, last.id))
        following = following.remove_query_params("page")
        headers["Link"] = f'<{site}{following.path}?{following.query}>; rel="next"'
    return answer(format, "service_requests", found, headers=headers)


@router.get("/requests/{service_request_id}.{format}", responses=told(LIST))
def one(
    *,
    request: Request,
    session: SessionDep,
    settings: SettingsDep,
    lang: LangDep,
    key: ReaderDep,
    service_request_id: str,
    format: FormatDep,  # noqa: A002 (the standard's word)
    extensions: Annotated[str | None, Query(max_length=10, description="true: with extended_attributes")] = None,
) -> Response:
    """One report by its code, in any spelling; a list of one, as the standard has it."""
    code = codes.normalise(service_request_id)
    query = select_public().where(Report.code == code)
    rows = _rows(session, query)
    found = _told(session, rows, lang, base(request, settings), key, extended=extensions == "true")
    if not found:
        check_archive(session, code)
        raise NotFoundError(UNKNOWN)
    return answer(format, "service_requests", found, headers=inside.headers(key))


def _narrowed(
    query: Select[Any],
    changed: asking.Span,
    near: asking.Near | None,
    statuses: Sequence[str],
    units: Sequence[str],
) -> Select[Any]:
    if changed.start is not None:
        query = query.where(Report.updated_at >= changed.start)
    if changed.end is not None:
        query = query.where(Report.updated_at < changed.end)
    if near is not None:
        here = cast(func.ST_SetSRID(func.ST_MakePoint(near.lon, near.lat), SRID), Geography)
        inside = func.ST_DWithin(cast(Report.public_point, Geography), here, near.radius)
        query = apply_filters(query, Filters(bbox=near.box)).where(inside)
    if statuses:
        query = query.where(Report.state.in_([state for name in statuses for state in STATUSES[name]]))
    if units:
        query = query.where(Unit.code.in_(units))
    return query


def _rows(session: Session, query: Select[Any]) -> Sequence[Row[Any]]:
    return session.execute(query.add_columns(Report.updated_at, Report.settled_at, Category.name_en)).all()


def _told(
    session: Session, sought: Sequence[Row[Any]], lang: Lang, site: str, key: ApiKey | None, *, extended: bool
) -> list[dict[str, Any]]:
    more = inside.inside(session, key, [row.id for row in sought])
    rows = [SimpleNamespace(**(dict(row._mapping) | more.get(row.id, {}))) for row in sought]
    words = last_words(session, [row.id for row in rows], lang)
    places = naming.of_codes(session, {(row.area, row.commune) for row in rows})
    found = []
    for row in rows:
        said = _request(row, words.get(row.id), _address(row, places, lang), lang, site)
        found.append(said | {"extended_attributes": _extended(row, lang, site)} if extended else said)
    return found


def _address(row: Any, places: dict[naming.Codes, naming.Place], lang: Lang) -> str | None:
    place = places.get((row.area, row.commune))
    if place is None:
        return None
    found = dict.fromkeys(one.full for one in (place.commune, place.area) if one)
    return ", ".join([*found, translate(PROVINCE, lang)])


def _request(row: Any, words: str | None, address: str | None, lang: Lang, site: str) -> dict[str, Any]:
    closed = status(row.state) == "closed"
    notes = words or state_name(row.state, lang)
    if row.state == "merged" and row.lead:
        notes = translate(MERGED, lang, lead=row.lead)
    photos = properties(row)["photos"]
    return {
        "service_request_id": row.code,
        "status": status(row.state),
        "status_notes": notes,
        "service_name": row.name_en if lang == "en" else row.category_name,
        "service_code": row.category,
        "description": row.content,
        "agency_responsible": row.unit_name,
        "service_notice": translate(DEMO, lang) if row.demo else None,
        "requested_datetime": row.created_at,
        # Of what is closed, when it was closed.
        "updated_datetime": row.settled_at if closed and row.settled_at else row.updated_at,
        # Before it is accepted the next deadline is that of the acceptance.
        "expected_datetime": row.deadline if row.state == "in_progress" else None,
        "address": address,
        "address_id": row.commune or row.area,
        "zipcode": None,
        "lat": round(row.lat, 6),
        "long": round(row.lon, 6),
        "media_url": site + photos[0] if photos else None,
    }


def _extended(row: Any, lang: Lang, site: str) -> dict[str, Any]:
    said = properties(row)
    name = row.name_en if lang == "en" else row.category_name
    photos = [site + path for path in said["photos"]]
    films = [site + path for path in said["videos"]]
    return {
        "title": f"{name}, {row.area_name}" if row.area_name else name,
        "state": row.state,
        "detailed_status": detailed(row.state),
        "unit": row.unit,
        "unit_name": row.unit_name,
        "area": row.area,
        "area_name": row.area_name,
        "commune": row.commune,
        "deadline": row.deadline,
        "happened_at": row.happened_at,
        "changed_datetime": row.updated_at,
        "needs_confirmation": row.needs_confirmation,
        "lead": row.lead,
        "second_of": row.second_of,
        "recurrence": row.recurrence,
        "demo": row.demo,
        "link": f"{site}/reports/{row.code}",
        "media_urls": photos + films,
        "photos": [{"media_url": address} for address in photos],
        "videos": [{"media_url": address} for address in films],
    }
