"""A report that began as a text message becomes whole: its words, its pictures, who sent it."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from geo import codes, senders, workflow
from geo.details import Details
from geo.models import Report, Sender
from geo.permissions import Actor
from geo.reports import Draft
from geo.search import plain
from geo.senders import Contact


def complete(session: Session, report: Report, draft: Draft, *, pictures: int, token: str, secret: bytes) -> int:
    """Takes what the phone sends once it has data, in place of the message or beside it; the step's event id.

    What was accepted as it stood stays so, and the full words follow in the history. Place and category are those that
    the message was routed by.
    """
    session.refresh(report, with_for_update={"of": Report})
    accepted = report.published_at is not None
    if not accepted:
        report.content, report.words = draft.content, plain(draft.content)
    report.accuracy = draft.accuracy if report.accuracy is None else report.accuracy
    report.happened_at = report.happened_at or draft.happened_at
    _sign(session, report, draft, token, secret)
    said = Details(text=draft.content if accepted else None, pictures=pictures)
    return workflow.apply(
        session, report, "complete", Actor("sender", report_id=report.id), door=draft.door, details=said
    )


def _sign(session: Session, report: Report, draft: Draft, token: str, secret: bytes) -> None:
    sealed = senders.seal(secret, Contact(draft.name, draft.phone, draft.organisation, draft.email))
    sender = session.get_one(Sender, report.id)
    # Another number than the one that wrote has proved nothing.
    checked = sender.phone_checked and sender.phone_hash == sealed.phone_hash
    values = vars(sealed) | {"notice_version": draft.notice_version, "token_hash": codes.token_hash(token)}
    mine = update(Sender).where(Sender.report_id == report.id)
    session.execute(mine.values(**values, phone_checked=checked))
