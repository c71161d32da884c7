"""Who may do what, and who may see which reports."""

from dataclasses import dataclass
from typing import Any, Literal, TypeVar, get_args

from sqlalchemy import Select
from sqlalchemy.orm import object_session

from geo.models import Report, ReportUnit

Role = Literal["public", "sender", "link", "officer", "head", "operator", "planner", "administrator", "system"]
ROLES: tuple[Role, ...] = get_args(Role)
_Any = TypeVar("_Any", bound=Any)


@dataclass(frozen=True)
class Actor:
    """Somebody who asks or acts; `unit_id` is an officer's unit, `report_id` the one report of a sender or a link."""

    role: Role
    unit_id: int | None = None
    report_id: int | None = None
    user_id: int | None = None


PUBLIC = Actor("public")
SYSTEM = Actor("system")

_SENDER: frozenset[Role] = frozenset({"sender"})
_UNIT: frozenset[Role] = frozenset({"officer", "head", "operator", "system"})
_ALSO_BY_LINK: frozenset[Role] = frozenset({*_UNIT, "link"})
_ANYBODY: frozenset[Role] = frozenset(ROLES) - {"system"}
# The one table. Those of a unit act on what their unit is responsible for, a sender and a link on their one report.
MAY: dict[str, frozenset[Role]] = {
    "receive": frozenset({"sender", "officer", "head", "operator", "system"}),
    "accept": _ALSO_BY_LINK,
    "return": _ALSO_BY_LINK,
    "progress": _ALSO_BY_LINK,
    "resolve": _ALSO_BY_LINK,
    "forward": _UNIT,
    "ask": _UNIT,
    "extend": _UNIT,
    "reject": _UNIT,
    "assign": _UNIT,
    "merge": _UNIT,
    "split": _UNIT,
    "confirm": _UNIT,
    "ours": frozenset({"officer", "head"}),
    "not_ours": frozenset({"officer", "head"}),
    "urgency": _UNIT,
    "redact": _UNIT,
    "hide": _UNIT,
    "show": _UNIT,
    "propose": _ALSO_BY_LINK,
    "approve": frozenset({"head", "operator"}),
    "decline": frozenset({"head", "operator"}),
    "reroute": frozenset({"operator", "system"}),
    "supply": _SENDER,
    "reply": _SENDER,
    "rate": _SENDER,
    "dispute": _SENDER,
    "withdraw": _SENDER,
    "complete": _SENDER,
    "close": frozenset({"system"}),
    "escalate": frozenset({"system"}),
    "flag": _ANYBODY,
    "follow": _ANYBODY,
    "me_too": _ANYBODY,
    "fixed": _ANYBODY,
    "contact": frozenset({"officer", "head", "operator"}),  # the sender's name and phone; each look is written down
    "desk": frozenset({"officer", "head", "operator"}),
    "enter": frozenset({"officer", "head", "operator"}),  # a phone call, as a report
    "load": frozenset({"head", "operator"}),  # who has how much, and moving it
    "templates": frozenset({"head", "operator"}),
    "claim": frozenset({"officer", "head", "operator"}),  # says that they have a report in hand
    "command": frozenset({"operator"}),  # the night's pages: groups, the alert, the log, what is urgent
    "watch": frozenset({"operator"}),  # the control room: all of the province, with what waits where
    "exact": frozenset({"planner", "operator"}),  # exports with the exact points; never with a sender
    "administer": frozenset({"administrator"}),
}
_BESIDE = frozenset({"ours", "not_ours"})  # also by a unit that an uncertain place may belong to
PUBLIC_ACTIONS = frozenset(action for action, roles in MAY.items() if "public" in roles)


def may(actor: Actor, action: str, report: Report | None = None) -> bool:
    """Whether the table lets an actor do something, to this report where one is named."""
    if actor.role not in MAY[action]:
        return False
    if report is None:
        return True
    if actor.role in ("sender", "link") and actor.report_id != report.id:
        return False
    if action in _BESIDE:
        return report.needs_confirmation and (
            _candidate(actor, report) or (action == "not_ours" and _own(actor, report))
        )
    return actor.role not in ("officer", "head", "link") or action in PUBLIC_ACTIONS or _own(actor, report)


def _own(actor: Actor, report: Report) -> bool:
    return actor.unit_id == report.unit_id


def _candidate(actor: Actor, report: Report) -> bool:
    session = object_session(report)
    assert session is not None
    mine = (report.id, actor.unit_id, "candidate")
    return not _own(actor, report) and session.get(ReportUnit, mine, populate_existing=True) is not None


def visible(select: Select[_Any], actor: Actor) -> Select[_Any]:
    """A select over reports cut down to the rows an actor may see; columns are the business of maps.features."""
    if actor.role in ("operator", "system"):
        return select
    if actor.role in ("officer", "head"):
        return select.where(Report.unit_id == actor.unit_id)
    if actor.role == "link":
        return select.where(Report.id == actor.report_id, Report.unit_id == actor.unit_id)
    # A report that its sender has taken back is nobody else's business.
    return select.where(Report.state != "withdrawn")
