"""One's own account: sessions, password, second factor, API keys."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import select
from sqlalchemy.orm import Session

from api import signed
from api.deps import LangDep, SessionDep, SettingsDep
from api.web import forgery
from api.web.render import page
from api.web.signing import STALE
from geo import accounts, api_keys, logins, passwords, second_factor
from geo.errors import ForbiddenError, InvalidError, UnauthorizedError
from geo.i18n import _, translate
from geo.models import Login, User
from geo.settings import Settings

router = APIRouter(prefix="/account", include_in_schema=False)
WRONG = _("Mật khẩu hiện tại không đúng.")
NEEDED = _("Vai trò này luôn cần bước xác thực thứ hai.")


@router.get("")
def show(request: Request, session: SessionDep, settings: SettingsDep) -> Response:
    """The account as it is."""
    return account(request, session, settings, mine(session, request))


@router.post("/password")
def change_password(
    *,
    request: Request,
    session: SessionDep,
    settings: SettingsDep,
    lang: LangDep,
    current: Annotated[str, Form(max_length=1_000)] = "",
    password: Annotated[str, Form(max_length=1_000)] = "",
    token: Annotated[str, Form()] = "",
) -> Response:
    """Changes the password; every other session ends."""
    login = ours(session, request, settings, token)
    try:
        if not passwords.fits(current, login.user.password_hash):
            raise InvalidError(WRONG, field="current")
        new = passwords.checked_password(password, email=login.user.email, name=login.user.name)
    except InvalidError as error:
        said = translate(error.message, lang, **error.values)
        return account(request, session, settings, login, status=422, error=said)
    login.user.password_hash = passwords.hashed(new)
    logins.end_others(session, login.user, login.id)
    return account(request, session, settings, login, told=translate(_("Đã đổi mật khẩu."), lang))


@router.post("/sessions")
def end_sessions(
    *,
    request: Request,
    session: SessionDep,
    settings: SettingsDep,
    which: Annotated[int | None, Form()] = None,
    token: Annotated[str, Form()] = "",
) -> RedirectResponse:
    """Ends one other session, or all of them."""
    login = ours(session, request, settings, token)
    if which is None:
        logins.end_others(session, login.user, login.id)
    else:
        logins.end(session, login.user, which)
    return RedirectResponse("/account", 303)


@router.post("/keys")
def make_key(
    *,
    request: Request,
    session: SessionDep,
    settings: SettingsDep,
    lang: LangDep,
    name: Annotated[str, Form()] = "",
    scope: Annotated[str, Form()] = "",
    days: Annotated[int, Form()] = 365,
    token: Annotated[str, Form()] = "",
) -> Response:
    """Makes an API key, whose token is shown this once."""
    login = ours(session, request, settings, token)
    try:
        made = api_keys.make(session, login.user, name=name, scope=scope, days=days)
    except InvalidError as error:
        said = translate(error.message, lang, **error.values)
        return account(request, session, settings, login, status=422, error=said)
    return account(request, session, settings, login, key=made)


@router.post("/keys/{key_id}/revoke")
def revoke_key(
    *, request: Request, session: SessionDep, settings: SettingsDep, key_id: int, token: Annotated[str, Form()] = ""
) -> RedirectResponse:
    """Ends an API key."""
    login = ours(session, request, settings, token)
    api_keys.revoke(session, login.user, key_id)
    return RedirectResponse("/account#keys", 303)


@router.post("/second-factor/off")
def turn_off(
    *, request: Request, session: SessionDep, settings: SettingsDep, token: Annotated[str, Form()] = ""
) -> RedirectResponse:
    """Turns the second factor off, where the role may do without."""
    login = ours(session, request, settings, token)
    if login.user.role in accounts.NEED_SECOND_FACTOR:
        raise ForbiddenError(NEEDED)
    second_factor.turn_off(session, login.user)
    return RedirectResponse("/account", 303)


def mine(session: Session, request: Request) -> Login:
    """The whole session of this browser; UnauthorizedError leads to the sign-in."""
    login = signed.login_of(session, request)
    if login is None or not login.complete:
        raise UnauthorizedError(_("Hãy đăng nhập để làm việc này."))
    return login


def ours(session: Session, request: Request, settings: Settings, token: str) -> Login:
    """The same for a form, which must be of our own page."""
    if not forgery.is_ours(request, settings, token):
        raise ForbiddenError(STALE)
    return mine(session, request)


def account(
    request: Request, session: Session, settings: Settings, login: Login, *, status: int = 200, **told: Any
) -> Response:
    """The page, with what came of a form: `error`, `told`, or the `key` just made."""
    user: User = login.user
    session.flush()
    sessions = select(Login).where(Login.user_id == user.id).order_by(Login.seen_at.desc())
    mark = forgery.device(request)
    response = page(
        request,
        "account.html",
        status=status,
        headers={"Cache-Control": "no-store"},
        user=user,
        role=accounts.ROLES[user.role],
        sessions=session.scalars(sessions).all(),
        this=login.id,
        keys=api_keys.of(session, user),
        scopes=api_keys.SCOPES,
        codes_left=second_factor.recovery_codes_left(session, user),
        needed=user.role in accounts.NEED_SECOND_FACTOR,
        token=forgery.token(settings, mark),
        **({"error": None, "told": None, "key": None} | told),
    )
    forgery.remember(response, request, mark)
    return response
