"""Where a point would go, or why a report went where it is; nothing is stored."""

from datetime import date
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from api import explaining, keys, signed
from api.archiving import check_archive
from api.deps import LangDep, SessionsDep, SettingsDep
from api.parameters import known
from api.receipts import routing_out
from api.refusals import KEYED, refusals
from api.schemas import Number
from api.shapes import answering_either
from boundaries import routing
from geo import beside, codes, reports
from geo.errors import InvalidError, NotFoundError
from geo.i18n import Lang, _
from geo.models import Report
from geo.permissions import PUBLIC, visible

router = APIRouter(prefix="/api/v1/route", tags=["boundaries"], dependencies=[Depends(known)])
POINT = ("lon", "lat", "accuracy", "on", "edition", "category", "area")


@router.get("", responses=answering_either("Routing", "Explanation") | refusals(*KEYED, 404, 410))
def route(
    *,
    request: Request,
    sessions: SessionsDep,
    settings: SettingsDep,
    lang: LangDep,
    lon: Annotated[Number | None, Query(description="degrees, WGS 84")] = None,
    lat: Annotated[Number | None, Query(description="degrees, WGS 84")] = None,
    report: Annotated[
        str | None,
        Query(max_length=64, description="a report's code, in place of everything else: why it is where it is"),
    ] = None,
    accuracy: Annotated[Number | None, Query(ge=0, le=100_000, description="metres")] = None,
    on: Annotated[
        date | None,
        Query(description="asks the edition active on that day; with `edition` that day's rules alone"),
    ] = None,
    edition: Annotated[str | None, Query(pattern=r"^[A-Za-z0-9.\-]{1,32}$", description="asks this edition")] = None,
    category: Annotated[
        str | None, Query(pattern=r"^[a-z0-9\-]{1,64}$", description="a category's code: some have units of their own")
    ] = None,
    area: Annotated[str | None, Query(max_length=64, description="near a border: the candidate chosen")] = None,
) -> Response:
    """The edition, area, unit, rule and reason for a point (`lon` and `lat`), or for each step of a `report`."""
    if report is not None:
        _alone(request)
    with sessions.begin() as session:
        if report is not None:
            # What somebody of the unit is told is not for whoever asks next.
            return _answer(_of_report(session, request, report, lang), {"Cache-Control": "private, no-store"})
        if lon is None or lat is None:
            raise InvalidError(
                _("Hãy cho kinh độ và vĩ độ (lon, lat), hoặc mã phản ánh (report)."),
                field="lon" if lon is None else "lat",
            )
        if category is not None:
            reports.category(session, category)  # a code that nobody has is told, not taken for the default
        found = routing.route(
            session,
            lon,
            lat,
            accuracy=accuracy,
            on=on,
            edition=edition,
            category=category,
            area=area,
            settings=settings,
        )
        return _answer(routing_out(found, lang))


def _alone(request: Request) -> None:
    beside = [name for name in POINT if request.query_params.get(name)]
    if beside:
        raise InvalidError(
            _("Với report thì không dùng {names}: hãy hỏi về một phản ánh, hoặc về một điểm."),
            field=beside[0],
            names=", ".join(beside),
        )


def _of_report(session: Session, request: Request, text: str, lang: Lang) -> dict[str, Any]:
    code = codes.normalise(text)
    report = session.scalar(select(Report).where(Report.code == code)) if code else None
    if report is None:
        check_archive(session, code)
        raise NotFoundError(reports.UNKNOWN)
    inside = _works_on(session, request, report)
    if not inside and session.scalar(visible(select(Report.id), PUBLIC).where(Report.id == report.id)) is None:
        raise NotFoundError(reports.UNKNOWN)
    told = explaining.explain(session, report, lang, inside=inside)
    return explaining.as_data(session, report, told, inside=inside)


def _works_on(session: Session, request: Request, report: Report) -> bool:
    """Whether the IOC asks, or somebody of the unit that has the report or may have it, or their program."""
    user = signed.user_of(session, request)
    who = [signed.actor(user)] if user is not None else keys.officers(keys.shown(session, request))
    return any(one.role in ("officer", "head", "operator") and beside.may_read(session, report, one) for one in who)


def _answer(told: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
    return Response(orjson.dumps(told), headers=headers, media_type="application/json")
