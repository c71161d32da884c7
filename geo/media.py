"""Pictures in: decoded in a bounded process, kept as re-encoded copies, gone again when the transaction fails."""

import os
import secrets
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import orjson
from obstore.store import LocalStore
from sqlalchemy import event
from sqlalchemy.orm import Session

from geo import picture
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
    event.listen(session, "after_rollback", lambda _session: _remove(settings, keys), once=True)
    for key, made in zip(keys, pictures, strict=True):
        _write(settings, paths(key)[0], made.large)
        _write(settings, paths(key)[1], made.small)
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


def read(settings: Settings, path: str) -> bytes | None:
    """The bytes of a stored copy, None where there is none."""
    try:
        return bytes(_store(settings).get(path).bytes())
    except FileNotFoundError:
        return None


def _store(settings: Settings) -> LocalStore:
    if not settings.media_dir.exists():
        settings.media_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    return LocalStore(settings.media_dir)


def _write(settings: Settings, path: str, data: bytes) -> None:
    _store(settings).put(path, data)
    # The store renames into place without waiting for the disk; the commit that follows must not be ahead of it.
    file = settings.media_dir / path
    for target in (file, file.parent, settings.media_dir):
        _sync(target)


def _sync(target: Path) -> None:
    handle = os.open(target, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _remove(settings: Settings, keys: Sequence[str]) -> None:
    for key in keys:
        for path in paths(key):
            (settings.media_dir / path).unlink(missing_ok=True)
