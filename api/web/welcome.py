"""The one-time link: somebody chooses a password and is let in."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from api.deps import LangDep, SessionDep, SettingsDep
from api.web import forgery
from api.web.render import page
from api.web.signing import STALE, let_in
from geo import accounts
from geo.errors import InvalidError, NotFoundError
from geo.i18n import _, translate
from geo.models import User
from geo.passwords import SHORTEST
from geo.settings import Settings

router = APIRouter(include_in_schema=False)
GONE = _("Liên kết này đã được dùng hoặc đã hết hạn; hãy xin người quản trị một liên kết mới.")
UNLIKE = _("Hai lần nhập không giống nhau; hãy nhập lại.")


@router.get("/welcome/{link}")
def form(request: Request, session: SessionDep, settings: SettingsDep, link: str) -> Response:
    """The form; opening it uses nothing up, for programs open links in letters too."""
    return _page(request, settings, _owner(session, link))


@router.post("/welcome/{link}")
def choose(
    *,
    request: Request,
    session: SessionDep,
    settings: SettingsDep,
    lang: LangDep,
    link: str,
    password: Annotated[str, Form(max_length=1_000)] = "",
    again: Annotated[str, Form(max_length=1_000)] = "",
    token: Annotated[str, Form()] = "",
) -> Response:
    """Keeps the password and begins a session, which for some roles still wants a second factor."""
    user = _owner(session, link)
    if not forgery.is_ours(request, settings, token):
        return _page(request, settings, user, translate(STALE, lang), 403)
    if password != again:
        return _page(request, settings, user, translate(UNLIKE, lang), 422)
    try:
        accounts.choose_password(session, user, password)
    except InvalidError as error:
        return _page(request, settings, user, translate(error.message, lang, **error.values), 422)
    complete = user.totp_key is None and user.role not in accounts.NEED_SECOND_FACTOR
    return let_in(request, session, user, complete=complete, to="")


def _owner(session: SessionDep, link: str) -> User:
    user = accounts.of_link(session, link)
    if user is None:
        raise NotFoundError(GONE)
    return user


def _page(request: Request, settings: Settings, user: User, error: str | None = None, status: int = 200) -> Response:
    mark = forgery.device(request)
    # Nobody else learns the link; without any referrer a browser would say that its form comes from nowhere.
    response = page(
        request,
        "welcome.html",
        status=status,
        headers={"Cache-Control": "no-store", "Referrer-Policy": "same-origin"},
        user=user,
        role=accounts.ROLES[user.role],
        least=SHORTEST,
        error=error,
        token=forgery.token(settings, mark),
    )
    forgery.remember(response, request, mark)
    return response
