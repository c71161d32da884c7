"""What comes with a step, and everything its effect looks at."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy.orm import Session

from geo.models import Report
from geo.permissions import Actor
from geo.texts import checked
from geo.transitions import Action

TEXT = (5, 5_000)  # characters
NEEDS_TEXT: frozenset[Action] = frozenset(
    {
        *("return", "ask", "supply", "progress", "extend", "resolve", "reject", "reply", "dispute"),
        *("urgency", "decline", "hide", "show", "propose"),
    }
)
TAKES: dict[Action, tuple[str, ...]] = {
    "forward": ("unit_id",),
    "reroute": ("unit_id",),
    "not_ours": ("unit_id",),
    "extend": ("days",),
    "reject": ("reason",),
    "rate": ("stars",),
    "assign": ("user_id",),
    "merge": ("lead_id",),
    "redact": ("content", "picture", "shown", "regions"),
    "urgency": ("urgent",),
    "propose": ("proposed", "days"),
}


@dataclass(frozen=True)
class Details:
    """What comes with a step.

    `unit_id` to forward to, `days` to extend by, `stars` from 1 to 5, `user_id` to assign to, `lead_id` to merge into,
    `content` as the public may read it, `proposed` the action that the head has to approve,
    `picture` the key of one that is to be `shown` to the public so, blurred in these `regions` (geo.redaction).
    """

    text: str | None = None
    reason: str | None = None
    unit_id: int | None = None
    days: int | None = None
    stars: int | None = None
    user_id: int | None = None
    lead_id: int | None = None
    content: str | None = None
    urgent: bool | None = None
    proposed: Action | None = None
    picture: str | None = None
    shown: Literal["as_sent", "blurred", "withheld"] | None = None
    regions: tuple[tuple[float, float, float, float], ...] = ()
    pictures: int = 0  # how many come with the step; they are kept beside its event

    def data(self) -> dict[str, Any] | None:
        """What the event keeps beside the text: numbers and codes, never a name or a phone."""
        names = ("reason", "days", "stars", "user_id", "lead_id", "urgent", "proposed", "picture", "shown")
        return {name: value for name in names if (value := getattr(self, name)) is not None} or None


@dataclass(frozen=True)
class Situation:
    """Everything an effect looks at."""

    session: Session
    report: Report
    actor: Actor
    details: Details
    now: datetime


Effect = Callable[[Situation], None]


def checked_details(action: Action, details: Details) -> Details:
    """What the action takes of the details, the text clean; InvalidError where a step lacks what it must say."""
    taken = {name: getattr(details, name) for name in TAKES.get(action, ())}
    kept = replace(Details(text=details.text, pictures=details.pictures), **taken)
    if details.text is None and action not in NEEDS_TEXT:
        return kept
    least = TEXT[0] if action in NEEDS_TEXT else 0
    return replace(kept, text=checked(details.text or "", "text", least=least, most=TEXT[1], lines=True) or None)
