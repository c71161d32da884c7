"""What a switch of the boundaries' edition did to the units, and who of them is told: once, not once a report."""

from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from geo import work_links
from geo.models import Event, Report, Unit, User, Webhook
from geo.transitions import OPEN


@dataclass(frozen=True)
class Switch:
    """How many open reports came to a unit and went from it when an edition came into force or was undone."""

    unit: Unit
    edition: str  # its code
    kind: str  # activate | undo
    came: int
    went: int


def of(session: Session, event: Event, unit_id: int) -> Switch | None:
    """What a switch did to a unit; None where it did nothing to it."""
    data = event.data or {}
    for one, came, went in data.get("units", []):
        if one == unit_id:
            return Switch(session.get_one(Unit, unit_id), data["edition"], data["kind"], came, went)
    return None


def messages(session: Session, event: Event, *, email: bool) -> list[tuple[str, str]]:
    """Channel and target of each message of a switch: to the units' people, or where they have none to their e-mail."""
    found: list[tuple[str, str]] = []
    for unit_id, *_counts in (event.data or {}).get("units", []):
        if email:
            found += _letters(session, session.get_one(Unit, unit_id))
        hooks = select(Webhook.id).where(Webhook.active, Webhook.unit_id == unit_id).order_by(Webhook.id)
        found += [("webhook", f"webhook:{one}") for one in session.scalars(hooks)]
    return found


def brought(event: Event, unit_id: int) -> Select[Report]:
    """A select of the open reports that a switch brought to a unit and that are still there, the first due first."""
    line, earlier = aliased(Event), aliased(Event)
    # The history says where a report was before.
    before = (
        select(earlier.unit_id)
        .where(earlier.report_id == line.report_id, earlier.id < line.id)
        .order_by(earlier.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    mine = select(line.report_id).where(
        line.transaction_id == event.transaction_id,
        line.door == event.door,
        line.report_id.is_not(None),
        line.unit_id == unit_id,
        before != unit_id,
    )
    here = (Report.id.in_(mine), Report.unit_id == unit_id, Report.state.in_(OPEN), ~Report.demo)
    return select(Report).where(*here).order_by(Report.resolve_due, Report.id)


def _letters(session: Session, unit: Unit) -> list[tuple[str, str]]:
    """To its heads, else to all of it, which at the centre are the operators; without people to its e-mail."""
    mine = User.unit_id == unit.id
    if unit.kind == "ioc":
        mine |= User.role == "operator"
    people = session.execute(select(User.id, User.role).where(User.active, mine).order_by(User.id)).all()
    heads = [row.id for row in people if row.role == "head"] or [row.id for row in people]
    if heads:
        return [("email", f"user:{one}") for one in heads]
    return [("link", f"unit:{unit.id}")] if unit.email and work_links.wanted(session, unit.id) else []
