"""Why a report went where it went and what happened since, in sentences."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from api.web import formats
from api.web.settled import settled
from api.web.states import OTHER_STEP, SPOKEN, STEPS, state_name
from boundaries import naming, reasons
from boundaries.models import Assignment
from boundaries.said import area_of as settled_area
from geo import proof
from geo.beside import DOOR as BORDER
from geo.effects import REASONS as REJECTED
from geo.handing_over import DOOR as UNIT
from geo.i18n import Lang, _, translate
from geo.models import Event, Report, Unit, User
from geo.moving import EDITION
from geo.proof import Proof
from geo.transitions import BY_BORDER

REASONS = {
    "inside": _("Vị trí nằm trong {area}."),
    "border": _("Vị trí nằm đúng trên ranh giới; tạm chuyển đến {area}."),
    "uncertain": _("Vị trí nằm trong {area}, nhưng chỉ cách ranh giới khoảng {distance}."),
    "nearest": _("Vị trí nằm ngoài mọi ranh giới, cách {area} khoảng {distance}; chọn nơi gần nhất."),
    "rule": _("Lĩnh vực này ở {area} do đơn vị này phụ trách."),
    "person": reasons.BY_HAND,
    "ioc": _("Nơi này chưa rõ đơn vị xử lý; Trung tâm IOC sẽ phân công."),
}
RECEIVING = ("receive", "forward", "return", "reroute")  # steps whose sentence names who is to act
LIKELIER = _("Vị trí nằm sát ranh giới, nhiều khả năng hơn là thuộc {area}.")
CHANCE = _("Khả năng đúng nơi: khoảng {chance}.")
BY_PLACE = _("Chuyển theo nơi xảy ra sự việc: {area}.")


class Line(NamedTuple):
    """One line of the history."""

    at: datetime
    text: str
    said: str | None  # in whoever's own words
    who: str | None = None  # the officer's name, for their colleagues
    proofs: Sequence[Proof] = ()
    result: bool = False  # the answer that ended the work


class Why(NamedTuple):
    """The reason of a routing and, where the border is not certain, the units it may belong to with shares (0–1)."""

    text: str
    candidates: list[tuple[str, float]]


def area_name(session: Session, report: Report) -> str | None:
    """The full name of the area that people settled on, or of the routed one: "thành phố Hội An"."""
    said = settled(session, report)
    if said is not None and said.area is not None:
        return said.area
    names = naming.of_codes(session, [(report.area_code, report.commune_code)])
    return next((place.area.full for place in names.values()), None)


def reason(session: Session, report: Report, lang: Lang, *, precise: bool) -> Why | None:
    """Why the unit is responsible; not `precise` where a distance to a border would tell a hidden place."""
    query = select(Assignment).where(Assignment.report_id == report.id).order_by(Assignment.id.desc()).limit(1)
    found = session.scalar(query)
    if found is None:
        return None
    area = area_name(session, report)
    if area is None:
        return Why(translate(REASONS["ioc"], lang), [])
    if not precise:
        return Why(translate(BY_PLACE, lang, area=area), [])
    if (said := settled(session, report)) is not None:
        return Why(said.sentence(report, lang), [])
    distance = formats.distance(found.distance, lang) if found.distance is not None else "–"
    message = message_of(found)
    names = {"area": area, "distance": distance}
    text = translate(message, lang, **{name: value for name, value in names.items() if f"{{{name}}}" in message})
    # What somebody said is no chance, and leaves no other candidate.
    if message == reasons.AGREED:
        return Why(text, [])
    mine = found.unit_id == report.unit_id
    if mine and found.confidence is not None and found.reason in ("border", "uncertain", "nearest"):
        text += " " + translate(CHANCE, lang, chance=reasons.percent(found.confidence))
    return Why(text, _candidates(session, found.candidates or []))


def message_of(found: Assignment) -> str:
    """The sentence of a routing, with `{area}` and perhaps `{distance}` in it."""
    if settled_area(found.candidates) is not None and found.reason == "border":
        return reasons.AGREED
    if found.reason not in ("rule", "person", "ioc") and any(one.get("chosen") for one in found.candidates or []):
        return reasons.CHOSEN
    if found.correction_id is not None and found.reason in ("inside", "uncertain"):
        return reasons.SETTLED if found.reason == "inside" else reasons.PERHAPS_SETTLED
    # Without a distance there was no pin to measure from.
    if found.reason == "uncertain" and found.distance is None:
        return reasons.IN_WORDS
    if found.reason == "uncertain" and found.distance == 0:
        return LIKELIER
    return REASONS.get(found.reason, BY_PLACE)


def _candidates(session: Session, stored: list[dict[str, Any]]) -> list[tuple[str, float]]:
    wanted = [one["unit"] for one in stored]
    units = session.scalars(select(Unit).where(Unit.code.in_(wanted)))
    names = {unit.code: unit.name for unit in units}
    return [(names.get(one["unit"], one["unit"]), float(one["share"])) for one in stored]


def events(session: Session, report: Report, lang: Lang, *, open_: bool, inside: bool = False) -> list[Line]:
    """The history, oldest first; `open_` where the reader may see what was written with the steps.

    `inside` is for those who work on it: they see all words, and who wrote them.
    """
    shown = proof.proofs(session, report, inside=inside) if inside or open_ else {}
    query = select(Event.at, Event.action, Event.to_state, doer(), Event.text, Event.data, User.name, Event.id)
    query = query.add_columns(Event.door)
    query = query.select_from(Event).join(Unit, Unit.id == Event.unit_id).outerjoin(User, User.id == Event.user_id)
    hidden = report.category.sensitive and not (inside or open_)
    if hidden:
        # That somebody had to confirm it tells of a border near a hidden place.
        query = query.where(Event.action.not_in(BY_BORDER))
    rows = session.execute(query.where(Event.report_id == report.id).order_by(Event.id))
    found = []
    for at, action, state, unit, said, data, who, number, door in rows:
        text = sentence(alike(action, door, data) if hidden else step(action, door, data), state, unit, lang)
        seen = shown.get(number, []) if inside or action in SPOKEN else []
        told = own_words(data, said, lang) if inside or (open_ and action in SPOKEN) else None
        found.append(Line(at, text, told, who if inside else None, seen, action == "resolve"))
    return found


def doer() -> ColumnElement[str]:
    """The name of the unit in the sentence of an event, in a select that joins its unit."""
    ioc = select(Unit.name).where(Unit.kind == "ioc").order_by(Unit.id).limit(1).scalar_subquery()
    # What an operator does is not the unit's doing; these steps name who is to act.
    mine = select(Unit.name).join(User, User.unit_id == Unit.id).where(User.id == Event.user_id).scalar_subquery()
    return case(
        ((Event.actor == "operator") & Event.action.not_in(RECEIVING), ioc),
        # A unit beside the responsible one may say these.
        (Event.action.in_(("ours", "not_ours")), func.coalesce(mine.correlate(Event), Unit.name)),
        else_=Unit.name,
    )


def step(action: str, door: str, data: dict[str, Any] | None = None) -> str:
    """The step as STEPS has it: what an edition, the end of a unit or what units settle moves comes by such a door."""
    if action == "reroute" and door == EDITION and undone(data):
        return "undone"
    return door if action == "reroute" and door in (EDITION, UNIT, BORDER) else action


def alike(action: str, door: str, data: dict[str, Any] | None = None) -> str:
    """The same of a hidden place: what units by a border settled looks like any other move."""
    told = step(action, door, data)
    return "forward" if told in ("reroute", BORDER) else told


def undone(data: dict[str, Any] | None) -> bool:
    """Whether a step through the door "edition" belongs to the undoing of one."""
    return (data or {}).get("kind") == "undo"


def sentence(action: str, state: str, unit: str, lang: Lang) -> str:
    """What happened in a step, as one sentence."""
    if action in STEPS:
        return translate(STEPS[action], lang, unit=unit)
    return translate(OTHER_STEP, lang, state=state_name(state, lang))


def own_words(data: dict[str, Any] | None, said: str | None, lang: Lang) -> str | None:
    """What was written with a step, stars and the reason of a refusal before it."""
    return " ".join(word for word in (_told(data or {}, lang), said) if word) or None


class Followed(NamedTuple):
    """The lead report of a merged one: how far it is and what was answered there."""

    code: str | None  # none of a hidden place
    state: str
    label: str
    answer: str | None


def followed(session: Session, lead: Report, lang: Lang) -> Followed:
    """What a merged report's readers are told of the one that leads it."""
    result = select(Event.text).where(Event.report_id == lead.id, Event.action == "resolve")
    open_ = lead.published_at is not None and lead.hidden_at is None and not lead.category.sensitive
    answer = session.scalar(result.order_by(Event.id.desc()).limit(1)) if open_ else None
    code = None if lead.category.sensitive else lead.code
    return Followed(code, lead.state, state_name(lead.state, lang), answer)


def _told(data: dict[str, Any], lang: Lang) -> str:
    if "stars" in data:
        stars = int(data["stars"])
        return "★" * stars + "☆" * (5 - stars)
    return translate(REJECTED[data["reason"]], lang) + "." if data.get("reason") in REJECTED else ""
