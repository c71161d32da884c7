"""Who takes data in bulk: how much of it they may at once, and in an hour."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from fastapi import Request
from sqlalchemy.orm import Session

from api.intake import network
from geo import limits
from geo.aside import aside
from geo.errors import TooManyError
from geo.i18n import _
from geo.models import User
from geo.secret import secret
from geo.settings import Settings

WAIT = 30  # seconds


def taker(request: Request, user: User | None) -> str:
    """An account, or where nobody signed in the network address."""
    if user is not None:
        return f"user {user.id}"
    return network(request.client.host) if request.client else ""


def count(session: Session, settings: Settings, who: str, kind: str, most: int) -> None:
    """Counts what a taker asks for; TooManyError beyond so many an hour."""
    with aside(session) as short:
        limits.count(short, {limits.subject(secret(settings), kind, who): most}, refusal=limits.TOO_MANY)


class Slots:
    """Places that are taken for a while: so many in all, and of one taker no more than `each`."""

    def __init__(self, most: int, each: int) -> None:
        self._most, self._each = most, each
        self._taken: Counter[str] = Counter()
        self._lock = Lock()

    @contextmanager
    def held(self, who: str) -> Iterator[None]:
        """Holds a place; TooManyError where none is left."""
        with self._lock:
            if self._taken.total() >= self._most or self._taken[who] >= self._each:
                raise TooManyError(
                    _("Đang có nhiều người tải dữ liệu; xin thử lại sau ít phút."), details={"retry_after": WAIT}
                )
            self._taken[who] += 1
        try:
            yield
        finally:
            with self._lock:
                self._taken[who] -= 1
                self._taken += Counter()  # forgets who has none
