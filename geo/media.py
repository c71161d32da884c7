"""Pictures in: decoded in a bounded process, kept as re-encoded copies, gone again when the transaction fails."""

import secrets
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson
from sqlalchemy import event
from sqlalchemy.orm import Session

from geo import picture, stores
from geo.errors import InvalidError, TooManyError
from geo.geometry import element
from geo.i18n import _
from geo.models import Media, Report
from geo.settings import Settings

PATIENCE = 40  # seconds by the clock for one picture
# Each may take 1.5 GB at its worst: a flood of pictures waits instead of filling the machine.
_ROOM = threading.BoundedSemaphore(2)


@dataclass(frozen=True)
class Picture:
    """A re-encoded picture, its thumbnail, and what its EXIF said."""

    large: bytes
    small: bytes
    width: int
    height: int
    taken_at: datetime | None
    taken_point: tuple[float, float] | None


def decode(data: bytes, settings: Settings, *, number: int = 1) -> Picture:
    """The picture in some bytes; InvalidError names `number` where they are none, or too large a one.

    TooManyError where others have been waiting for their turn too long.
    """
    if len(data) > settings.max_photo_bytes:
        raise InvalidError(
            _("Ảnh thứ {number} quá lớn; nhiều nhất {most} MB một ảnh."),
            field="media",
            number=number,
            most=settings.max_photo_bytes // 1_000_000,
        )
    # -I: nothing of the environment and no folder at hand decides what code runs over a stranger's bytes.
    command = [sys.executable, "-I", "-m", picture.__name__, str(settings.max_photo_pixels)]
    if not _ROOM.acquire(timeout=PATIENCE):
        raise TooManyError(_("Đang có quá nhiều ảnh chờ xử lý; xin gửi lại sau ít phút."), details={"retry_after": 60})
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=PATIENCE, check=False, env={})  # noqa: S603
    except subprocess.TimeoutExpired:
        done = subprocess.CompletedProcess(command, picture.TOO_LARGE)
    finally:
        _ROOM.release()
    if done.returncode == picture.NOT_A_PICTURE:
        raise InvalidError(
            _("Tệp thứ {number} không phải là ảnh đọc được; hãy gửi ảnh JPEG, PNG, WebP hoặc HEIC."),
            field="media",
            number=number,
        )
    if done.returncode != 0:
        raise InvalidError(
            _("Ảnh thứ {number} có quá nhiều điểm ảnh hoặc bị hỏng; hãy gửi ảnh nhỏ hơn."), field="media", number=number
        )
    head, _newline, body = done.stdout.partition(b"\n")
    said = orjson.loads(head)
    return Picture(
        large=body[: said["large"]],
        small=body[said["large"] :],
        width=said["width"],
        height=said["height"],
        taken_at=datetime.fromisoformat(said["taken_at"]) if said["taken_at"] else None,
        taken_point=(said["lon"], said["lat"]) if said["lon"] is not None else None,
    )


def keep(
    session: Session, settings: Settings, report: Report, pictures: Sequence[Picture], *, event_id: int | None = None
) -> None:
    """Writes the files, durably, and their rows (of the step `event_id`); a rollback removes the files again."""
    if not pictures:
        return
    keys = [secrets.token_hex(16) for _number in pictures]
    # A process killed between here and the commit leaves files that no row names and so nobody is served.
    event.listen(
        session,
        "after_rollback",
        lambda _session: stores.remove(settings, [path for key in keys for path in paths(key)]),
        once=True,
    )
    for key, made in zip(keys, pictures, strict=True):
        stores.write(settings, paths(key)[0], made.large)
        stores.write(settings, paths(key)[1], made.small)
        session.add(
            Media(
                report_id=report.id,
                event_id=event_id,
                key=key,
                width=made.width,
                height=made.height,
                taken_at=made.taken_at,
                taken_point=element(*made.taken_point) if made.taken_point else None,
            )
        )
    session.flush()


def paths(key: str) -> tuple[str, str]:
    """Where the large and the small copy lie in the store; folders stay small."""
    return f"{key[:2]}/{key}.jpg", f"{key[:2]}/{key}-small.jpg"
