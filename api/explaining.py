"""Why a report is where it is, in words and as data, as far as the reader may know it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.receipts import edition_out, rule_out, unit_out
from api.web import formats, history
from api.web.history import BY_PLACE, REASONS, message_of, sentence
from api.web.settled import SAID, said_by
from boundaries import explaining, naming, reasons
from boundaries.explaining import By, Place, Step
from boundaries.models import Area, Assignment, Edition
from boundaries.naming import Name
from geo.i18n import Lang, _, translate
from geo.models import Report, Rule, Unit

BY: dict[By, str] = {
    "place": _("Theo vị trí trên bản đồ"),
    "choice": _("Gần ranh giới, người gửi chọn"),
    "rule": _("Theo quy tắc của lĩnh vực"),
    "second": _("Phản ánh lần 2 về đơn vị đã trả lời"),
    "edition": _("Phiên bản địa giới thay đổi"),
    "unit": _("Đơn vị trước thôi hoạt động"),
    "border": _("Các đơn vị cạnh ranh giới cho biết nơi này thuộc ai"),
    "person": _("Chuyển đơn vị xử lý"),
    "settled": _("Nơi xảy ra đã được xác nhận"),
}
# What tells of a border near a hidden place, as what it looks like from afar.
ALIKE: dict[By, By] = {"choice": "place", "border": "person"}
UNDONE = _("Phiên bản địa giới được hoàn tác")
ROLES = {
    "officer": _("Cán bộ đơn vị chuyển"),
    "head": _("Lãnh đạo đơn vị chuyển"),
    "operator": _("Trung tâm IOC chuyển"),
    "link": _("Đơn vị chuyển, qua liên kết e-mail"),
    "system": _("Hệ thống chuyển"),
}
SETTLERS = {
    "officer": _("Cán bộ đơn vị xác nhận nơi xảy ra"),
    "head": _("Lãnh đạo đơn vị xác nhận nơi xảy ra"),
    "operator": _("Trung tâm IOC xác nhận nơi xảy ra"),
}


@dataclass(frozen=True)
class Candidate:
    """An area that may be the right one and its unit, both as answers name them, with its share (0–1)."""

    area: dict[str, str]
    unit: dict[str, str]
    share: float


@dataclass(frozen=True)
class Told:
    """A step as somebody may know it: `by` and `role` for programs, `moved` and `text` in their language."""

    at: datetime
    by: By
    role: str | None
    moved: str
    who: str | None
    unit: Unit
    edition: Edition | None
    area: Place | None
    code: str
    text: str
    rule: Rule | None
    category: str | None
    confidence: float | None
    candidates: list[Candidate]


def explain(session: Session, report: Report, lang: Lang, *, inside: bool) -> list[Told]:
    """The steps, the oldest first; `inside` for those who work on the report, all others know what the public may.

    Of a report in a sensitive category the public learns neither distances nor candidates, nor what names a commune,
    and of every move alike only that it was made: one that is told less of, or left out, would tell of a border.
    """
    precise = inside or not report.category.sensitive
    steps = explaining.steps(session, report)
    if not precise:
        steps = [_plain(step) for step in steps if step.by != "settled"]
    names = _names(session, steps) if precise else {}
    return [_told(step, lang, names, inside=inside, precise=precise) for step in steps]


def as_data(session: Session, report: Report, told: list[Told], *, inside: bool) -> dict[str, Any]:
    """The answer of `/api/v1/route?report=`."""
    codes = (report.area_code, report.commune_code)
    place = naming.of_codes(session, [codes]).get(codes)
    named = inside or not report.category.sensitive
    return {
        "code": report.code,
        "state": report.state,
        "steps": [_step(one) for one in told],
        "now": {
            "area": _named(report.area_code, place.area if place else None),
            "commune": _named(report.commune_code, place.commune if place else None) if named else None,
            "unit": unit_out(report.unit),
        },
    }


def _names(session: Session, steps: list[Step]) -> dict[Any, str]:
    """The names of the candidates' units by code, and those of their areas by edition and code."""
    routed = [step.assignment for step in steps if step.assignment]
    stored = [one for assignment in routed for one in assignment.candidates or []]
    units = select(Unit.code, Unit.name).where(Unit.code.in_({one["unit"] for one in stored}))
    areas = select(Area.edition_id, Area.code, Area.name).where(
        Area.edition_id.in_({one.edition_id for one in routed}), Area.code.in_({one["area"] for one in stored})
    )
    names: dict[Any, str] = {(row.edition_id, row.code): row.name for row in session.execute(areas)}
    return names | {row.code: row.name for row in session.execute(units)}


