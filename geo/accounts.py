"""Accounts: made by an administrator, entered by a one-time link, ended and never deleted."""

from datetime import UTC, date, datetime, timedelta
from typing import get_args

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from geo import codes, passwords, units
from geo.deadlines import ZONE
from geo.errors import ConflictError, InvalidError, NotFoundError
from geo.i18n import _
from geo.models import ApiKey, Claim, Login, RecoveryCode, Report, User
from geo.people import checked_name, normalise_email
from geo.permissions import Role
from geo.transitions import OPEN

LINK_DAYS = 3
CLOSED = _("Tài khoản này đã đóng; mở lại bằng nút “Mở lại” ở /admin/users, hoặc quangnam user link với --reopen.")
ROLES: dict[str, str] = {
    "officer": _("cán bộ xử lý"),
    "head": _("lãnh đạo đơn vị"),
    "operator": _("trực Trung tâm IOC"),
    "planner": _("cán bộ quy hoạch"),
    "administrator": _("quản trị hệ thống"),
}
OF_A_UNIT = ("officer", "head")
NEED_SECOND_FACTOR = ("operator", "administrator")
assert set(ROLES) < set(get_args(Role))


def add(session: Session, email: str, *, name: str, role: str, unit: str | None) -> tuple[User, str]:
    """A new account and the token of its one-time link; InvalidError and ConflictError say what is wrong."""
    address = _address(email)
    if role not in ROLES:
        raise InvalidError(_("Không có vai trò {role}; hãy chọn: {roles}."), role=role, roles=", ".join(ROLES))
    if (role in OF_A_UNIT) != bool(unit):
        raise InvalidError(_("Cán bộ và lãnh đạo thuộc một đơn vị, các vai trò khác thì không."), field="unit")
    unit_id = units.joined(session, unit, _today()) if unit else None
    if session.scalar(select(User.id).where(User.email == address)) is not None:
        raise ConflictError(_("Đã có tài khoản với e-mail này."))
    user = User(email=address, name=checked_name(name), role=role, unit_id=unit_id)
    session.add(user)
    session.flush()
    return user, link(session, user)


def by_email(session: Session, email: str) -> User:
    """The account of an e-mail address; NotFoundError where there is none."""
    user = session.scalar(select(User).where(User.email == email.strip().lower())) if "\0" not in email else None
    if user is None:
        raise NotFoundError(_("Không có tài khoản nào với e-mail này."))
    return user


def link(session: Session, user: User, *, without_second_factor: bool = False, reopen: bool = False) -> str:
    """The token of a new one-time link for choosing a password; an older link, and every session, end with it.

    ConflictError where the account is closed, unless the link shall open it again.
    """
    if not (user.active or reopen):
        raise ConflictError(CLOSED)
    token = codes.token()
    user.link_hash = codes.token_hash(token)
    user.link_until = datetime.now(UTC) + timedelta(days=LINK_DAYS)
    user.active = True
    session.execute(delete(Login).where(Login.user_id == user.id))
    if without_second_factor:
        user.totp_key = None
        session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    session.flush()
    return token


def of_link(session: Session, token: str) -> User | None:
    """Whose one-time link this is, while it works."""
    found = session.scalar(select(User).where(User.link_hash == codes.token_hash(token), User.active))
    return found if found and found.link_until and found.link_until > datetime.now(UTC) else None


def choose_password(session: Session, user: User, password: str) -> None:
    """Keeps the password; the link and all sessions end."""
    user.password_hash = passwords.hashed(passwords.checked_password(password, email=user.email, name=user.name))
    user.link_hash = user.link_until = None
    user.failures, user.locked_until = 0, None
    session.execute(delete(Login).where(Login.user_id == user.id))


def end(session: Session, user: User) -> None:
    """Closes the account: no session, no link and no key of it works any more; its history stays."""
    user.active = False
    user.link_hash = user.link_until = user.password_hash = user.totp_key = None
    session.execute(delete(Login).where(Login.user_id == user.id))
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    live = update(ApiKey).where(ApiKey.user_id == user.id, ApiKey.revoked_at.is_(None))
    session.execute(live.values(revoked_at=datetime.now(UTC)))


def move(session: Session, user: User, unit: str) -> None:
    """Gives an officer or a head another unit; what they had in hand or were given at the old one is anybody's there.

    InvalidError for a role without a unit, or a code that no unit has or that one had which has ended.
    """
    if user.role not in OF_A_UNIT:
        raise InvalidError(_("Cán bộ và lãnh đạo thuộc một đơn vị, các vai trò khác thì không."), field="unit")
    if user.unit is not None and user.unit.code == unit:
        return
    unit_id = units.joined(session, unit, _today())
    session.execute(delete(Claim).where(Claim.user_id == user.id))
    given = update(Report).where(Report.assignee_id == user.id, Report.state.in_(OPEN), Report.unit_id != unit_id)
    session.execute(given.values(assignee_id=None))
    user.unit_id = unit_id
    session.flush()


def _today() -> date:
    return datetime.now(ZONE).date()


def _address(email: str) -> str:
    address = normalise_email(email)
    if address is None:
        raise InvalidError(_("Hãy nhập địa chỉ e-mail."), field="email")
    return address.lower()
