"""One draft that came through two doors: first or last as a text message."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.receipts import Receipt, receipt
from boundaries.routing import Routing
from geo import completing, idempotency, inbound, media, uploaded
from geo.i18n import Lang
from geo.media import Picture
from geo.models import IdempotencyKey, Report, Upload
from geo.reports import Draft
from geo.settings import Settings


def first(session: Session, reference: str | None, *, by_sms: bool) -> int | None:
    """The id of the report that the other door, or another message, has made of the draft of this reference."""
    if reference is None:
        return None
    if by_sms and (sent := idempotency.report_of(session, reference)) is not None:
        return sent
    texted = inbound.report_of(session, reference)
    if by_sms or texted is None:
        return texted
    # Completed once, by its own key; a second key of the same 50 bits is somebody who tried many.
    used = select(IdempotencyKey.key).where(IdempotencyKey.report_id == texted)
    return None if session.scalar(used.limit(1)) else texted


def joined(
    session: Session,
    settings: Settings,
    draft: Draft,
    found: Routing,
    pictures: Sequence[Picture],
    *,
    files: Mapping[str, Upload],
    key: str | None,
    named: str,
    wanted: bytes,
    token: str,
    secret: bytes,
    lang: Lang,
) -> Receipt | None:
    """The receipt of a draft, named by its reference, whose report is there: replayed, or completed by this; else None.

    The reference is held until the transaction ends, so that of two doors at the same moment the second one waits.
    """
    idempotency.hold(session, named)
    if key and (known := idempotency.find(session, key, wanted)):
        return Receipt(known, token, replayed=True)
    report_id = first(session, named, by_sms=key is None)
    if report_id is None:
        return None
    report = session.get_one(Report, report_id)
    if key is None:
        return Receipt({"code": report.code}, token, replayed=True)
    completing.complete(session, report, draft, pictures=len(pictures), token=token, secret=secret)
    media.keep(session, settings, report, pictures)
    uploaded.take(session, files, report.id)
    # It may have been handed on since the message came.
    answer = receipt(report, replace(found, unit=report.unit), lang)
    idempotency.remember(session, key, wanted, report.id, answer)
    return Receipt(answer, token)
