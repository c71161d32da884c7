"""Text messages that came in: each is answered once, and neither its words nor its sender stay here."""

import hashlib
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from geo import codes, jobs, sealing
from geo.models import Report, SmsMessage

DOOR = "sms"
ANSWER = "answer"  # the job that tells a sender why their message made no report
PURPOSE = "sms reply"


class RepeatedError(Exception):
    """The gateway brought this very message at the same moment, and the other one was first."""


def find(session: Session, number: str) -> dict[str, Any] | None:
    """What was answered to the gateway's message of this number; None while it is new."""
    return session.scalar(select(SmsMessage.answer).where(SmsMessage.number_hash == _hash(number)))


def report_of(session: Session, reference: str) -> int | None:
    """The id of the report that the first message with this reference made."""
    mine = select(SmsMessage.report_id).where(SmsMessage.reference == reference, SmsMessage.report_id.is_not(None))
    return session.scalar(mine.order_by(SmsMessage.id).limit(1))


def registered(
    session: Session,
    number: str,
    reference: str | None,
    report_id: int,
    answer: dict[str, Any],
    *,
    at: datetime | None,
    token: str | None,
) -> None:
    """Keeps what a message came to, and the hash of its private link's token where it made the report.

    RepeatedError where it is kept already: then everything else of this transaction must go.
    """
    token_hash = codes.token_hash(token) if token else None
    _keep(session, number, at, reference=reference, report_id=report_id, answer=answer, token_hash=token_hash)


def refused(
    session: Session, number: str, answer: dict[str, Any], *, at: datetime | None, phone: str | None, secret: bytes
) -> None:
    """Keeps why a message made no report and asks for the job that tells its sender, where `phone` is given.

    RepeatedError as for `registered`.
    """
    sealed = sealing.seal(secret, PURPOSE, phone) if phone else None
    message_id = _keep(session, number, at, answer=answer, reply_to=sealed)
    if sealed:
        jobs.defer(session, ANSWER, message_id=message_id)


def waiting(session: Session, message_id: int) -> SmsMessage | None:
    """A refused message, locked, whose sender has not been told yet."""
    mine = select(SmsMessage).where(SmsMessage.id == message_id, SmsMessage.reply_to.is_not(None))
    return session.scalar(mine.with_for_update())


def link_token(secret: bytes, number: str) -> str:
    """The token of the private link that the reply to a message holds."""
    return _token(secret, _hash(number))


def token_of(session: Session, secret: bytes, report: Report) -> str | None:
    """The token of the link that was promised by SMS; None once it is erased or the secret is another one."""
    mine = select(SmsMessage).where(SmsMessage.report_id == report.id, SmsMessage.token_hash.is_not(None))
    message = session.scalar(mine.limit(1))
    if message is None:
        return None
    token = _token(secret, message.number_hash)
    return token if codes.token_hash(token) == message.token_hash else None


def _keep(session: Session, number: str, at: datetime | None, **values: Any) -> int:
    row = insert(SmsMessage).values(number_hash=_hash(number), at=at or datetime.now(UTC), **values)
    # Two at once meet at the unique index: the second waits there until the first is committed or gone.
    made: int | None = session.scalar(row.on_conflict_do_nothing().returning(SmsMessage.id))
    if made is None:
        raise RepeatedError
    return made


def _hash(number: str) -> bytes:
    return hashlib.sha256(number.encode("utf-8", "surrogatepass")).digest()


def _token(secret: bytes, number_hash: bytes) -> str:
    # Shorter than any Idempotency-Key may be, so that no request gets a token of ours.
    return codes.derived_token(secret, DOOR, number_hash)
