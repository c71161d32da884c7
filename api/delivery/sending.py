"""One message out: where its channel leads, and what became of it."""

from sqlalchemy.orm import Session

from api.delivery import hooks, letters, mail, push, sms, switched
from geo import inbound, outbox, senders, work_links
from geo.models import Delivery, Event, Report, Sender, Subscription, Unit, User, Webhook
from geo.outbox import Channels
from geo.secret import secret
from geo.settings import Settings

MOST_TRIES = 8


def channels(settings: Settings) -> Channels:
    """What the settings allow to send by."""
    return Channels(email=bool(settings.smtp_url), sms=bool(settings.sms_url), push=True)


def deliver(session: Session, settings: Settings, delivery_id: int) -> None:
    """Sends a message that waits; whoever it was for may be gone by now, and then there is nothing to send.

    Whatever a channel raises means that it must be tried again.
    """
    delivery = session.get(Delivery, delivery_id, with_for_update=True)
    if delivery is None or delivery.state != "waiting":
        return
    event = session.get_one(Event, delivery.event_id)
    if event.report_id is None:
        switched.send(session, settings, delivery, event)
    else:
        _send(session, settings, delivery, event, session.get_one(Report, event.report_id))
    outbox.sent(delivery)


def failed(session: Session, delivery_id: int, fault: str, *, last: bool) -> None:
    """Writes down why a message did not go out, and gives it up after the last try."""
    delivery = session.get(Delivery, delivery_id, with_for_update=True)
    if delivery is not None and delivery.state == "waiting":
        delivery.tries += 1
        delivery.fault = fault[:500]
        delivery.state = "dead" if last else "waiting"


def _send(session: Session, settings: Settings, delivery: Delivery, event: Event, report: Report) -> None:
    kind, _colon, number = delivery.target.partition(":")
    if kind == "sender":
        _to_sender(session, settings, delivery, event, int(number))
    elif kind == "user":
        user = session.get(User, int(number))
        if user is not None and user.active:
            mail.send(settings, user.email, letters.letter(settings, event, report, inside=True), number=delivery.id)
    elif kind == "unit":
        _to_unit(session, settings, delivery, event, report)
    elif kind == "webhook":
        hook = session.get(Webhook, int(number))
        if hook is not None and hook.active:
            hooks.send(hook, event, report, number=delivery.id, secret=secret(settings))
    elif kind == "subscription":
        wish = session.get(Subscription, int(number))
        contact = f"mailto:{settings.mail_from.rpartition('<')[2].rstrip('>')}"
        if wish and not push.send(wish, secret=secret(settings), contact=contact, number=delivery.id):
            session.delete(wish)


def _to_sender(session: Session, settings: Settings, delivery: Delivery, event: Event, report_id: int) -> None:
    sender, report = session.get(Sender, report_id), session.get_one(Report, report_id)
    if sender is None or sender.key is None:
        return
    contact = senders.read(secret(settings), sender)
    if delivery.channel == "email" and contact.email:
        mail.send(settings, contact.email, letters.letter(settings, event, report), number=delivery.id)
    elif delivery.channel == "sms":
        text = letters.short(settings, event, report)
        if event.action == "receive":
            text = letters.received(settings, report, inbound.token_of(session, secret(settings), report))
        sms.send(settings, contact.phone, text, number=f"delivery-{delivery.id}")


def _to_unit(session: Session, settings: Settings, delivery: Delivery, event: Event, report: Report) -> None:
    unit = session.get_one(Unit, int(delivery.target.partition(":")[2]))
    # Forwarded on meanwhile, or with accounts by now: then this letter would lead nowhere.
    if unit.email and report.unit_id == unit.id and work_links.wanted(session, unit.id):
        token = work_links.make(session, report)
        said = letters.work_letter(session, settings, event, report, token=token)
        mail.send(settings, unit.email, said, number=delivery.id)
