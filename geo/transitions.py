"""The process as one table: from which state which action leads where, and who may take it."""

from typing import Literal, NamedTuple

from geo.i18n import _
from geo.permissions import Role

State = Literal["received", "needs_info", "in_progress", "resolved", "rejected", "merged", "closed", "withdrawn"]
STATES: dict[State, str] = {
    "received": _("Chờ tiếp nhận"),
    "needs_info": _("Chờ bổ sung"),
    "in_progress": _("Đang xử lý"),
    "resolved": _("Đã có kết quả"),
    "rejected": _("Không tiếp nhận"),
    "merged": _("Đã gộp"),
    "closed": _("Đã kết thúc"),
    "withdrawn": _("Người gửi đã rút"),
}
Action = Literal[
    "receive",
    "accept",
    "forward",
    "return",
    "ask",
    "supply",
    "progress",
    "extend",
    "resolve",
    "reject",
    "reply",
    "rate",
    "close",
    "withdraw",
]


class Step(NamedTuple):
    """Where an action leads and who may take it."""

    state: State
    who: frozenset[Role]


SENDER: frozenset[Role] = frozenset({"sender"})
UNIT: frozenset[Role] = frozenset({"officer", "operator", "system"})  # an officer only of the unit responsible
CLOCK: frozenset[Role] = frozenset({"system"})
DOOR: frozenset[Role] = frozenset({"sender", "operator", "system"})

TRANSITIONS: dict[tuple[State | None, Action], Step] = {
    (None, "receive"): Step("received", DOOR),
    ("received", "accept"): Step("in_progress", UNIT),
    ("received", "forward"): Step("received", UNIT),
    ("received", "return"): Step("received", UNIT),
    ("received", "ask"): Step("needs_info", UNIT),
    ("received", "reject"): Step("rejected", UNIT),
    ("received", "withdraw"): Step("withdrawn", SENDER),
    ("needs_info", "supply"): Step("received", SENDER),
    ("needs_info", "forward"): Step("received", UNIT),
    ("needs_info", "reject"): Step("rejected", UNIT),  # only when nobody answered in time
    ("needs_info", "withdraw"): Step("withdrawn", SENDER),
    ("in_progress", "progress"): Step("in_progress", UNIT),
    ("in_progress", "ask"): Step("needs_info", UNIT),
    ("in_progress", "forward"): Step("received", UNIT),
    ("in_progress", "extend"): Step("in_progress", UNIT),
    ("in_progress", "resolve"): Step("resolved", UNIT),
    ("in_progress", "reject"): Step("rejected", UNIT),
    ("in_progress", "withdraw"): Step("withdrawn", SENDER),
    ("resolved", "reply"): Step("resolved", SENDER),
    ("resolved", "rate"): Step("resolved", SENDER),
    ("resolved", "close"): Step("closed", CLOCK),
    ("rejected", "close"): Step("closed", CLOCK),
    ("closed", "rate"): Step("closed", SENDER),
}


def possible(state: str | None, role: Role) -> list[Action]:
    """The actions that the table gives a role in a state, in its order; rules of time and number may still refuse."""
    return [action for (source, action), step in TRANSITIONS.items() if source == state and role in step.who]
