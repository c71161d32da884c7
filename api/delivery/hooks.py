"""Signed webhooks for agencies' own systems, as Standard Webhooks say (standardwebhooks.com)."""

from collections.abc import Callable
from datetime import UTC, datetime

import orjson
from standardwebhooks.webhooks import Webhook as Signer

from api.delivery import outbound
from api.delivery.outbound import Answer, UnreachableError
from geo.models import Event, Report, Webhook
from geo.sealing import unseal
from geo.switches import Switch

PURPOSE = "webhook"
Post = Callable[..., Answer]


def body(event: Event, report: Report) -> bytes:
    """What is told: codes, never words, a name or a phone."""
    data = {
        "code": report.code,
        "action": event.action,
        "state": event.to_state,
        "category": report.category.code,
        "unit": report.unit.code,
    }
    return orjson.dumps({"type": f"report.{event.action}", "timestamp": event.at.isoformat(), "data": data})


def send(
    hook: Webhook, event: Event, report: Report, *, number: int, secret: bytes, post: Post = outbound.post
) -> None:
    """Posts the signed message; UnreachableError unless it is answered with 2xx."""
    _post(hook, f"msg_{number}", body(event, report), secret, post)


def send_switch(
    hook: Webhook, event: Event, told: Switch, *, number: int, secret: bytes, post: Post = outbound.post
) -> None:
    """Posts, signed, what a switch of editions did to the unit; UnreachableError unless it is answered with 2xx."""
    data = {"edition": told.edition, "unit": told.unit.code, "came": told.came, "went": told.went}
    text = orjson.dumps({"type": f"edition.{told.kind}", "timestamp": event.at.isoformat(), "data": data})
    _post(hook, f"msg_{number}", text, secret, post)


def ping(hook: Webhook, *, secret: bytes, post: Post = outbound.post) -> None:
    """Posts a signed message that means nothing; UnreachableError unless it is answered with 2xx."""
    now = datetime.now(UTC)
    told = {"type": "ping", "timestamp": now.isoformat(), "data": {}}
    _post(hook, f"ping_{int(now.timestamp() * 1000)}", orjson.dumps(told), secret, post)


def _post(hook: Webhook, name: str, text: bytes, secret: bytes, post: Post) -> None:
    now = datetime.now(UTC)
    signature = Signer(unseal(secret, PURPOSE, hook.key)).sign(name, now, text.decode())
    headers = {
        "Content-Type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signature,
    }
    answer = post(hook.url, text, headers)
    if not 200 <= answer.status < 300:
        raise UnreachableError(f"webhook: {answer.status}")
