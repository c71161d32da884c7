"""What happened to reports, as updates: the steps and the published words of their histories."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Query, Request, Response
from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from api.deps import LangDep, SessionDep, SettingsDep
from api.open311 import asking
from api.open311.doors import LIST, FormatDep, ReaderDep, base, made, told
from api.open311.formats import answer
from api.open311.states import detailed
from api.web.history import alike, doer, own_words, sentence, step
from api.web.states import SPOKEN
from geo.filters import kept_back, published, sensitive, shown_key
from geo.i18n import Lang
from geo.models import Event, Media, Report, Unit
from geo.permissions import PUBLIC, visible

router = made("/open311/v2")
# What a reader who follows a report is told; who does the work inside a unit is not their business.
STEPS = (
    *("accept", "forward", "return", "reroute", "ask", "supply", "complete", "progress", "extend"),
    *("resolve", "reject", "reply", "merge", "split", "close"),
)


@router.get("/servicerequestupdates.{format}", responses=told(LIST))
def updates(
    *,
    request: Request,
    session: SessionDep,
    settings: SettingsDep,
    lang: LangDep,
    _key: ReaderDep,
    format: FormatDep,  # noqa: A002 (the standard's word)
    service_request_id: Annotated[str | None, Query(max_length=4_000, description="codes, with commas")] = None,
    agency_responsible: Annotated[
        str | None, Query(max_length=2_000, description="codes of units, with commas")
    ] = None,
    start_date: Annotated[str | None, Query(max_length=40, description="at or after")] = None,
    end_date: Annotated[str | None, Query(max_length=40, description="before; at most 90 days later")] = None,
    page: Annotated[int, Query(ge=1, le=1_000)] = 1,
    page_size: Annotated[int, Query(ge=1, le=asking.MOST)] = asking.MOST,
) -> Response:
    """The updates of a time, the oldest first: at most 90 days, the last ones where nothing is said."""
    wanted = asking.report_codes(service_request_id)
    query = _public()
    if asking.listed(service_request_id):
        query = query.where(Report.code.in_(wanted))
    else:
        time = asking.span(start_date, end_date, ("start_date", "end_date"))
        query = query.where(Event.at >= time.start) if time.start else query
        query = query.where(Event.at < time.end) if time.end else query
    units = asking.listed(agency_responsible)
    if units:
        asking.known(units, set(session.scalars(select(Unit.code))), "agency_responsible")
        query = query.where(Report.unit_id.in_(select(Unit.id).where(Unit.code.in_(units))))
    query = query.order_by(Event.id).limit(page_size).offset((page - 1) * page_size)
    found = told_of(session, query, lang, base(request, settings))
    return answer(format, "service_request_updates", found)


def last_words(session: Session, report_ids: Sequence[int], lang: Lang) -> dict[int, str]:
    """What was last written to the readers of each report, published ones alone."""
    query = _public().where(Report.id.in_(report_ids), Event.action.in_(SPOKEN), published()).order_by(Event.id)
    return {row.report_id: text for row in session.execute(query) if (text := own_words(row.data, row.text, lang))}


def told_of(session: Session, query: Select[Any], lang: Lang, site: str) -> list[dict[str, Any]]:
    """The events of a query as updates, each with the public pictures that came with it."""
    rows = session.execute(query).all()
    pictures = _pictures(session, [row.id for row in rows if _spoken(row)])
    return [_update(row, pictures.get(row.id, []), lang, site) for row in rows]


def _public() -> Select[Any]:
    query = (
        select(
            *(Event.id, Event.report_id, Event.at, Event.action, Event.to_state, Event.text, Event.data),
            Event.door,
            Report.code,
            published().label("published"),
            sensitive().label("sensitive"),
            doer().label("unit"),
        )
        .join(Report, Report.id == Event.report_id)
        .join(Unit, Unit.id == Event.unit_id)
        .where(Event.action.in_(STEPS))
    )
    return visible(query, PUBLIC)


def _spoken(row: Row[Any]) -> bool:
    return bool(row.published) and row.action in SPOKEN


def _update(row: Row[Any], pictures: list[str], lang: Lang, site: str) -> dict[str, Any]:
    words = own_words(row.data, row.text, lang) if _spoken(row) else None
    told = (alike if row.sensitive else step)(row.action, row.door, row.data)
    found = {
        "update_id": str(row.id),
        "service_request_id": row.code,
        "status": detailed(row.to_state, row.action),
        "updated_datetime": row.at,
        "description": words or sentence(told, row.to_state, row.unit, lang),
        "media_url": f"{site}/media/{pictures[0]}.jpg" if pictures else None,
    }
    # A program that knows one address only has the first; the others are an extension.
    return found | ({"media_urls": [f"{site}/media/{key}.jpg" for key in pictures]} if len(pictures) > 1 else {})


def _pictures(session: Session, event_ids: Sequence[int]) -> dict[int, list[str]]:
    query = select(Media.event_id, shown_key()).where(
        Media.event_id.in_(event_ids), Media.kind == "photo", ~kept_back()
    )
    found: dict[int, list[str]] = {}
    for event_id, key in session.execute(query.order_by(Media.id)):
        if event_id is not None:
            found.setdefault(event_id, []).append(key)
    return found
