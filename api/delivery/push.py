"""Web push (RFC 8030, VAPID): a nudge without content."""

import base64
from collections.abc import Callable
from functools import cache
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from py_vapid import Vapid02

from api.delivery import outbound
from api.delivery.outbound import Answer, UnreachableError
from geo.models import Subscription

GONE = (404, 410)
_ORDER = int("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551", 16)  # of P-256, SEC 2


@cache
def key(secret: bytes) -> ec.EllipticCurvePrivateKey:
    """The installation's VAPID key, derived from its secret so that there is nothing more to keep."""
    raw = HKDF(SHA256(), 48, salt=None, info=b"quangnam vapid").derive(secret)
    return ec.derive_private_key(int.from_bytes(raw, "big") % (_ORDER - 1) + 1, ec.SECP256R1())


def public_key(secret: bytes) -> str:
    """The public half, as browsers want it."""
    form = serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    return base64.urlsafe_b64encode(key(secret).public_key().public_bytes(*form)).rstrip(b"=").decode()


def send(
    subscription: Subscription,
    *,
    secret: bytes,
    contact: str,
    number: int,
    post: Callable[..., Answer] = outbound.post,
) -> bool:
    """Wakes a browser up; False where it no longer wants to be, UnreachableError where it must be tried again.

    Without a body nobody on the way learns anything, and the page asks for what is new itself.
    """
    parts = urlsplit(outbound.checked_url(subscription.endpoint))
    signed = Vapid02(key(secret)).sign({"sub": contact, "aud": f"{parts.scheme}://{parts.netloc}"})
    headers = {"TTL": "86400", "Urgency": "normal", "Topic": f"d{number}", "Authorization": signed["Authorization"]}
    answer = post(subscription.endpoint, b"", headers)
    if answer.status in GONE:
        return False
    if not 200 <= answer.status < 300:
        raise UnreachableError(f"push: {answer.status}")
    return True
