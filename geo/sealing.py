"""Text that only this installation can read: AES-256-GCM under keys derived from its secret."""

import base64
import os
from collections.abc import Sequence
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from geo.errors import SetupError
from geo.i18n import _

_NONCE = 12  # bytes, as NIST SP 800-38D wants them
_VERSION = "1."


def seal(secret: bytes, purpose: str, text: str) -> str:
    """The text, unreadable without the secret; the purpose keeps one column's values out of another."""
    nonce = os.urandom(_NONCE)
    sealed = nonce + AESGCM(_key(secret, purpose)).encrypt(nonce, text.encode(), purpose.encode())
    return _VERSION + base64.urlsafe_b64encode(sealed).decode()


def unseal(secrets: bytes | Sequence[bytes], purpose: str, sealed: str) -> str:
    """What was sealed with the secret, or with one of several (the newest first); SetupError where none fits."""
    raw = base64.urlsafe_b64decode(sealed.removeprefix(_VERSION))
    for secret in [secrets] if isinstance(secrets, bytes) else secrets:
        try:
            return AESGCM(_key(secret, purpose)).decrypt(raw[:_NONCE], raw[_NONCE:], purpose.encode()).decode()
        except InvalidTag:
            continue
    raise SetupError(_("Dữ liệu mã hóa không mở được bằng khóa hiện có; hãy xem lại QUANGNAM_SECRET_KEY."))


@lru_cache(maxsize=64)
def _key(secret: bytes, purpose: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"quangnam seal\0" + purpose.encode()).derive(secret)
