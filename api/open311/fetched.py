"""A picture of an update, brought while its sender waits: the step and its proof are one."""

import threading

from api.delivery import fetching
from api.delivery.outbound import UnreachableError
from geo.errors import InvalidError, OverloadedError
from geo.i18n import _
from geo.settings import Settings

# Each holds a thread of the web server until the other one answers or its time is over.
MOST = 4
ROOM = threading.BoundedSemaphore(MOST)


def at_once(url: str, settings: Settings) -> bytes:
    """The bytes at an address; InvalidError where none can be had, OverloadedError where too many wait for theirs."""
    if not ROOM.acquire(blocking=False):
        raise OverloadedError(_("Đang lấy quá nhiều ảnh từ máy khác; xin gửi lại sau."), details={"retry_after": 10})
    try:
        return fetching.get(url, settings)
    except UnreachableError:
        raise InvalidError(
            _("Không lấy được ảnh từ địa chỉ này; hãy gửi lại hoặc gửi ảnh trong media."), field="url"
        ) from None
    finally:
        ROOM.release()
