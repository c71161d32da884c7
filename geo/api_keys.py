"""Keys by which programs and QGIS speak: for a user, or for themselves and the units they are scoped to."""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session, joinedload, selectinload

from geo import codes
from geo.errors import InvalidError
from geo.i18n import _
from geo.models import ApiKey, Unit, User
from geo.texts import checked
from geo.units import UNKNOWN

SCOPES = {"read": _("chỉ đọc"), "steps": _("đọc và xử lý phản ánh")}
PROGRAM_SCOPES = {
    "read": _("chỉ đọc"),
    "send": _("đọc và gửi phản ánh"),
    "steps": _("đọc, gửi và xử lý phản ánh của đơn vị"),
}
PREFIX = "qn_"  # so that a key in the wrong place is recognised as one
MOST_DAYS = 730
MOST_A_MINUTE = 6_000


def make(session: Session, user: User, *, name: str, scope: str, days: int) -> str:
    """The token of a new key, to be shown once; InvalidError for a scope or a number of days that is none."""
    if scope not in SCOPES:
        raise InvalidError(_("Hãy chọn phạm vi của khóa."), field="scope")
    return _make(session, ApiKey(user_id=user.id, scope=scope), name, days)


def grant(session: Session, *, name: str, scope: str, units: Sequence[str], per_minute: int, days: int) -> str:
    """The token of a new key of a program, to be shown once, for the units of these codes.

    InvalidError for a scope, a number or a unit that is none, and for one that is to take steps for nobody.
    """
    if scope not in PROGRAM_SCOPES:
        raise InvalidError(_("Hãy chọn phạm vi của khóa."), field="scope")
    if not 1 <= per_minute <= MOST_A_MINUTE:
        raise InvalidError(_("Từ 1 đến {most} yêu cầu một phút."), field="per_minute", most=MOST_A_MINUTE)
    wanted = {code for code in units if "\0" not in code}
    found = list(session.scalars(select(Unit).where(Unit.code.in_(wanted))))
    if len(found) != len(set(units)):
        raise InvalidError(UNKNOWN, field="units")
    if scope == "steps" and not found:
        raise InvalidError(_("Khóa để xử lý phản ánh phải thuộc ít nhất một đơn vị."), field="units")
    return _make(session, ApiKey(scope=scope, units=found, per_minute=per_minute), name, days)


def _make(session: Session, key: ApiKey, name: str, days: int) -> str:
    if not 1 <= days <= MOST_DAYS:
        raise InvalidError(_("Khóa có hạn từ 1 đến {most} ngày."), field="days", most=MOST_DAYS)
    token = PREFIX + secrets.token_urlsafe(32)
    key.name = checked(name, "name", least=2, most=100)
    key.token_hash = codes.token_hash(token)
    key.expires_at = datetime.now(UTC) + timedelta(days=days)
    session.add(key)
    session.flush()
    return token


def find(session: Session, token: str) -> ApiKey | None:
    """The key of a token, while it works and its user (if it has one) does; notes once a minute that it is used."""
    now = datetime.now(UTC)
    query = (
        select(ApiKey).outerjoin(User, User.id == ApiKey.user_id).where(ApiKey.token_hash == codes.token_hash(token))
    )
    query = query.where(
        or_(ApiKey.user_id.is_(None), User.active),
        ApiKey.revoked_at.is_(None),
        or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > now),
    )
    key = session.scalar(query.options(joinedload(ApiKey.user), selectinload(ApiKey.units)))
    if key is not None and (key.used_at is None or now - key.used_at > timedelta(minutes=1)):
        key.used_at = now
    return key


def reaches(key: ApiKey, scope: str) -> bool:
    """Whether a key's scope is this one or a wider one."""
    scopes = list(PROGRAM_SCOPES)
    return scopes.index(key.scope) >= scopes.index(scope)


def of(session: Session, user: User) -> list[ApiKey]:
    """A user's keys that were not revoked, the newest first."""
    mine = select(ApiKey).where(ApiKey.user_id == user.id, ApiKey.revoked_at.is_(None))
    return list(session.scalars(mine.order_by(ApiKey.id.desc())))


def of_programs(session: Session) -> list[ApiKey]:
    """The keys of programs that were not revoked, the newest first."""
    theirs = select(ApiKey).where(ApiKey.user_id.is_(None), ApiKey.revoked_at.is_(None))
    return list(session.scalars(theirs.order_by(ApiKey.id.desc()).options(selectinload(ApiKey.units))))


def revoke(session: Session, user: User | None, key_id: int) -> bool:
    """Ends a key of a user (of a program for None) at once; whether there was one."""
    owner = ApiKey.user_id.is_(None) if user is None else ApiKey.user_id == user.id
    mine = update(ApiKey).where(ApiKey.id == key_id, owner, ApiKey.revoked_at.is_(None))
    return session.execute(mine.values(revoked_at=datetime.now(UTC)).returning(ApiKey.id)).one_or_none() is not None
