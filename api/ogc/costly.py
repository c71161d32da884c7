"""Questions that the database may have to go through every row for: few at once, for a process has few connections."""

from collections.abc import Collection as Names
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from api.ogc.params import COSTLESS
from geo.errors import OverloadedError
from geo.i18n import _

MOST = 3
WAIT = 2  # seconds after which one may have its turn
_TURNS = BoundedSemaphore(MOST)


@contextmanager
def turn(asked: Names[str]) -> Iterator[None]:
    """Lets a question with these parameters through; OverloadedError where as many costly ones are being answered."""
    if set(asked) <= COSTLESS:
        yield
        return
    if not _TURNS.acquire(blocking=False):
        raise OverloadedError(
            _("Đang có nhiều người lọc dữ liệu; xin thử lại sau ít giây."), details={"retry_after": WAIT}
        )
    try:
        yield
    finally:
        _TURNS.release()
