"""Sessions of those who sign in, and the lock-out that grows with every wrong try."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from geo import codes, passwords
from geo.models import Login, User

LASTS = timedelta(hours=12)
TRIES = 5  # wrong ones in a row before the first lock
FIRST_LOCK, LONGEST_LOCK = 30, 3_600  # seconds


@dataclass(frozen=True)
class Tried:
    """What came of a try: the user, or none and for how many seconds nobody may try."""

    user: User | None
    wait: int = 0


def try_password(session: Session, email: str, password: str, *, now: datetime | None = None) -> Tried:
    """Whose password it is. It raises nothing, for a wrong try must be counted: the caller commits it.

    An unknown address costs the same work and gets the same answer as a wrong password.
    """
    moment = now or datetime.now(UTC)
    user = _locked(session, email.strip().lower())
    if user is not None and user.locked_until is not None and user.locked_until > moment:
        passwords.fits(password, None)
        return Tried(None, int((user.locked_until - moment).total_seconds()) + 1)
    if passwords.fits(password, user.password_hash if user is not None and user.active else None):
        return Tried(user)
    return Tried(None, failed(user, moment) if user is not None else 0)


def failed(user: User, now: datetime) -> int:
    """Counts a wrong password or code; the seconds it locks the account for: 30, then twice as long each time."""
    user.failures += 1
    if user.failures < TRIES:
        return 0
    wait: int = min(FIRST_LOCK * 2 ** min(user.failures - TRIES, 10), LONGEST_LOCK)
    user.locked_until = now + timedelta(seconds=wait)
    return wait


def begin(session: Session, user: User, agent: str, *, complete: bool) -> str:
    """The token of a new session; `complete` where no second factor is asked for, or it was shown."""
    token = codes.token()
    now = datetime.now(UTC)
    if complete:
        user.failures, user.locked_until = 0, None
    session.execute(delete(Login).where(Login.expires_at < now))
    login = Login(
        token_hash=codes.token_hash(token),
        user_id=user.id,
        complete=complete,
        agent=agent[:200],
        expires_at=now + LASTS,
    )
    session.add(login)
    session.flush()
    return token


def end(session: Session, user: User, login_id: int) -> None:
    """Ends one session of a user; nothing where it is not theirs."""
    session.execute(delete(Login).where(Login.id == login_id, Login.user_id == user.id))


def end_others(session: Session, user: User, keep: int) -> None:
    """Ends every session of a user but one."""
    session.execute(delete(Login).where(Login.user_id == user.id, Login.id != keep))


def seen(session: Session, login: Login) -> None:
    """Notes, at most once a minute, that a session is in use."""
    now = datetime.now(UTC)
    if now - login.seen_at > timedelta(minutes=1):
        session.execute(update(Login).where(Login.id == login.id).values(seen_at=now))


def _locked(session: Session, email: str) -> User | None:
    if "\0" in email:
        return None
    # Two tries at one moment count as two.
    return session.scalar(select(User).where(User.email == email).with_for_update(of=User))
