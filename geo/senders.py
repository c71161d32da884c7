"""Senders' contacts at rest: each sealed with a key of its own, which is sealed with the installation's.

Whoever destroys the small key has destroyed the contact, also in every backup that keeps only the database.
"""

import hmac
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import CompoundSelect, delete, select, union_all, update
from sqlalchemy.orm import Session

from geo import codes
from geo.errors import NotFoundError, SetupError
from geo.i18n import _
from geo.models import Report, Sender, SmsMessage, Subscription

_NONCE = 12  # bytes, as NIST SP 800-38D wants them


@dataclass(frozen=True)
class Contact:
    """Who sent a report and how to reach them; the phone in E.164."""

    name: str
    phone: str
    organisation: str | None = None
    email: str | None = None


@dataclass(frozen=True)
class Sealed:
    """A contact as the table keeps it."""

    key: bytes
    contact: bytes
    phone_hash: bytes


def seal(secret: bytes, contact: Contact) -> Sealed:
    """The contact under a new key; two AES-256-GCM operations, some ten microseconds."""
    key = os.urandom(32)
    plain = orjson.dumps([contact.name, contact.phone, contact.organisation, contact.email])
    wrapped = _encrypt(_wrapping(secret), key)
    return Sealed(wrapped, _encrypt(AESGCM(key), plain), phone_hash(secret, contact.phone))


def read(secret: bytes, sender: Sender) -> Contact:
    """The contact; NotFoundError once it was erased, SetupError where the secret is another one."""
    if sender.key is None or sender.contact is None:
        raise NotFoundError(_("Thông tin người gửi đã được xóa."))
    key = unwrap([secret], sender.key)
    name, phone, organisation, email = orjson.loads(_decrypt(AESGCM(key), sender.contact))
    return Contact(name, phone, organisation, email)


def unwrap(secrets: Sequence[bytes], wrapped: bytes) -> bytes:
    """A sender's own key, by the first of some secrets that fits."""
    for secret in secrets:
        try:
            return _decrypt(_wrapping(secret), wrapped)
        except InvalidTag:
            continue
    raise SetupError(_("Dữ liệu mã hóa không mở được bằng khóa hiện có; hãy xem lại QUANGNAM_SECRET_KEY."))


def rewrap(new: bytes, old: bytes, sender: Sender) -> dict[str, bytes]:
    """The columns of a sender whose key is sealed with another secret; the contact itself stays as it is."""
    key = unwrap([new, old], sender.key or b"")
    phone: str = orjson.loads(_decrypt(AESGCM(key), sender.contact or b""))[1]
    return {"key": _encrypt(_wrapping(new), key), "phone_hash": phone_hash(new, phone)}


def phone_hash(secret: bytes, phone: str) -> bytes:
    """A keyed hash by which the reports of a phone are found; without the secret nobody can try numbers."""
    return hmac.digest(_derived(secret, b"quangnam phone hash"), phone.encode(), "sha256")


def of_link(token: str) -> CompoundSelect[int | None]:
    """A select of the id of the report whose private link has this token: the one shown, or the one sent by SMS."""
    hashed = codes.token_hash(token)
    shown = select(Sender.report_id).where(Sender.token_hash == hashed)
    return union_all(shown, select(SmsMessage.report_id).where(SmsMessage.token_hash == hashed))


def erase(session: Session, report: Report) -> None:
    """Destroys a sender's key, contact, link and subscriptions; what they wrote stays, without them."""
    nothing = dict.fromkeys(("key", "contact", "phone_hash", "token_hash"))
    session.execute(update(Sender).where(Sender.report_id == report.id).values(**nothing, phone_checked=False))
    session.execute(update(SmsMessage).where(SmsMessage.report_id == report.id).values(token_hash=None))
    session.execute(delete(Subscription).where(Subscription.report_id == report.id))


def _encrypt(box: AESGCM, plain: bytes) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + box.encrypt(nonce, plain, None)


def _decrypt(box: AESGCM, sealed: bytes) -> bytes:
    return box.decrypt(sealed[:_NONCE], sealed[_NONCE:], None)


@lru_cache(maxsize=8)
def _wrapping(secret: bytes) -> AESGCM:
    return AESGCM(_derived(secret, b"quangnam sender keys"))


@lru_cache(maxsize=16)
def _derived(secret: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=purpose).derive(secret)
