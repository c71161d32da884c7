"""Who asks: somebody who signed in, by the cookie of their session."""

from typing import Annotated, cast

from fastapi import Depends, Request, Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api import keys
from api.deps import get_session
from geo import codes, logins
from geo.errors import ForbiddenError, UnauthorizedError
from geo.i18n import _
from geo.models import Login, User
from geo.permissions import PUBLIC, Actor, Role, may

COOKIE = "session"


def login_of(session: Session, request: Request) -> Login | None:
    """The session of the browser's cookie, whole or still without its second factor; None where it has ended."""
    token = request.cookies.get(COOKIE, "")
    if not token:
        return None
    query = select(Login).join(User, User.id == Login.user_id).where(Login.token_hash == codes.token_hash(token))
    return session.scalar(query.where(Login.expires_at > func.now(), User.active))


def user_of(session: Session, request: Request, *, reading: bool = False) -> User | None:
    """Who signed in with everything that their role asks for, or whose API key the request shows.

    UnauthorizedError for a key that does not work, ForbiddenError where its scope does not reach; a request that is
    `reading` whatever its method is within the scope of every key.
    """
    if (key := keys.shown(session, request, reading=reading)) is not None:
        return key.user
    found = login_of(session, request)
    if found is None or not found.complete:
        return None
    logins.seen(session, found)
    return found.user


def actor(user: User | None) -> Actor:
    """The user as the domain takes them; the public where nobody signed in."""
    return Actor(cast(Role, user.role), unit_id=user.unit_id, user_id=user.id) if user else PUBLIC


def needed(session: Session, request: Request, action: str) -> User:
    """Who signed in and may do this; UnauthorizedError (a page then leads to the sign-in) or ForbiddenError."""
    return allowed(user_of(session, request), action)


def allowed(user: User | None, action: str) -> User:
    """The same of somebody who is known already."""
    if user is None:
        raise UnauthorizedError(_("Hãy đăng nhập để làm việc này."))
    if not may(actor(user), action):
        raise ForbiddenError(_("Tài khoản của bạn không có quyền làm việc này."))
    return user


def remember(response: Response, request: Request, token: str, seconds: int) -> None:
    """Puts a session's token into a cookie that no script reads and no other site sends along with a form."""
    secure = request.url.scheme == "https"
    response.set_cookie(COOKIE, token, max_age=seconds, path="/", httponly=True, samesite="lax", secure=secure)


def _user(request: Request, session: Annotated[Session, Depends(get_session, scope="function")]) -> User | None:
    return user_of(session, request)


UserDep = Annotated[User | None, Depends(_user, scope="function")]
