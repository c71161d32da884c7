"""The door of the SMS gateway: it brings text messages, and nobody else does."""

import hmac
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from api.deps import SessionsDep, SettingsDep
from api.describing import GATEWAY
from api.intake import network
from api.keys import bearer
from api.refusals import refusals
from api.sms.receiving import Message, receive
from geo import limits
from geo.aside import aside
from geo.deadlines import ZONE
from geo.errors import ForbiddenError, NotFoundError
from geo.i18n import _
from geo.secret import secret

router = APIRouter(tags=["sms"])


class MessageIn(BaseModel):
    """A text message; `id` is the gateway's own number of it, the same whenever it is brought again."""

    model_config = ConfigDict(title="Message")

    sender: Annotated[str, Field(alias="from", max_length=64, description="E.164 or as Vietnamese write it")]
    text: Annotated[str, Field(max_length=40_000, description="all parts joined")]
    id: Annotated[str, Field(min_length=1, max_length=255)]
    at: Annotated[datetime | None, Field(description="when the gateway got it")] = None


def _gateway(request: Request, sessions: SessionsDep, settings: SettingsDep) -> None:
    """NotFoundError while the door is closed, ForbiddenError for a wrong key, TooManyError for many of them."""
    if settings.sms_inbound_key is None:
        raise NotFoundError(_("Hệ thống này không nhận phản ánh bằng tin nhắn."))
    shown = (bearer(request) or "").encode("utf-8", "surrogateescape")
    if hmac.compare_digest(shown, settings.sms_inbound_key.get_secret_value().encode()):
        return
    address = network(request.client.host) if request.client else ""
    tried = {limits.subject(secret(settings), "sms-key", address): settings.limit_sign_in_hour}
    with sessions() as session, aside(session) as short:
        limits.count(short, tried, refusal=limits.TOO_MANY)
    raise ForbiddenError(_("Khóa của cổng tin nhắn không đúng."))


@router.post(
    "/sms/inbound",
    dependencies=[Depends(_gateway)],
    responses=refusals(403, 404, 429),
    openapi_extra=GATEWAY,
)
def inbound(sessions: SessionsDep, settings: SettingsDep, body: MessageIn) -> dict[str, Any]:
    """Takes a message: {"code"} of the report it made or belongs to, or {"ignored"} with the reason.

    Both mean that it need not come again; only a 429 or 5xx does.
    """
    at = body.at.replace(tzinfo=body.at.tzinfo or ZONE) if body.at else None
    return receive(sessions, settings, Message(body.sender, body.text, body.id, at))