def _plain(step: Step) -> Step:
    """A step that says which area somebody settled on, as one that only moved the report."""
    return replace(step, assignment=None, edition=None, area=None, rule=None, category=None) if step.settles else step


def _told(step: Step, lang: Lang, names: dict[Any, str], *, inside: bool, precise: bool) -> Told:
    found = step.assignment
    by = step.by if precise else ALIKE.get(step.by, step.by)
    role = step.event.actor if by in ("person", "settled") and step.event and precise else None
    shown = step.rule if precise or step.rule is None or step.rule.area_code in (None, _code(step.area)) else None
    code, text = _reason(step, lang, precise)
    return Told(
        at=step.at,
        by=by,
        role=role,
        moved=translate(_moved(step, by, role), lang),
        who=step.who if inside else None,
        unit=step.unit,
        edition=step.edition,
        area=step.area,
        code=code,
        text=text,
        rule=shown,
        category=step.category,
        confidence=found.confidence if found and precise else None,
        candidates=[_candidate(one, found, names) for one in found.candidates or []] if found and precise else [],
    )


def _moved(step: Step, by: By, role: str | None) -> str:
    if by == "settled":
        return SETTLERS.get(role or "", BY[by])
    if role:
        return ROLES.get(role, ROLES["system"])
    return UNDONE if by == "edition" and step.event and history.undone(step.event.data) else BY[by]


def _candidate(one: dict[str, Any], found: Assignment, names: dict[Any, str]) -> Candidate:
    area, unit = one["area"], one["unit"]
    return Candidate(
        {"code": area, "name": names.get((found.edition_id, area), area)},
        {"code": unit, "name": names.get(unit, unit)},
        one["share"],
    )


def _reason(step: Step, lang: Lang, precise: bool) -> tuple[str, str]:
    """The code of why, and its sentence."""
    found = step.assignment
    if step.by == "second":
        return "rule", translate(reasons.SECOND, lang)
    if found is None:
        action, door, data = (step.event.action, step.event.door, step.event.data) if step.event else ("", "", None)
        told = history.step(action, door, data) if precise else history.alike(action, door, data)
        return action, sentence(told, step.event.to_state if step.event else "", step.unit.name, lang)
    if step.area is None:
        return "ioc", translate(REASONS["ioc"], lang)
    area = f"{step.area.kind} {step.area.name}"
    if step.settles and step.event is not None:
        return found.reason, translate(SAID[said_by(step.event.action, step.event.actor)], lang, area=area)
    if not precise and found.reason != "rule":
        return "place", translate(BY_PLACE, lang, area=area)
    message = message_of(found)
    distance = formats.distance(found.distance, lang) if found.distance is not None else "–"
    values = {"area": area, "distance": distance}
    return found.reason, translate(message, lang, **{k: v for k, v in values.items() if f"{{{k}}}" in message})


def _code(area: Place | None) -> str | None:
    return area.code if area else None


def _step(one: Told) -> dict[str, Any]:
    rule = one.rule
    return {
        "at": one.at.isoformat(),
        "by": one.by,
        "role": one.role,
        "edition": edition_out(one.edition),
        "area": {"code": one.area.code, "name": one.area.name} if one.area else None,
        "unit": unit_out(one.unit),
        "reason": {"code": one.code, "text": one.text},
        "rule": rule_out(one.category, rule.area_code, one.unit, rule.priority, rule.valid_from) if rule else None,
        "confidence": one.confidence,
        "candidates": [{"area": other.area, "unit": other.unit, "share": other.share} for other in one.candidates],
    }


def _named(code: str | None, name: Name | None) -> dict[str, str] | None:
    return {"code": code, "name": name.name} if code and name else None
