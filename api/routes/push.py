"""Web push: the key of this installation, and the browsers that follow a report by it."""

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StrictBool

from api.delivery import outbound, push
from api.deps import SessionDep, SettingsDep
from api.parameters import known
from api.refusals import KEYED, refusals
from api.routes.actions import asked
from api.voicing import limited
from api.web import forgery
from geo import subscriptions
from geo.errors import ForbiddenError
from geo.i18n import _
from geo.permissions import may
from geo.secret import secret

router = APIRouter(prefix="/api/v1", tags=["process"], dependencies=[Depends(known)])
_BASE64 = r"^[A-Za-z0-9_\-]{16,200}={0,2}$"


class SubscriptionIn(BaseModel):
    """What a browser's `PushSubscription` says, and whether it still wants to be told."""

    model_config = ConfigDict(extra="forbid")

    endpoint: str = Field(max_length=2_000)
    p256dh: str = Field(pattern=_BASE64)
    auth: str = Field(pattern=_BASE64)
    yes: StrictBool = True


@router.get("/push")
def key(settings: SettingsDep) -> dict[str, str]:
    """The `applicationServerKey` for `PushManager.subscribe`."""
    return {"key": push.public_key(secret(settings))}


@router.post("/reports/{code}/push", responses=refusals(*KEYED))
def subscribe(
    *, request: Request, response: Response, session: SessionDep, settings: SettingsDep, code: str, body: SubscriptionIn
) -> dict[str, bool]:
    """Tells a browser of every step of a report from now on, or no longer; without any content (RFC 8030)."""
    if not forgery.same_site(request, settings):
        raise ForbiddenError(_("Yêu cầu này đến từ một trang khác; hãy mở lại trang phản ánh."))
    report, who = asked(session, request, code)
    if not may(who, "follow", report):
        raise ForbiddenError(_("Bạn không có quyền thực hiện bước này."))
    mark = forgery.device(request)
    limited(request, session, settings, mark)
    if body.yes:
        endpoint = outbound.checked_url(body.endpoint)
        subscriptions.subscribe(session, report, endpoint, body.p256dh, body.auth)
    else:
        subscriptions.unsubscribe(session, report, body.endpoint)
    forgery.remember(response, request, mark)
    return {"following": body.yes}
