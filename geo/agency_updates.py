"""What agencies' own systems tell of reports: by its number there each update is one, however often it comes."""

import re

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from geo.errors import ConflictError, InvalidError
from geo.i18n import _
from geo.models import AgencyUpdate, ApiKey, ApiKeyUnit

_ID = re.compile(r"[\x21-\x7e]{1,100}")


def checked_id(text: str) -> str:
    """An update's number in the system that sends it: 1 to 100 visible ASCII characters."""
    if not _ID.fullmatch(text):
        raise InvalidError(_("update_id phải có 1 đến 100 ký tự ASCII, không có dấu cách."), field="update_id")
    return text


def known(session: Session, key: ApiKey, update_id: str, fingerprint: bytes) -> int | None:
    """The event that an update became before; None where it is new, ConflictError where it came with something else.

    With the same content it is also known from another key of one of the units: keys are exchanged for new ones.
    """
    query = select(AgencyUpdate).where(AgencyUpdate.key_id == key.id, AgencyUpdate.update_id == update_id)
    found = session.scalar(query)
    if found is not None and found.fingerprint != fingerprint:
        raise ConflictError(_("update_id này đã được dùng cho một nội dung khác."))
    if found is not None and found.event_id is not None:
        return found.event_id
    theirs = select(ApiKeyUnit.key_id).where(ApiKeyUnit.unit_id.in_([unit.id for unit in key.units]))
    same = (AgencyUpdate.update_id == update_id) & (AgencyUpdate.fingerprint == fingerprint)
    before = select(AgencyUpdate.event_id).where(same, AgencyUpdate.key_id.in_(theirs))
    return session.scalar(before.where(AgencyUpdate.event_id.is_not(None)).order_by(AgencyUpdate.event_id).limit(1))


def hold(session: Session, key: ApiKey, update_id: str, fingerprint: bytes) -> None:
    """Keeps an update's number for this transaction; the same at the same moment waits for its end."""
    # Whichever key it comes with.
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(update_id, 0))))
    values = {"key_id": key.id, "update_id": update_id, "fingerprint": fingerprint}
    session.execute(insert(AgencyUpdate).values(**values).on_conflict_do_nothing())


def became(session: Session, key: ApiKey, update_id: str, event_id: int) -> None:
    """Keeps which event an update became."""
    session.get_one(AgencyUpdate, (key.id, update_id)).event_id = event_id
