"""Signing in and out: the password, then the second factor where there is one."""

from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from api import signed
from api.deps import LangDep, SessionDep, SettingsDep
from api.intake import network
from api.web import forgery
from api.web.render import page
from geo import accounts, limits, logins, second_factor
from geo.aside import aside
from geo.errors import ForbiddenError
from geo.i18n import Lang, _, translate
from geo.models import Login, User
from geo.permissions import MAY
from geo.secret import secret
from geo.settings import Settings

router = APIRouter(include_in_schema=False)
STALE = _("Biểu mẫu đã hết hiệu lực; xin thử lại.")
WRONG = _("E-mail hoặc mật khẩu không đúng.")
WRONG_CODE = _("Mã không đúng hoặc đã dùng rồi; hãy đợi mã mới.")
WAIT = _("Sai quá nhiều lần; xin thử lại sau {seconds} giây.")


@router.get("/sign-in")
def form(request: Request, session: SessionDep, settings: SettingsDep, next: str = "") -> Response:  # noqa: A002
    """The form; whoever is signed in already goes on."""
    login = signed.login_of(session, request)
    if login is not None:
        return RedirectResponse(_after(login.user, next, complete=login.complete), 303)
    return _page(request, settings, "sign_in.html", next=next)


@router.post("/sign-in")
def enter(
    *,
    request: Request,
    session: SessionDep,
    settings: SettingsDep,
    lang: LangDep,
    email: Annotated[str, Form(max_length=300)] = "",
    password: Annotated[str, Form(max_length=1_000)] = "",
    token: Annotated[str, Form()] = "",
    next: Annotated[str, Form(max_length=2_000)] = "",  # noqa: A002 (the address says so)
) -> Response:
    """Begins a session, whole or waiting for its second factor."""
    said = {"next": next, "email": email}
    if not forgery.is_ours(request, settings, token):
        return _page(request, settings, "sign_in.html", 403, error=translate(STALE, lang), **said)
    tried = logins.try_password(session, email, password)
    if tried.user is None:
        _count(request, session, settings)
        error = translate(WAIT, lang, seconds=tried.wait) if tried.wait else translate(WRONG, lang)
        return _page(request, settings, "sign_in.html", 429 if tried.wait else 401, error=error, **said)
    user = tried.user
    complete = user.totp_key is None and user.role not in accounts.NEED_SECOND_FACTOR
    return let_in(request, session, user, complete=complete, to=next)


@router.get("/sign-in/second")
def second_form(request: Request, session: SessionDep, settings: SettingsDep, next: str = "") -> Response:  # noqa: A002
    """The form for the second factor."""
    login = signed.login_of(session, request)
    if login is None or login.complete or login.user.totp_key is None:
        return RedirectResponse(_after(login.user, next, complete=login.complete) if login else "/sign-in", 303)
    return _page(request, settings, "second_factor.html", next=next)


@router.post("/sign-in/second")
def second(
    *,
    request: Request,
    session: SessionDep,
    settings: SettingsDep,
    lang: LangDep,
    code: Annotated[str, Form(max_length=50)] = "",
    token: Annotated[str, Form()] = "",
    next: Annotated[str, Form(max_length=2_000)] = "",  # noqa: A002 (the address says so)
) -> Response:
    """Makes a session whole by a code of the app or a recovery code."""
    login = signed.login_of(session, request)
    if login is None:
        return RedirectResponse("/sign-in", 303)
    if not forgery.is_ours(request, settings, token):
        return _page(request, settings, "second_factor.html", 403, error=translate(STALE, lang), next=next)
    user, refusal = _shown(session, login, code, settings, lang)
    if refusal:
        return _page(request, settings, "second_factor.html", 401, error=refusal, next=next)
    # A new token: the one from before the second factor is worth nothing any more.
    logins.end(session, user, login.id)
    return let_in(request, session, user, complete=True, to=next)


@router.post("/sign-out")
def leave(
    request: Request, session: SessionDep, settings: SettingsDep, token: Annotated[str, Form()] = ""
) -> RedirectResponse:
    """Ends the session of this browser."""
    if not forgery.is_ours(request, settings, token):
        raise ForbiddenError(STALE)
    if login := signed.login_of(session, request):
        logins.end(session, login.user, login.id)
    response = RedirectResponse("/", 303)
    response.delete_cookie(signed.COOKIE, path="/")
    return response


def let_in(request: Request, session: Session, user: User, *, complete: bool, to: str) -> RedirectResponse:
    """Begins a session in this browser and leads on: to the second factor where it is still wanted."""
    made = logins.begin(session, user, request.headers.get("user-agent", ""), complete=complete)
    response = RedirectResponse(_after(user, to, complete=complete), 303, {"Cache-Control": "no-store"})
    signed.remember(response, request, made, int(logins.LASTS.total_seconds()))
    return response


def home_of(user: User) -> str:
    """Where somebody's work is."""
    if user.role in MAY["desk"]:
        return "/queue"
    return "/admin" if user.role in MAY["administer"] else "/account"


def own(address: str) -> str | None:
    """An address of this site, to go on to after the sign-in; None for any other."""
    parts = urlsplit(address)
    safe = address.startswith("/") and not address.startswith(("//", "/\\")) and not (parts.scheme or parts.netloc)
    return address if safe and address.isprintable() else None


def _after(user: User, wanted: str, *, complete: bool) -> str:
    if complete:
        return own(wanted) or home_of(user)
    if user.totp_key is None:
        return "/account/second-factor"
    return "/sign-in/second" + ("?" + urlencode({"next": wanted}) if own(wanted) else "")


def _shown(session: Session, login: Login, code: str, settings: Settings, lang: Lang) -> tuple[User, str | None]:
    user = session.get_one(User, login.user_id, with_for_update={"of": User}, populate_existing=True)
    now = datetime.now(UTC)
    if user.locked_until is not None and user.locked_until > now:
        return user, translate(WAIT, lang, seconds=int((user.locked_until - now).total_seconds()) + 1)
    if second_factor.show(session, user, code, secret(settings)):
        return user, None
    logins.failed(user, now)
    return user, translate(WRONG_CODE, lang)


def _count(request: Request, session: Session, settings: Settings) -> None:
    address = network(request.client.host) if request.client else ""
    most = {limits.subject(secret(settings), "sign-in", address): settings.limit_sign_in_hour}
    with aside(session) as short:
        limits.count(short, most, refusal=limits.TOO_MANY)


def _page(
    request: Request,
    settings: Settings,
    template: str,
    status: int = 200,
    *,
    error: str | None = None,
    next: str = "",  # noqa: A002 (the address says so)
    email: str = "",
) -> Response:
    mark = forgery.device(request)
    response = page(
        request,
        template,
        status=status,
        headers={"Cache-Control": "no-store"},
        error=error,
        next=own(next) or "",
        email=email,
        token=forgery.token(settings, mark),
    )
    forgery.remember(response, request, mark)
    return response
