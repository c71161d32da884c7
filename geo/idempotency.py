"""One answer for one request, however often a bad network makes it come."""

import hashlib
import re
from typing import Any

import orjson
from sqlalchemy import BigInteger, bindparam, select, text
from sqlalchemy.orm import Session

from geo.codes import ALPHABET
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


def reference(key: str) -> str:
    """What a text message calls a key: the first 50 bits of its SHA-256 as ten letters of Crockford's base 32."""
    bits = int.from_bytes(hashlib.sha256(key.encode()).digest()[:7], "big") >> 6
    return "".join(ALPHABET[bits >> shift & 31] for shift in range(45, -1, -5))


def hold(session: Session, reference: str) -> None:
    """Waits until no other transaction works on a key of this reference, and keeps it until this one ends."""
    session.execute(_LOCK, {"number": _number(reference)})


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


def code_of(session: Session, key: str) -> str | None:
    """The code of the report that was sent with a key; None for a key that is new, or none at all."""
    row = session.get(IdempotencyKey, _stored(key)) if _KEY.fullmatch(key) else None
    return str(row.answer["code"]) if row is not None else None


def report_of(session: Session, reference: str) -> int | None:
    """The id of the report that was sent with a key of this reference."""
    first = _number(reference) << 6
    # Stored keys are hexadecimal and "g" sorts after every digit, whatever the collation.
    mine = IdempotencyKey.key.between(f"{first:014x}", f"{first | 63:014x}g")
    return session.scalar(select(IdempotencyKey.report_id).where(mine).limit(1))


def _number(reference: str) -> int:
    number = 0
    for letter in reference:
        number = number << 5 | ALPHABET.index(letter)
    return number


def _stored(key: str) -> str:
    # With the key itself and the secret a private link could be made again, so the table has its hash only.
    return hashlib.sha256(key.encode()).hexdigest()
