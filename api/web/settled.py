"""What people settled of a report whose place was uncertain: it stands in place of the probability."""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from boundaries import reasons
from boundaries.models import Area, Assignment
from geo.beside import DOOR
from geo.i18n import Lang, _, translate
from geo.models import Event, Report

By = Literal["units", "unit", "ioc"]
SAID: dict[By, str] = {
    "units": reasons.SETTLED,  # a word of one may be enough
    "unit": _("Đơn vị xử lý xác nhận nơi này thuộc {area}."),
    "ioc": _("Trung tâm IOC xác nhận nơi này thuộc {area}."),
}
SENT = _("Trung tâm IOC giao phản ánh này cho {unit}.")


@dataclass(frozen=True)
class Settled:
    """Who settled where it is, and the full name of that area; None where the IOC gave it to a unit without one."""

    by: By
    area: str | None

    def sentence(self, report: Report, lang: Lang) -> str:
        """The same in words."""
        if self.area is None:
            return translate(SENT, lang, unit=report.unit.name)
        return translate(SAID[self.by], lang, area=self.area)


def settled(session: Session, report: Report) -> Settled | None:
    """The last word of people on whose a report is, while it is there and nobody has to confirm it."""
    if report.needs_confirmation:
        return None
    people = ("officer", "head", "operator")
    said = or_(
        Event.action.in_(("confirm", "ours", "not_ours")) & Event.actor.in_(people),
        (Event.action == "reroute") & ((Event.actor == "operator") | (Event.door == DOOR)),
    )
    query = select(Event.action, Event.actor, Event.unit_id).where(Event.report_id == report.id, said)
    last = session.execute(query.order_by(Event.id.desc()).limit(1)).one_or_none()
    if last is None or last.unit_id != report.unit_id:
        return None
    by = said_by(last.action, last.actor)
    area = _area(session, report)
    return Settled(by, area) if area is not None or by == "ioc" else None


def said_by(action: str, actor: str) -> By:
    """Who settled it, by the step's action and the role that took it."""
    if actor == "operator":
        return "ioc"
    return "units" if action in ("ours", "not_ours") or (action, actor) == ("reroute", "system") else "unit"


def _area(session: Session, report: Report) -> str | None:
    """The full name of the area for which the unit answers among those of the report's routings, by the newest."""
    query = select(Assignment).where(Assignment.report_id == report.id).order_by(Assignment.id.desc())
    for one in session.scalars(query):
        mine = [other["area"] for other in one.candidates or [] if other["unit"] == report.unit.code]
        if one.unit_id == report.unit_id and not one.candidates:
            mine.append(one.area_code)
        # Of several areas of one unit, as in the IOC's case, none is the one.
        if len(mine) == 1:
            wanted = (Area.edition_id == one.edition_id, Area.code == mine[0], Area.level != "neighbour")
            found = session.execute(select(Area.kind, Area.name).where(*wanted)).first()
            return f"{found.kind} {found.name}" if found else None
    return None
