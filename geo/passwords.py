"""Passwords: what they must be, and their argon2 hashes."""

import re
from functools import cache

from pwdlib import PasswordHash

from geo.errors import InvalidError
from geo.i18n import _

SHORTEST, LONGEST = 10, 200  # characters
# What is tried first everywhere; the length keeps most of the usual lists out already.
_COMMON = re.compile(r"(.)\1+|0?123456789\d*|(qwerty|matkhau|password|quangnam|vietnam|iloveyou|admin)[\W\d]*")


def checked_password(password: str, *, email: str, name: str) -> str:
    """A password nobody guesses from who one is; InvalidError says what is wrong."""
    if len(password) < SHORTEST:
        raise InvalidError(_("Mật khẩu phải có ít nhất {least} ký tự."), field="password", least=SHORTEST)
    if len(password) > LONGEST:
        raise InvalidError(_("Mật khẩu quá dài; nhiều nhất {most} ký tự."), field="password", most=LONGEST)
    plain = password.casefold()
    own = [part for part in re.split(r"[\W_]+", f"{email} {name}".casefold()) if len(part) > 3]
    if _COMMON.fullmatch(plain) or any(len(part) * 2 >= len(plain) and part in plain for part in own):
        raise InvalidError(_("Mật khẩu này quá dễ đoán; hãy chọn vài từ không liên quan đến nhau."), field="password")
    return password


def hashed(password: str) -> str:
    """The argon2id hash of a password."""
    return _hasher().hash(password)


def fits(password: str, known: str | None) -> bool:
    """Whether a password is the one that was hashed; as slow where there is none, so that time tells nothing."""
    right = _hasher().verify(password[:LONGEST], known or _nobodys())
    return right and known is not None


@cache
def _hasher() -> PasswordHash:
    return PasswordHash.recommended()


@cache
def _nobodys() -> str:
    return _hasher().hash("nobody has this one")
