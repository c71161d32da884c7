"""Report codes that are read aloud, and the private link's token."""

import base64
import hashlib
import hmac
import re
import secrets

import numpy as np
from numpy.typing import NDArray

# Crockford's base 32: no I, L, O (read as 1 and 0) and no U.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LETTERS = np.frombuffer(ALPHABET.encode(), np.uint8)
_READ_AS = str.maketrans("OIL", "011")
_CODE = re.compile(f"[{ALPHABET}]{{8}}")


class Deck:
    """Random codes such as QN-7K2M-9XQ4, 40 bits each, so that nobody finds a report by counting; no two are equal.

    Among millions, codes that are random alone do meet. The cards are numbered, and a permutation that only this deck
    knows says what stands on each: four rounds of Luby and Rackoff (1988) with random tables.
    """

    _HALF = 20  # bits

    def __init__(self) -> None:
        size = 1 << self._HALF
        rounds = np.frombuffer(secrets.token_bytes(4 * 4 * size), np.uint32).reshape(4, size)
        self._rounds = rounds & np.uint32(size - 1)
        self._next = 0

    def draw(self, count: int) -> list[str]:
        """The next `count` codes."""
        number = np.arange(self._next, self._next + count, dtype=np.uint64)
        self._next += count
        left, right = number >> np.uint64(self._HALF), number & np.uint64((1 << self._HALF) - 1)
        for table in self._rounds:
            left, right = right, left ^ table[right].astype(np.uint64)
        return _spelled(left << np.uint64(self._HALF) | right)


def _spelled(numbers: NDArray[np.uint64]) -> list[str]:
    count = len(numbers)
    shifts = np.arange(35, -1, -5, dtype=np.uint64)
    letters = _LETTERS[(numbers[:, None] >> shifts & np.uint64(31)).astype(np.intp)]
    spelled = np.tile(np.frombuffer(b"QN-    -    ", np.uint8), (count, 1))
    spelled[:, 3:7], spelled[:, 8:12] = letters[:, :4], letters[:, 4:]
    found: list[str] = spelled.view("S12").ravel().astype(str).tolist()
    return found


def report_code() -> str:
    """One random code such as QN-7K2M-9XQ4."""
    bits = secrets.randbits(40)
    letters = "".join(ALPHABET[bits >> shift & 31] for shift in range(0, 40, 5))
    return f"QN-{letters[:4]}-{letters[4:]}"


def normalise(text: str) -> str | None:
    """The code a person meant (any case, blanks, O for 0, I or L for 1, without QN); None where it is none."""
    plain = re.sub(r"[\s.\-–—_]", "", text.upper())
    if len(plain) == 10 and plain.startswith("QN"):
        plain = plain[2:]
    plain = plain.translate(_READ_AS)
    return f"QN-{plain[:4]}-{plain[4:]}" if _CODE.fullmatch(plain) else None


def is_code(text: str) -> bool:
    """Whether a text is a code as `normalise` writes it."""
    return normalise(text) == text


def token() -> str:
    """A random token of 192 bits for a private link, safe in an address."""
    return secrets.token_urlsafe(24)


def derived_token(secret: bytes, key: str, fingerprint: bytes) -> str:
    """The token of a request that named an idempotency key: the same request gets the same link, yet none is stored.

    It takes the installation's secret, the key and what was sent to make it again; the database holds hashes alone.
    """
    digest = hmac.digest(secret, b"link\0" + key.encode() + b"\0" + fingerprint, "sha256")
    return base64.urlsafe_b64encode(digest[:24]).decode()


def token_hash(value: str) -> bytes:
    """SHA-256 of a token, 32 bytes: all that the database knows of it."""
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).digest()
