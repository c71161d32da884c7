"""/ioc/uncertain: open reports whose place nobody is certain of, and settling them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request, Response
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from api import signed, stepping
from api.deps import LangDep, SessionDep, SettingsDep
from api.web.ioc.section import operator, sender_of, shown
from boundaries.models import Assignment
from geo import beside, reports, units
from geo.details import Details
from geo.errors import QuangnamError
from geo.i18n import translate
from geo.models import Report, ReportUnit, Unit, User
from geo.settings import Settings
from geo.transitions import OPEN
from maps import samples

router = APIRouter(include_in_schema=False)
PAGE = 50
Done = tuple[str, str | None]  # a report's code, and why its step was refused, if it was


@router.get("/ioc/uncertain")
def show(
    *,
    request: Request,
    session: SessionDep,
    settings: SettingsDep,
    at: Annotated[int, Query(ge=0, le=100_000)] = 0,
) -> Response:
    """The list: first those that two units call theirs, then the oldest."""
    operator(session, request)
    return _shown(request, session, settings, at=at)


@router.post("/ioc/uncertain")
def settle(
    *,
    request: Request,
    session: SessionDep,
    settings: SettingsDep,
    lang: LangDep,
    code: Annotated[str, Form()] = "",
    unit: Annotated[str, Form()] = "",
    version: Annotated[int | None, Form()] = None,
    token: Annotated[str, Form()] = "",
) -> Response:
    """Says that a report belongs to the unit of a code: confirmed where that has it already, else rerouted there."""
    me = sender_of(session, request, settings, token)
    try:
        with session.begin_nested():
            report = reports.by_code(session, code)
            _step(session, settings, report, me, unit=unit, version=version)
        done: Done = (report.code, None)
    except QuangnamError as error:
        done = (code[:40], translate(error.message, lang, **error.values))
    return _shown(request, session, settings, done=done)


def _step(session: Session, settings: Settings, report: Report, me: User, *, unit: str, version: int | None) -> None:
    named = units.by_code(session, unit)
    same = named == report.unit_id
    stepping.take(
        session,
        settings,
        report,
        "confirm" if same else "reroute",
        signed.actor(me),
        door="web",
        version=version,
        details=Details(unit_id=None if same else named),
    )


def _shown(
    request: Request, session: Session, settings: Settings, *, at: int = 0, done: Done | None = None
) -> Response:
    now = datetime.now(UTC)
    session.flush()
    there = samples.present(session)
    demo = there.demo and not there.real
    open_ = (Report.needs_confirmation, Report.state.in_(OPEN), Report.demo.is_(demo))
    quarrel = beside.quarrel()
    query = select(Report, quarrel).where(*open_).order_by(quarrel.desc(), Report.created_at, Report.id)
    found = session.execute(query.offset(at).limit(PAGE + 1)).all()
    return shown(
        request,
        session,
        settings,
        "ioc_uncertain.html",
        now=now,
        rows=_rows(session, [(one, fight) for one, fight in found[:PAGE]]),
        total=session.scalar(select(func.count()).select_from(Report).where(*open_)),
        at=at,
        before=max(at - PAGE, 0),
        after=at + PAGE if len(found) > PAGE else None,
        done=done,
    )


def _rows(session: Session, found: Sequence[tuple[Report, bool]]) -> list[dict[str, Any]]:
    """Each report with its newest routing and the units that it may belong to, the responsible one first."""
    ids = [report.id for report, _quarrel in found]
    newest = (
        select(Assignment)
        .where(Assignment.report_id.in_(ids))
        .ext(distinct_on(Assignment.report_id))
        .order_by(Assignment.report_id, Assignment.id.desc())
    )
    why = {one.report_id: one for one in session.scalars(newest)}
    kinds = ReportUnit.role.in_(("candidate", "claimant"))
    beside_ = select(ReportUnit.report_id, ReportUnit.role, Unit).join(Unit).where(ReportUnit.report_id.in_(ids), kinds)
    others: dict[int, dict[str, set[Unit]]] = {}
    for report_id, role, unit in session.execute(beside_):
        others.setdefault(report_id, {}).setdefault(role, set()).add(unit)
    rows = []
    for report, quarrel in found:
        kept = why.get(report.id)
        share: dict[str, float] = {}
        for one in (kept.candidates or []) if kept else []:
            share[one["unit"]] = share.get(one["unit"], 0.0) + float(one["share"])
        mine = others.get(report.id, {})
        rest = sorted(mine.get("candidate", set()) - {report.unit}, key=lambda one: (-share.get(one.code, 0), one.code))
        rows.append(
            {
                "report": report,
                "quarrel": quarrel,
                "reason": kept.reason if kept else "",
                "distance": kept.distance if kept else None,
                "share": share if share or kept is None else {report.unit.code: kept.confidence},
                "units": [report.unit, *rest],
                "claimants": mine.get("claimant", set()),
            }
        )
    return rows
