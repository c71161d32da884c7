"""Keys by which programs and QGIS speak for a user."""

import secrets
from datetime import UTC, datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from geo import codes
from geo.errors import InvalidError
from geo.i18n import _
from geo.models import ApiKey, User
from geo.texts import checked

SCOPES = {"read": _("chỉ đọc"), "steps": _("đọc và xử lý phản ánh")}
PREFIX = "qn_"  # so that a key in the wrong place is recognised as one
MOST_DAYS = 730


def make(session: Session, user: User, *, name: str, scope: str, days: int) -> str:
    """The token of a new key, to be shown once; InvalidError for a scope or a number of days that is none."""
    if scope not in SCOPES:
        raise InvalidError(_("Hãy chọn phạm vi của khóa."), field="scope")
    if not 1 <= days <= MOST_DAYS:
        raise InvalidError(_("Khóa có hạn từ 1 đến {most} ngày."), field="days", most=MOST_DAYS)
    token = PREFIX + secrets.token_urlsafe(32)
    until = datetime.now(UTC) + timedelta(days=days)
    label = checked(name, "name", least=2, most=100)
    key = ApiKey(user_id=user.id, name=label, scope=scope, token_hash=codes.token_hash(token), expires_at=until)
    session.add(key)
    session.flush()
    return token


def find(session: Session, token: str) -> ApiKey | None:
    """The key of a token, while it works and its user does; notes once a minute that it is used."""
    now = datetime.now(UTC)
    query = select(ApiKey).join(User, User.id == ApiKey.user_id).where(ApiKey.token_hash == codes.token_hash(token))
    live = or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > now)
    key = session.scalar(query.where(User.active, ApiKey.revoked_at.is_(None), live))
    if key is not None and (key.used_at is None or now - key.used_at > timedelta(minutes=1)):
        key.used_at = now
    return key


def of(session: Session, user: User) -> list[ApiKey]:
    """A user's keys that were not revoked, the newest first."""
    mine = select(ApiKey).where(ApiKey.user_id == user.id, ApiKey.revoked_at.is_(None))
    return list(session.scalars(mine.order_by(ApiKey.id.desc())))


def revoke(session: Session, user: User, key_id: int) -> None:
    """Ends a user's key at once."""
    mine = update(ApiKey).where(ApiKey.id == key_id, ApiKey.user_id == user.id, ApiKey.revoked_at.is_(None))
    session.execute(mine.values(revoked_at=datetime.now(UTC)))
