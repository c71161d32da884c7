"""Whose turn it is: reports come in side by side, and an edition changes while for a moment none does."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.errors import LockNotAvailable
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from boundaries.models import Edition
from geo.database import driver
from geo.errors import ConflictError
from geo.i18n import _

_INTAKE, _ONE = 49_000_002, 49_000_003  # advisory locks
PATIENCE = 30.0  # seconds for those who hold the door open for long, such as an import
# What comes in waits at the door while the switch does: never longer than this, and then it goes first for a while.
_TRY, _PAUSE = 0.3, 1.0
_ROWS = "10s"  # for somebody's step on a report that is to be moved
# Two statements in one trip: the second one sees what was committed while the first one waited.
_IN_FORCE = f"""
    SELECT pg_advisory_xact_lock_shared({_INTAKE});
    SELECT id, activated_at FROM editions
    WHERE state = 'active' AND valid_from <= (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
    ORDER BY valid_from DESC LIMIT 1
    """  # noqa: S608 (a constant)


class BusyError(ConflictError):
    """Another one is at work on the editions, or has just changed this one; nothing is wrong with it."""


class HeldError(BusyError):
    """Somebody's step holds what is to be moved: tried again as it is, it goes on."""


@contextmanager
def patience() -> Iterator[None]:
    """HeldError where somebody holds a row for longer than it is waited for; the transaction is over then."""
    try:
        yield
    except (LockNotAvailable, OperationalError) as error:
        if not _held(error):
            raise
        raise HeldError(
            _("Có người đang xử lý một phản ánh cần chuyển nên chưa chuyển được phiên bản; hãy thử lại sau ít phút.")
        ) from error


def still(session: Session, routed_by: Edition | None) -> bool:
    """Whether the edition that a pin was routed by is in force, which it stays until the session's transaction ends."""
    cursor = driver(session).execute(_IN_FORCE, prepare=False)
    cursor.nextset()
    row: tuple[int, datetime] | None = cursor.fetchone()
    return row == ((routed_by.id, routed_by.activated_at) if routed_by is not None else None)


def hold(connection: Connection[Any]) -> None:
    """Keeps the editions as they are until the connection's transaction ends, for many reports at once."""
    connection.execute(f"SELECT pg_advisory_xact_lock_shared({_INTAKE})")


def alone(session: Session) -> None:
    """Of those who switch editions only one is at work until its transaction ends; BusyError for the others."""
    if not session.scalar(text(f"SELECT pg_try_advisory_xact_lock({_ONE})")):
        raise BusyError(_("Một phiên bản địa giới khác đang được kích hoạt hoặc hoàn tác; hãy đợi rồi thử lại."))
    session.execute(text(f"SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '{_ROWS}'"))


def wait(session: Session) -> None:
    """Waits until nobody holds the door open for long; ConflictError where it takes too long."""
    with session.begin_nested() as point:
        close(session)
        point.rollback()


def close(session: Session) -> None:
    """Keeps reports from coming in until the session's transaction ends; ConflictError where that takes too long."""
    until = time.monotonic() + PATIENCE
    while not _closed(session):
        if time.monotonic() > until:
            raise ConflictError(
                _("Đang có việc nhập nhiều phản ánh nên chưa chuyển được phiên bản; hãy thử lại khi việc đó xong.")
            )
        time.sleep(_PAUSE)


def _closed(session: Session) -> bool:
    try:
        with session.begin_nested():
            session.execute(text(f"SET LOCAL lock_timeout = {int(_TRY * 1000)}"))
            session.execute(text(f"SELECT pg_advisory_xact_lock({_INTAKE})"))
    except OperationalError as error:
        if not _held(error):
            raise
        return False
    session.execute(text(f"SET LOCAL lock_timeout = '{_ROWS}'"))
    return True


def _held(error: Exception) -> bool:
    """Whether it is a lock that was waited for too long, by the driver or by SQLAlchemy."""
    return isinstance(getattr(error, "orig", error), LockNotAvailable)
