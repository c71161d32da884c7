"""What the control room's wall asks for again and again."""

from datetime import UTC, datetime
from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy.orm import Session

from api import signed
from api.deps import LangDep, SessionDep
from api.describing import SIGNED
from api.filters import FiltersDep
from api.parameters import known
from api.refusals import KEYED, refusals
from api.web.ioc import rows, telling
from api.web.mapping import active
from geo import reports, unseen
from geo.filters import Filters
from geo.i18n import Lang
from geo.permissions import Actor
from maps import samples, waiting
from maps.overview import overview
from maps.past import Past
from maps.replay import Span, replay

router = APIRouter(prefix="/api/v1/ioc", tags=["control room"], dependencies=[Depends(known)])
_FRESH = {"Cache-Control": "no-store"}
DemoDep = Annotated[bool | None, Query(description="the demonstration's reports; else people's, where there are any")]


@router.get("/overview", responses=refusals(*KEYED), openapi_extra=SIGNED)
def look(
    *,
    request: Request,
    response: Response,
    session: SessionDep,
    lang: LangDep,
    filters: FiltersDep,
    tab: Annotated[str, Query(max_length=20, description="the list that is shown beside the newest")] = "newest",
    demo: DemoDep = None,
) -> dict[str, Any]:
    """The wall's figures, units, areas and lists under the filters category, unit and since; for operators."""
    who = signed.actor(signed.needed(session, request, "watch"))
    response.headers.update(_FRESH)
    return told(request, session, filters, who, lang, tab=tab, demo=demo)


@router.get("/reports/{code}", responses=refusals(*KEYED), openapi_extra=SIGNED)
def one(*, request: Request, response: Response, session: SessionDep, lang: LangDep, code: str) -> dict[str, Any]:
    """One report as it opens in place, its words and pictures too; for operators."""
    who = signed.actor(signed.needed(session, request, "watch"))
    response.headers.update(_FRESH)
    report = reports.by_code(session, code)
    unseen.opened(session, report, who)
    return rows.whole(session, report, who, lang, datetime.now(UTC))


@router.get("/replay", responses=refusals(*KEYED), openapi_extra=SIGNED)
def play(
    *,
    request: Request,
    session: SessionDep,
    filters: FiltersDep,
    span: Span = "week",
    demo: DemoDep = None,
) -> dict[str, Any]:
    """The last day by hours, week by days or year by weeks, each frame with its cells [lon, lat, count]."""
    signed.needed(session, request, "watch")
    found = replay(session, _narrowed(filters), span, datetime.now(UTC), demo=_kind(session, demo))
    starts = [start.isoformat(timespec="minutes") for start in found.starts]
    return {"span": found.span, "starts": starts, "frames": found.frames}


def told(
    request: Request, session: Session, filters: Filters, who: Actor, lang: Lang, *, tab: str, demo: bool | None
) -> dict[str, Any]:
    """The answer of `look`, which the page carries from the start."""
    past, now = cast(Past, request.app.state.past), datetime.now(UTC)
    kind, asked = _kind(session, demo), _narrowed(filters)
    edition = active(session)
    found = overview(session, past, asked, edition, now, demo=kind)
    lists = {
        name: rows.rows(session, waiting.listed(session, asked, now, tab=name, demo=kind), who, lang, now)
        for name in {"newest", tab if tab in waiting.TABS else "newest"}
    }
    return telling.overview(found, lang) | {"lists": lists, "edition": edition.code if edition else None}


def _kind(session: Session, demo: bool | None) -> bool:
    # As on the choropleth: one kind or the other, the real one wherever there is any.
    if demo is not None:
        return demo
    there = samples.present(session)
    return there.demo and not there.real


def _narrowed(filters: Filters) -> Filters:
    return Filters(category=filters.category, unit=filters.unit, since=filters.since)
