"""One answer for one request, however often a bad network makes it come."""

import hashlib
import re
from typing import Any

import orjson
from sqlalchemy import BigInteger, bindparam, text
from sqlalchemy.orm import Session

from geo.errors import ConflictError, InvalidError
from geo.i18n import _
from geo.models import IdempotencyKey

_KEY = re.compile(r"[\x21-\x7e]{8,255}")
_LOCK = text("SELECT pg_advisory_xact_lock(:number)").bindparams(bindparam("number", type_=BigInteger))


def checked_key(key: str) -> str:
    """A key of 8 to 255 visible ASCII characters, such as a UUID."""
    if not _KEY.fullmatch(key):
        raise InvalidError(_("Idempotency-Key phải có 8 đến 255 ký tự ASCII, ví dụ một UUID."), field="Idempotency-Key")
    return key


def fingerprint(parts: Any) -> bytes:
    """SHA-256 of what was sent, as plain values: a blank more in the JSON makes no other request."""
    return hashlib.sha256(orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)).digest()


def hold(session: Session, key: str) -> None:
    """Waits until no other transaction works on the same key, and keeps it until this one ends."""
    number = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big", signed=True)
    session.execute(_LOCK, {"number": number})


def find(session: Session, key: str, wanted: bytes) -> dict[str, Any] | None:
    """The answer that was given to this key; None when it is new, ConflictError when it came with something else."""
    row = session.get(IdempotencyKey, _stored(key), populate_existing=True)
    if row is None:
        return None
    if row.fingerprint != wanted:
        raise ConflictError(
            _("Idempotency-Key này đã được dùng cho một nội dung khác; hãy tạo khóa mới."),
            details={"field": "Idempotency-Key"},
        )
    return row.answer


def remember(session: Session, key: str, wanted: bytes, report_id: int, answer: dict[str, Any]) -> None:
    """Keeps the answer (without the private link) for the next time."""
    session.add(IdempotencyKey(key=_stored(key), fingerprint=wanted, report_id=report_id, answer=answer))


def _stored(key: str) -> str:
    # With the key itself and the secret a private link could be made again, so the table has its hash only.
    return hashlib.sha256(key.encode()).hexdigest()
