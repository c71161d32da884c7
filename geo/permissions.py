"""Who may see which reports."""

from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from sqlalchemy import Select

from geo.models import Report

Role = Literal["public", "sender", "officer", "operator", "system"]
_Any = TypeVar("_Any", bound=Any)


@dataclass(frozen=True)
class Actor:
    """Somebody who asks or acts; `unit_id` is an officer's unit, `report_id` the report that a sender sent."""

    role: Role
    unit_id: int | None = None
    report_id: int | None = None


PUBLIC = Actor("public")
SYSTEM = Actor("system")


def visible(select: Select[_Any], actor: Actor) -> Select[_Any]:
    """A select over reports cut down to the rows an actor may see; columns are the business of maps.features."""
    if actor.role in ("operator", "system"):
        return select
    if actor.role == "officer":
        return select.where(Report.unit_id == actor.unit_id)
    # A report that its sender has taken back is nobody else's business.
    return select.where(Report.state != "withdrawn")
