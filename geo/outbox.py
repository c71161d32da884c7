"""Who is told of a step, and what became of each message."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Select, or_, select, true
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from geo import inbound, jobs, senders, switches, work_links
from geo.filters import sensitive
from geo.models import Delivery, Event, Report, Sender, Subscription, Unit, User, Webhook

TELL, DELIVER = "tell", "deliver"
# To the sender by e-mail, or where they gave none some of it by SMS, which costs money.
TO_SENDER = frozenset({"accept", "ask", "forward", "extend", "resolve", "reject", "merge", "reroute"})
BY_SMS = frozenset({"ask", "resolve", "reject", "merge"})
ANSWERS = frozenset({"resolve", "reject"})
TO_UNIT = frozenset({"receive", "forward", "return", "reroute"})
TO_ASSIGNEE = frozenset({"assign", "supply", "reply", "complete", "approve", "decline"})
TO_HEADS = frozenset({"propose", "escalate"})


@dataclass(frozen=True)
class Channels:
    """What this installation can send by."""

    email: bool = False
    sms: bool = False
    push: bool = False


def plan(session: Session, event_id: int, channels: Channels, secret: bytes) -> list[int]:
    """Writes down every message of an event and asks for a job for each; the new ones' ids. Safe to repeat."""
    event = session.get_one(Event, event_id)
    if event.report_id is None:
        found = switches.messages(session, event, email=channels.email)
    else:
        found = _messages(session, event, session.get_one(Report, event.report_id), channels, secret)
    return _written(session, event, found)


def dead(session: Session) -> list[Delivery]:
    """The messages that were given up, the newest first."""
    return list(
        session.scalars(select(Delivery).where(Delivery.state == "dead").order_by(Delivery.id.desc()).limit(500))
    )


def retry(session: Session, delivery_id: int) -> None:
    """Tries a message again that was given up."""
    delivery = session.get(Delivery, delivery_id)
    if delivery is not None and delivery.state == "dead":
        delivery.state, delivery.tries = "waiting", 0
        jobs.defer(session, DELIVER, delivery_id=delivery.id)


def sent(delivery: Delivery) -> None:
    """Notes that a message went out."""
    delivery.state, delivery.fault, delivery.sent_at = "sent", None, datetime.now(UTC)


def _written(session: Session, event: Event, messages: list[tuple[str, str]]) -> list[int]:
    made = []
    for channel, target in dict.fromkeys(messages):
        row = insert(Delivery).values(event_id=event.id, channel=channel, target=target)
        found = session.scalar(row.on_conflict_do_nothing().returning(Delivery.id))
        if found is not None:
            made.append(found)
            jobs.defer(session, DELIVER, delivery_id=found)
    return made


def _messages(
    session: Session, event: Event, report: Report, channels: Channels, secret: bytes
) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    if event.action in TO_SENDER:
        found += _senders(session, event, report, channels, secret)
    if channels.sms and event.action == "receive" and event.door == inbound.DOOR:
        found.append(("sms", f"sender:{report.id}"))
    if channels.email:
        found += [("email", f"user:{person}") for person in _people(session, event, report)]
        if event.action in TO_UNIT and _by_link(session, report):
            found.append(("link", f"unit:{report.unit_id}"))
    if channels.push:
        # Anybody may follow: an answer elsewhere, which names that report, must not tie a hidden place to another.
        hidden = true() if report.category.sensitive else sensitive()
        told = _told_reports(event, report).where(or_(Report.id == report.id, ~hidden))
        mine = select(Subscription.id).where(Subscription.report_id.in_(told))
        found += [("push", f"subscription:{one}") for one in session.scalars(mine)]
    hooks = select(Webhook.id).where(Webhook.active, Webhook.unit_id.in_({event.unit_id, report.unit_id}))
    return found + [("webhook", f"webhook:{one}") for one in session.scalars(hooks)]


def _senders(
    session: Session, event: Event, report: Report, channels: Channels, secret: bytes
) -> list[tuple[str, str]]:
    """The report's sender, and for an answer those of the reports that were merged into it."""
    theirs = Sender.report_id.in_(_told_reports(event, report))
    found = []
    for sender in session.scalars(
        select(Sender).join(Report, Report.id == Sender.report_id).where(theirs, ~Report.demo, Sender.key.is_not(None))
    ):
        if channels.email and senders.read(secret, sender).email:
            found.append(("email", f"sender:{sender.report_id}"))
        elif channels.sms and event.action in BY_SMS:
            found.append(("sms", f"sender:{sender.report_id}"))
    return found


def _told_reports(event: Event, report: Report) -> Select[int]:
    """The ids of the reports that an event is about: an answer is also one for what was merged into its report."""
    mine = Report.id == report.id
    return select(Report.id).where(mine | (Report.lead_id == report.id) if event.action in ANSWERS else mine)


def _people(session: Session, event: Event, report: Report) -> list[int]:
    """The officers and heads who should know of an event."""
    active = select(User.id).where(User.active)
    if event.action in TO_HEADS or (event.action == "receive" and report.second_of_id is not None):
        mine = (User.role == "head") & (User.unit_id == report.unit_id)
        watching = (User.role == "operator") if event.action != "propose" else (User.id < 0)
        return list(session.scalars(active.where(or_(mine, watching)).order_by(User.id)))
    if event.action in TO_ASSIGNEE and report.assignee_id != event.user_id:
        return list(session.scalars(active.where(User.id == report.assignee_id)))
    return []


def _by_link(session: Session, report: Report) -> bool:
    unit = session.get_one(Unit, report.unit_id)
    return bool(unit.email) and not report.demo and work_links.wanted(session, unit.id)
