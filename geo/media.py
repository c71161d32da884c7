"""Pictures and films in: decoded in a bounded process, kept as copies, gone again when the transaction fails."""

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

PATIENCE = 40  # seconds by the clock for one file
MOST_FILMS = 1  # with one report or step
# Each may take 1.5 GB at its worst: a flood of pictures waits instead of filling the machine.
_ROOM = threading.BoundedSemaphore(2)
# Boxes that an MP4 or a MOV begins with, and the brands of the same container that mean a still picture.
_FILM_BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip")
_STILL = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis")


@dataclass(frozen=True)
class Picture:
    """A re-encoded picture (of a film: its poster), its thumbnail, what was written in it, and the film itself."""

    large: bytes
    small: bytes
    width: int
    height: int
    taken_at: datetime | None
    taken_point: tuple[float, float] | None
    film: bytes | None = None
    seconds: float | None = None


def decode_all(files: Sequence[bytes], settings: Settings) -> list[Picture]:
    """The pictures and films that came together; InvalidError for too many, or one that is none, by its number."""
    films = sum(map(is_film, files))
    if films > MOST_FILMS:
        raise InvalidError(_("Nhiều nhất một video mỗi lần gửi."), field="media")
    if len(files) - films > settings.max_photos:
        raise InvalidError(_("Nhiều nhất {most} ảnh cho một phản ánh."), field="media", most=settings.max_photos)
    return [decode(data, settings, number=number) for number, data in enumerate(files, 1)]


def is_film(data: bytes) -> bool:
    """Whether some bytes are a film by how they begin, whatever their name says."""
    return data[4:8] in _FILM_BOXES and data[8:12] not in _STILL


def decode(data: bytes, settings: Settings, *, number: int = 1) -> Picture:
    """The picture or film in some bytes; InvalidError names `number` where they are none, or too large a one.

    TooManyError where others have been waiting for their turn too long.
    """
    film = is_film(data)
    most = settings.max_video_bytes if film else settings.max_photo_bytes
    if len(data) > most:
        too_large = _("Video quá lớn; nhiều nhất {most} MB.")
        if not film:
            too_large = _("Ảnh thứ {number} quá lớn; nhiều nhất {most} MB một ảnh.")
        raise InvalidError(too_large, field="media", number=number, most=most // 1_000_000)
    done = (
        _run("geo.video", settings.max_video_seconds, data)
        if film
        else _run("geo.picture", settings.max_photo_pixels, data)
    )
    if done.returncode == picture.NOT_A_PICTURE:
        raise InvalidError(
            _("Video không đọc được; hãy gửi MP4 hoặc MOV (H.264, H.265).")
            if film
            else _("Tệp thứ {number} không phải là ảnh đọc được; hãy gửi ảnh JPEG, PNG, WebP hoặc HEIC."),
            field="media",
            number=number,
        )
    if done.returncode != 0:
        raise InvalidError(
            _("Video quá dài hoặc quá nặng; nhiều nhất {most} giây.")
            if film
            else _("Ảnh thứ {number} có quá nhiều điểm ảnh hoặc bị hỏng; hãy gửi ảnh nhỏ hơn."),
            field="media",
            number=number,
            most=settings.max_video_seconds,
        )
    return _read(done.stdout)


def _run(module: str, limit: int, data: bytes) -> subprocess.CompletedProcess[bytes]:
    # -I: nothing of the environment and no folder at hand decides what code runs over a stranger's bytes.
    command = [sys.executable, "-I", "-m", module, str(limit)]
    if not _ROOM.acquire(timeout=PATIENCE):
        raise TooManyError(_("Đang có quá nhiều ảnh chờ xử lý; xin gửi lại sau ít phút."), details={"retry_after": 60})
    try:
        return subprocess.run(command, input=data, capture_output=True, timeout=PATIENCE, check=False, env={})  # noqa: S603
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, picture.TOO_LARGE)
    finally:
        _ROOM.release()


def _read(answer: bytes) -> Picture:
    head, _newline, body = answer.partition(b"\n")
    said = orjson.loads(head)
    middle = said["large"] + said["small"]
    return Picture(
        large=body[: said["large"]],
        small=body[said["large"] : middle],
        width=said["width"],
        height=said["height"],
        taken_at=datetime.fromisoformat(said["taken_at"]) if said["taken_at"] else None,
        taken_point=(said["lon"], said["lat"]) if said["lon"] is not None else None,
        film=body[middle:] or None,
        seconds=said.get("seconds"),
    )


def keep(
    session: Session,
    settings: Settings,
    report: Report,
    pictures: Sequence[Picture],
    *,
    event_id: int | None = None,
    withheld: bool = False,
) -> None:
    """Writes the files, durably, and their rows (of the step `event_id`); a rollback removes the files again.

    What is `withheld` is not public until an officer shows it.
    """
    for made in pictures:
        key = store(session, settings, made.large, made.small, made.film)
        session.add(
            Media(
                report_id=report.id,
                event_id=event_id,
                key=key,
                kind="photo" if made.film is None else "video",
                withheld=withheld,
                seconds=made.seconds,
                width=made.width,
                height=made.height,
                taken_at=made.taken_at,
                taken_point=element(*made.taken_point) if made.taken_point else None,
            )
        )
    session.flush()


def store(session: Session, settings: Settings, large: bytes, small: bytes, film: bytes | None = None) -> str:
    """Writes the copies under a new key, durably; a rollback of the session removes them again."""
    key = secrets.token_hex(16)
    # A process killed between here and the commit leaves files that no row names and so nobody is served.
    event.listen(session, "after_rollback", lambda _session: stores.remove(settings, paths(key)), once=True)
    for path, data in zip(paths(key), (large, small, film), strict=True):
        if data is not None:
            stores.write(settings, path, data)
    return key


def paths(key: str) -> tuple[str, str, str]:
    """Where the large and the small copy and the film (if it is one) lie in the store; folders stay small."""
    return f"{key[:2]}/{key}.jpg", f"{key[:2]}/{key}-small.jpg", f"{key[:2]}/{key}.mp4"
