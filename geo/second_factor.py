"""The second factor: codes of an authenticator app (TOTP, RFC 6238), and recovery codes for the day it is lost."""

import hashlib
import secrets
from datetime import UTC, datetime

import pyotp
import segno
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from geo.codes import ALPHABET
from geo.models import RecoveryCode, User
from geo.sealing import seal, unseal

ISSUER = "Quảng Nam trực tuyến"
PURPOSE = "totp"
COUNT = 10
_STEP = 30  # seconds a code is shown for
_DRIFT = 1  # steps that a phone's clock may be off


def new_key() -> str:
    """A new secret, in base 32 as authenticator apps take it."""
    return pyotp.random_base32()


def address(user: User, key: str) -> str:
    """The otpauth:// address that an authenticator app takes."""
    return pyotp.TOTP(key).provisioning_uri(name=user.email, issuer_name=ISSUER)


def picture(user: User, key: str) -> str:
    """The same as a QR code: an SVG in a data address."""
    made: str = segno.make(address(user, key), error="m").svg_data_uri(scale=5, border=2)
    return made


def fits(key: str, code: str, *, after: int = 0, now: datetime | None = None) -> int | None:
    """The time step of a right code, later than `after`; None for a wrong or used one."""
    plain = "".join(code.split())
    current = int((now or datetime.now(UTC)).timestamp()) // _STEP
    if not (plain.isascii() and plain.isdigit()):
        return None
    for step in range(current - _DRIFT, current + _DRIFT + 1):
        if step > after and secrets.compare_digest(pyotp.TOTP(key).generate_otp(step), plain):
            return step
    return None


def turn_on(session: Session, user: User, key: str, step: int, secret: bytes) -> list[str]:
    """Keeps the secret, whose first code was shown; the recovery codes, to be shown once."""
    user.totp_key, user.totp_step = seal(secret, PURPOSE, key), step
    return new_recovery_codes(session, user)


def turn_off(session: Session, user: User) -> None:
    """Forgets the secret and the recovery codes."""
    user.totp_key = None
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))


def show(session: Session, user: User, code: str, secret: bytes, *, now: datetime | None = None) -> bool:
    """Whether somebody has the second factor: an app's code or a recovery code, each of which works once.

    The user's row must be locked, so that of two requests with one code only the first is let in.
    """
    if user.totp_key is None:
        return False
    step = fits(unseal(secret, PURPOSE, user.totp_key), code, after=user.totp_step, now=now)
    if step is not None:
        user.totp_step = step
        return True
    unused = update(RecoveryCode).where(RecoveryCode.hash == _hash(user, code), RecoveryCode.used_at.is_(None))
    return session.execute(unused.values(used_at=func.now()).returning(RecoveryCode.hash)).first() is not None


def new_recovery_codes(session: Session, user: User) -> list[str]:
    """Ten new codes such as 7K2M9-XQ4TR, of 50 bits each; the old ones no longer work."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    made = ["".join(secrets.choice(ALPHABET) for _letter in range(10)) for _code in range(COUNT)]
    session.add_all(RecoveryCode(hash=_hash(user, code), user_id=user.id, used_at=None) for code in made)
    session.flush()
    return [f"{code[:5]}-{code[5:]}" for code in made]


def recovery_codes_left(session: Session, user: User) -> int:
    """How many recovery codes still work."""
    mine = select(func.count()).where(RecoveryCode.user_id == user.id, RecoveryCode.used_at.is_(None))
    return session.scalar(mine) or 0


def _hash(user: User, code: str) -> bytes:
    plain = code.upper().replace("-", "").replace(" ", "").replace("O", "0").replace("I", "1").replace("L", "1")
    return hashlib.sha256(f"{user.id}\0{plain}".encode("utf-8", "replace")).digest()
