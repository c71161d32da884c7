"""A new secret for the installation: what was sealed with the old one is sealed with the new one."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from geo import inbound, sealing, second_factor, senders
from geo.models import Sender, SmsMessage, Subscription, User, Webhook

BATCH = 5_000
Progress = Callable[[int], None]
# Each column that `geo.sealing` seals, and its purpose.
SEALED: tuple[tuple[Any, Any, str], ...] = (
    (User.id, User.totp_key, second_factor.PURPOSE),
    (Webhook.id, Webhook.key, "webhook"),
    (SmsMessage.id, SmsMessage.reply_to, inbound.PURPOSE),
)


def rotate(session: Session, new: bytes, old: bytes, progress: Progress = lambda _done: None) -> int:
    """Seals everything anew in the session's transaction; how many senders. Safe to repeat with the same two secrets.

    Nobody else may write meanwhile. SetupError, and nothing changed, where something opens with neither secret.
    Browsers that follow by push are forgotten, for the key that they know is derived from the secret.
    """
    done = _senders(session, new, old, progress)
    for number, column, purpose in SEALED:
        for row, sealed in session.execute(select(number, column).where(column.is_not(None))).all():
            plain = sealing.unseal([new, old], purpose, sealed or "")
            change = update(number.class_).where(number == row)
            session.execute(change.values({column: sealing.seal(new, purpose, plain)}))
    session.execute(delete(Subscription))
    return done


def _senders(session: Session, new: bytes, old: bytes, progress: Progress) -> int:
    done, last = 0, -1
    known = select(Sender).where(Sender.key.is_not(None)).order_by(Sender.report_id).limit(BATCH)
    while found := session.scalars(known.where(Sender.report_id > last)).all():
        rows = [{"report_id": one.report_id} | senders.rewrap(new, old, one) for one in found]
        session.execute(update(Sender), rows)
        done, last = done + len(rows), found[-1].report_id
        for one in found:
            session.expunge(one)
        progress(done)
    return done
