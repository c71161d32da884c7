"""Reports in the wall's lists, and one of them whole."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from api.web import formats, history
from api.web.desk.choices import offers
from api.web.desk.why import box
from api.web.states import state_name
from boundaries import naming
from boundaries.models import Assignment
from geo.i18n import Lang, _, translate
from geo.models import Media, Report, Unit
from geo.permissions import Actor, may

STEPS = 30  # of a report's history in the dialog, the newest


def rows(session: Session, found: Sequence[Row[Any]], who: Actor, lang: Lang, now: datetime) -> list[dict[str, Any]]:
    """The rows of `waiting.listed` as the wall lists them; places are the public ones."""
    areas = naming.of_codes(session, {_codes(one.Report) for one in found})
    settle = [one.Report for one in found if _to_settle(one.Report, who)]
    candidates = _candidates(session, settle)
    return [
        {
            "code": one.Report.code,
            "category": one.Report.category.code,
            "state": state_name(one.Report.state, lang),
            "area": areas[codes].area.full if (codes := _codes(one.Report)) in areas else "",
            "unit": one.Report.unit.name,
            "ago": formats.ago(one.Report.created_at, lang, now=now),
            "due": _due(one.deadline, lang, now),
            "late": one.deadline is not None and one.deadline < now,
            "urgent": one.hurried,
            "lon": round(one.lon, 6),
            "lat": round(one.lat, 6),
            "version": one.Report.version,
            "demo": one.Report.demo,
            "new": one.Report.state == "received",
            "candidates": candidates.get(one.Report.id, []),
        }
        for one in found
    ]


def whole(session: Session, report: Report, who: Actor, lang: Lang, now: datetime) -> dict[str, Any]:
    """What the dialog over the map shows: the essentials, the pictures, the newest steps, what can be settled here.

    `why` is the desk's box as HTML.
    """
    lines = history.events(session, report, lang, open_=True, inside=True)
    reason = history.reason(session, report, lang, precise=True)
    pictures = session.scalars(
        select(Media.key).where(Media.report_id == report.id, Media.kind == "photo").order_by(Media.id).limit(6)
    )
    settle = [report] if _to_settle(report, who) else []
    return {
        "code": report.code,
        "category": report.category.code,
        "state": state_name(report.state, lang),
        "area": history.area_name(session, report) or "",
        "unit": report.unit.name,
        "content": report.content,
        "pictures": [f"/media/{key}-small.jpg" for key in pictures],
        "created": formats.moment(report.created_at, lang),
        "reason": reason.text if reason else "",
        "why": box(session, report, lang),
        "version": report.version,
        "candidates": _candidates(session, settle).get(report.id, []),
        "acts": [translate(offer.choice.name, lang) for offer in offers(report, who)][:6],
        "steps": [
            {"at": formats.ago(line.at, lang, now=now), "text": line.text, "said": line.said or ""}
            for line in lines[: -STEPS - 1 : -1]
        ],
    }


def _to_settle(report: Report, who: Actor) -> bool:
    waits = report.state in ("received", "needs_info", "in_progress")
    return report.needs_confirmation and waits and may(who, "confirm", report) and may(who, "reroute", report)


def _due(deadline: datetime | None, lang: Lang, now: datetime) -> str:
    if deadline is None:
        return ""
    told = formats.ago(deadline, lang, now=now)
    return translate(_("quá hạn {ago}") if deadline < now else _("đến hạn {ago}"), lang, ago=told)


def _candidates(session: Session, reports: Sequence[Report]) -> dict[int, list[dict[str, Any]]]:
    """The units that an uncertain place may belong to, the responsible one first, by the newest routing."""
    if not reports:
        return {}
    newest = (
        select(Assignment.report_id, Assignment.candidates)
        .where(Assignment.report_id.in_([one.id for one in reports]))
        .ext(distinct_on(Assignment.report_id))
        .order_by(Assignment.report_id, Assignment.id.desc())
    )
    stored = {number: candidates or [] for number, candidates in session.execute(newest)}
    wanted = {one["unit"] for several in stored.values() for one in several}
    units = session.execute(select(Unit.code, Unit.name).where(Unit.code.in_(wanted)))
    names = {one.code: one.name for one in units}
    return {one.id: _offered(one, stored.get(one.id, []), names) for one in reports}


def _offered(report: Report, stored: Sequence[dict[str, Any]], names: dict[str, str]) -> list[dict[str, Any]]:
    mine = {"unit": report.unit.code, "name": report.unit.name, "action": "confirm"}
    others = {one["unit"] for one in stored} - {report.unit.code}
    return [mine] + [
        {"unit": code, "name": names[code], "action": "reroute"} for code in sorted(others) if code in names
    ]


def _codes(report: Report) -> naming.Codes:
    return report.area_code, report.commune_code
