"""Setting the second factor up: a QR code, the first code of the app, then the recovery codes."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from api import signed
from api.deps import LangDep, SessionDep, SettingsDep
from api.web import forgery
from api.web.render import page
from api.web.signing import STALE, home_of
from geo import logins, second_factor
from geo.errors import SetupError, UnauthorizedError
from geo.i18n import _, translate
from geo.models import Login, User
from geo.sealing import seal, unseal
from geo.secret import secret
from geo.settings import Settings

router = APIRouter(prefix="/account/second-factor", include_in_schema=False)
WRONG = _("Mã không đúng; hãy xem lại giờ của điện thoại rồi nhập mã đang hiện trong ứng dụng.")


@router.get("")
def form(request: Request, session: SessionDep, settings: SettingsDep) -> Response:
    """A new secret as a QR code; nothing changes before its first code is shown."""
    return _offer(request, settings, _settling(session, request).user, second_factor.new_key())


@router.post("")
def turn_on(
    *,
    request: Request,
    session: SessionDep,
    settings: SettingsDep,
    lang: LangDep,
    pending: Annotated[str, Form(max_length=500)] = "",
    code: Annotated[str, Form(max_length=50)] = "",
    token: Annotated[str, Form()] = "",
) -> Response:
    """Turns it on, makes the session whole and shows the recovery codes this once."""
    login = _settling(session, request)
    user = login.user
    try:
        key = unseal(secret(settings), _purpose(user), pending)
    except (SetupError, ValueError):
        return _offer(request, settings, user, second_factor.new_key(), translate(STALE, lang))
    if not forgery.is_ours(request, settings, token):
        return _offer(request, settings, user, key, translate(STALE, lang))
    step = second_factor.fits(key, code)
    if step is None:
        return _offer(request, settings, user, key, translate(WRONG, lang))
    made = second_factor.turn_on(session, user, key, step, secret(settings))
    logins.end(session, user, login.id)
    whole = logins.begin(session, user, request.headers.get("user-agent", ""), complete=True)
    response = page(
        request, "recovery_codes.html", headers={"Cache-Control": "no-store"}, codes=made, onward=home_of(user)
    )
    signed.remember(response, request, whole, int(logins.LASTS.total_seconds()))
    return response


def _settling(session: SessionDep, request: Request) -> Login:
    # A session that still lacks the second factor may set it up only where there is none yet.
    login = signed.login_of(session, request)
    if login is None or (not login.complete and login.user.totp_key is not None):
        raise UnauthorizedError(_("Hãy đăng nhập để làm việc này."))
    return login


def _offer(request: Request, settings: Settings, user: User, key: str, error: str | None = None) -> Response:
    mark = forgery.device(request)
    response = page(
        request,
        "factor.html",
        status=422 if error else 200,
        headers={"Cache-Control": "no-store"},
        picture=second_factor.picture(user, key),
        spelled=" ".join(key[at : at + 4] for at in range(0, len(key), 4)),
        # The secret waits in the page itself, sealed, until its first code proves that the phone has it.
        pending=seal(secret(settings), _purpose(user), key),
        error=error,
        token=forgery.token(settings, mark),
    )
    forgery.remember(response, request, mark)
    return response


def _purpose(user: User) -> str:
    return f"pending second factor of {user.id}"
