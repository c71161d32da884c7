"""Report codes that are read aloud, and the private link's token."""

import base64
import hashlib
import hmac
import re
import secrets

import numpy as np

# Crockford's base 32: no I, L, O (read as 1 and 0) and no U.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LETTERS = np.frombuffer(ALPHABET.encode(), np.uint8)
_READ_AS = str.maketrans("OIL", "011")
_CODE = re.compile(f"[{ALPHABET}]{{8}}")


def report_codes(count: int) -> list[str]:
    """`count` random codes such as QN-7K2M-9XQ4; 40 bits each, so that nobody finds a report by counting."""
    bits = np.unpackbits(np.frombuffer(secrets.token_bytes(5 * count), np.uint8)).reshape(count, 8, 5)
    letters = _LETTERS[np.packbits(bits, axis=2)[:, :, 0] >> 3]
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
