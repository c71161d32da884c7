"""One-time codes: six digits to a phone, for ten minutes and five tries."""

import hmac
import secrets
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from geo.models import OneTimeCode
from geo.senders import phone_hash

LASTS = timedelta(minutes=10)
TRIES = 5
PER_HOUR, PER_DAY = 3, 6  # to one number


def issue(session: Session, secret: bytes, phone: str, *, now: datetime | None = None) -> str:
    """A new code for a phone (E.164), the only one that works from now on; the table has keyed hashes alone."""
    code = f"{secrets.randbelow(1_000_000):06d}"
    values = {"code_hash": _hash(secret, phone, code), "tries": 0, "expires_at": (now or datetime.now(UTC)) + LASTS}
    row = insert(OneTimeCode).values(phone_hash=phone_hash(secret, phone), **values)
    session.execute(row.on_conflict_do_update(index_elements=["phone_hash"], set_=values))
    return code


def check(session: Session, secret: bytes, phone: str, code: str, *, now: datetime | None = None) -> bool:
    """Whether this is the phone's code, which then is used up; a wrong try must be counted: the caller commits."""
    mine = select(OneTimeCode).where(OneTimeCode.phone_hash == phone_hash(secret, phone))
    known = session.scalar(mine.with_for_update())
    if known is None or known.expires_at <= (now or datetime.now(UTC)) or known.tries >= TRIES:
        return False
    known.tries += 1
    plain = "".join(code.split())
    if not hmac.compare_digest(known.code_hash, _hash(secret, phone, plain)):
        return False
    session.delete(known)
    return True


def _hash(secret: bytes, phone: str, code: str) -> bytes:
    return hmac.digest(secret, f"one-time\0{phone}\0{code}".encode("utf-8", "replace"), "sha256")
