"""Our states in the standard's words, open or closed, and in the wider ones that FixMyStreet added."""

from geo.transitions import OPEN, State

DETAILED: dict[str, str] = {
    "received": "OPEN",
    "needs_info": "INVESTIGATING",
    "in_progress": "IN_PROGRESS",
    "resolved": "FIXED",
    "rejected": "NO_FURTHER_ACTION",
    "merged": "DUPLICATE",
    "closed": "CLOSED",
}
REFERRED = "INTERNAL_REFERRAL"
HANDED_ON = ("forward", "return", "reroute")
STATUSES: dict[str, tuple[State, ...]] = {
    "open": OPEN,
    "closed": ("resolved", "rejected", "merged", "closed"),
}


def status(state: str) -> str:
    """Whether a report in a state is `open` or `closed`."""
    return "open" if state in OPEN else "closed"


def detailed(state: str, action: str = "") -> str:
    """The status after a step, in the words of the updates."""
    return REFERRED if action in HANDED_ON else DETAILED.get(state, "OPEN")
