"""The process as one table: from which state which action leads where, and who may take it is geo.permissions.MAY."""

from typing import Literal

from geo.i18n import _
from geo.permissions import MAY, Role

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
    "dispute",
    "assign",
    "merge",
    "split",
    "confirm",
    "ours",
    "not_ours",
    "reroute",
    "urgency",
    "redact",
    "hide",
    "show",
    "approve",
    "decline",
    "escalate",
    "propose",
    "complete",
]
# That somebody had to say where it is tells of a border: of a hidden place that is nobody's business.
BY_BORDER: frozenset[Action] = frozenset({"confirm", "ours", "not_ours"})
# Steps that no door offers: one is what others become where the head approves first, one follows a report's own door.
INNER: frozenset[Action] = frozenset({"propose", "complete"})


OPEN: tuple[State, ...] = ("received", "needs_info", "in_progress")
_SETTLED: tuple[State, ...] = ("resolved", "rejected", "closed")
_CHANGES: dict[tuple[State | None, Action], State] = {
    (None, "receive"): "received",
    ("received", "accept"): "in_progress",
    ("received", "forward"): "received",
    ("received", "return"): "received",
    ("received", "ask"): "needs_info",
    ("received", "reject"): "rejected",
    ("received", "merge"): "merged",
    ("received", "withdraw"): "withdrawn",
    ("needs_info", "supply"): "received",
    ("needs_info", "forward"): "received",
    ("needs_info", "reject"): "rejected",  # only when nobody answered in time
    ("needs_info", "withdraw"): "withdrawn",
    ("in_progress", "progress"): "in_progress",
    ("in_progress", "ask"): "needs_info",
    ("in_progress", "forward"): "received",
    ("in_progress", "extend"): "in_progress",
    ("in_progress", "resolve"): "resolved",
    ("in_progress", "reject"): "rejected",
    ("in_progress", "merge"): "merged",
    ("in_progress", "withdraw"): "withdrawn",
    ("resolved", "reply"): "resolved",
    ("resolved", "rate"): "resolved",
    ("resolved", "dispute"): "resolved",  # makes the second report
    ("resolved", "close"): "closed",
    ("rejected", "dispute"): "rejected",
    ("rejected", "close"): "closed",
    ("merged", "split"): "received",
    ("closed", "rate"): "closed",
}
# What changes no state.
_BESIDE: dict[Action, tuple[State, ...]] = {
    "assign": ("received", "in_progress"),
    "confirm": OPEN,
    "ours": OPEN,
    "not_ours": OPEN,
    "reroute": OPEN,
    "urgency": OPEN,
    "propose": ("in_progress",),  # what a resolve or extend becomes where the head approves first
    "approve": ("in_progress",),
    "decline": ("in_progress",),
    "escalate": OPEN,  # a deadline was missed: the IOC watches
    "redact": (*OPEN, *_SETTLED),
    "hide": (*OPEN, *_SETTLED),
    "show": (*OPEN, *_SETTLED),
    "complete": tuple(STATES),  # what a phone could not send by SMS comes when it can, and is never refused
}
TRANSITIONS: dict[tuple[State | None, Action], State] = _CHANGES | {
    (state, action): state for action, states in _BESIDE.items() for state in states
}


def possible(state: str | None, role: Role) -> list[Action]:
    """The actions that the tables give a role in a state, in their order; rules of time and number may still refuse."""
    return [action for source, action in TRANSITIONS if source == state and role in MAY[action] and action not in INNER]
