"""Why a report is where it is: every routing and every move from unit to unit, in their order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from boundaries import said
from boundaries.models import Area, Assignment, Edition
from geo import beside, handing_over, moving
from geo.models import Category, Event, Report, Rule, Unit, User

MOVES = ("receive", "forward", "return", "reroute")
STAYS = ("confirm", "not_ours")  # that may settle where it is without moving it
# What moved it: where the pin lies, the sender's choice near a border, a rule, the first answer to a second report, an
# edition that came or went, the end of a unit, what units by a border settled between them, or a person; and what
# somebody settled without moving it.
By = Literal["place", "choice", "rule", "second", "edition", "unit", "border", "person", "settled"]
DOORS: dict[str, By] = {  # by which the program itself reroutes
    moving.EDITION: "edition",
    handing_over.DOOR: "unit",
    moving.GONE: "unit",
    beside.DOOR: "border",
}


@dataclass(frozen=True)
class Place:
    """An area as an edition has it."""

    code: str
    name: str
    kind: str


@dataclass(frozen=True)
class Step:
    """How a report came to a unit; `assignment` (with its edition, area and rule) where it was routed anew.

    `event` is None for a routing without one, `who` the name of the person who moved it.
    """

    at: datetime
    by: By
    unit: Unit
    event: Event | None = None
    who: str | None = None
    assignment: Assignment | None = None
    edition: Edition | None = None
    area: Place | None = None
    rule: Rule | None = None
    category: str | None = None  # the rule's, by its code

    @property
    def settles(self) -> bool:
        """Whether somebody said with this step which area it is in."""
        return self.event is not None and self.event.door != moving.EDITION and _says(self.assignment)


def steps(session: Session, report: Report) -> list[Step]:
    """Every step by which a report came to a unit, the oldest first; the last one says why it is where it is."""
    routed = _routings(session, report)
    query = select(Event, Unit, User.name).join(Unit, Unit.id == Event.unit_id)
    theirs = (Event.report_id == report.id, Event.action.in_((*MOVES, *STAYS)))
    query = query.outerjoin(User, User.id == Event.user_id).where(*theirs)
    moves = session.execute(query.order_by(Event.id)).all()
    moved = {event.at for event, _unit, _who in moves if event.action != "receive"}
    found = []
    for event, unit, who in moves:
        mine = _of(event, routed, moved)
        if mine is None and event.action in STAYS:
            continue
        if mine is None or (event.action != "receive" and mine["unit"].id != unit.id):
            # What an undo brings back explains no unit that somebody named after that routing.
            mine = {"unit": unit}
        by = _by(report, event, mine.get("assignment"))
        found.append(Step(at=event.at, by=by, event=event, who=who, **mine))
    alone = [Step(at=one["assignment"].at, by=_by(report, None, one["assignment"]), **one) for one in routed]
    return sorted([*found, *alone], key=lambda step: step.at)


def _routings(session: Session, report: Report) -> list[dict[str, Any]]:
    """The routings of a report with what they name, the oldest first."""
    level = and_(Area.edition_id == Edition.id, Area.level == Edition.routing_level, Area.code == Assignment.area_code)
    query = (
        select(Assignment, Unit, Edition, Area.code, Area.name, Area.kind, Rule, Category.code)
        .join(Unit, Unit.id == Assignment.unit_id)
        .outerjoin(Edition, Edition.id == Assignment.edition_id)
        .outerjoin(Area, level)
        .outerjoin(Rule, Rule.id == Assignment.rule_id)
        .outerjoin(Category, Category.id == Rule.category_id)
        .where(Assignment.report_id == report.id)
    )
    return [
        {
            "assignment": assignment,
            "unit": unit,
            "edition": edition,
            "area": Place(*area) if area[0] is not None else None,
            "rule": rule,
            "category": category,
        }
        for assignment, unit, edition, *area, rule, category in session.execute(query.order_by(Assignment.id))
    ]


def _of(event: Event, routed: list[dict[str, Any]], moved: set[datetime]) -> dict[str, Any] | None:
    """Takes the routing of an event out of those that are left: mostly both are of one moment."""
    exact = [one for one in routed if one["assignment"].at == event.at and _fits(event, one)]
    # An imported report came long before it was routed here, and an edition undone brings an old routing back.
    loose = event.action == "receive" or event.door == moving.EDITION
    near = [one for one in routed if loose and one["assignment"].at not in moved]
    for one in [*exact, *near][:1]:
        routed.remove(one)
        return one
    return None


def _fits(event: Event, one: dict[str, Any]) -> bool:
    """Whether an event may have made a routing of its moment: by the unit, where it settles something."""
    settles = _says(one["assignment"])
    return (settles or event.action not in STAYS) and (not settles or one["unit"].id == event.unit_id)


def _says(assignment: Assignment | None) -> bool:
    return assignment is not None and said.area_of(assignment.candidates) is not None


def _by(report: Report, event: Event | None, assignment: Assignment | None) -> By:
    if event is not None and event.action in STAYS:
        return "settled"
    if event is not None and event.action != "receive":
        return DOORS.get(event.door, "person") if event.action == "reroute" else "person"
    if assignment is not None and assignment.reason == "rule":
        return "rule" if assignment.rule_id is not None or report.second_of_id is None else "second"
    return "choice" if assignment is not None and is_chosen(assignment.candidates) else "place"


def is_chosen(candidates: Sequence[dict[str, Any]] | None) -> bool:
    """Whether the sender said which of the candidates it is."""
    return any(one.get("chosen") for one in candidates or [])
