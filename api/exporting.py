"""Exports that are ordered: made by the worker into a file that is kept for a day."""

import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from errno import ENOSPC
from pathlib import Path

from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from api.asked import asked_again
from api.delivery import mail
from api.delivery.letters import SEE, Letter
from api.listening import base
from geo import exports, jobs, stores
from geo.deadlines import ZONE
from geo.errors import OverloadedError, QuangnamError
from geo.i18n import _, translate
from geo.models import Export
from geo.secret import secret
from geo.settings import Settings
from maps.export import FORMATS, write

FOLDER = "exports"  # in the store, and in the data directory for what is being written
RESERVE = 1_000_000_000  # bytes of the disk that are not for exports: the database may lie there too
PAUSE = 0.5  # seconds between two looks at whether anybody still wants the file
SUBJECT = _("Tệp xuất {filename} đã sẵn sàng")
READY = _("{rows} phản ánh. Tệp được giữ đến {until}.")


class _UnwantedError(Exception):
    """The order was cancelled while its file was written."""


class _StoppedError(Exception):
    """The worker is to end."""


def stem(*, exact: bool) -> str:
    """How the name of a file of reports begins; one with exact points is told from a public one."""
    return "phan-anh-vi-tri-chinh-xac" if exact else "phan-anh"


def filename(name: str, *, exact: bool) -> str:
    """What a file of a format is called that is made now."""
    return f"{stem(exact=exact)}-{datetime.now(ZONE):%Y%m%d-%H%M}.{FORMATS[name].ending}"


def check_room(session: Session, settings: Settings, size: int) -> None:
    """OverloadedError where a file of so many bytes has no place beside the others, or on the disk."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(settings.data_dir).free - RESERVE
    # Twice: it is written there before it is put into the store, which may lie on the same disk.
    if exports.held(session) + size > settings.export_bytes or 2 * size > free:
        raise OverloadedError(
            _("Kho tệp xuất đang đầy. Xin thử lại sau vài giờ, chọn ít phản ánh hơn, hoặc tải thẳng GeoJSON hay CSV."),
            details={"retry_after": 3600},
        )


def path_of(export: Export) -> str:
    """Where the file of an order lies in the store."""
    return f"{FOLDER}/{export.id}/{export.filename}"


def address(export: Export, token: str) -> str:
    """Where the file of an order is fetched."""
    return f"/exports/{token}/{export.filename}"


def make(
    sessions: sessionmaker[Session], settings: Settings, export_id: int, stopping: Callable[[], bool] = lambda: False
) -> bool:
    """Writes the file of an order from its beginning, and keeps it; False where it was `stopping`, to be asked again.

    Whoever is killed in between leaves an order that is written anew; after MOST_TRIES it counts as failed.
    """
    with sessions.begin() as session:
        export = exports.claim(session, export_id)
    if export is None:
        return True
    folder = settings.data_dir / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / f"{export.id}-{export.filename}"
    try:
        rows = _write(sessions, export, file, stopping, settings.public_url)
        size = file.stat().st_size
        stores.keep(settings, path_of(export), file)
        _ready(sessions, settings, export_id, rows, size)
    except _UnwantedError:
        return True
    except _StoppedError:
        _set(sessions, export_id, state="waiting", done=0, tries=export.tries - 1)
        return False
    except Exception as error:
        full = isinstance(error, OSError) and error.errno == ENOSPC
        refused = full or isinstance(error, QuangnamError)
        if refused or export.tries >= exports.MOST_TRIES:
            _set(sessions, export_id, state="failed", ended_at=datetime.now(UTC))
        if not refused:
            raise
    finally:
        file.unlink(missing_ok=True)
    return True


def cancel(settings: Settings, export: Export) -> None:
    """Cancels an order, or removes its file; ConflictError where it has ended otherwise."""
    exports.cancel(export, datetime.now(UTC))
    stores.remove(settings, [path_of(export)])


def _write(
    sessions: sessionmaker[Session], export: Export, file: Path, stopping: Callable[[], bool], address: str
) -> int:
    looked = time.monotonic()

    def progress(rows: int) -> None:
        nonlocal looked
        if time.monotonic() - looked < PAUSE:
            return
        looked = time.monotonic()
        if stopping():
            raise _StoppedError
        with sessions.begin() as session:
            if not exports.advance(session, export.id, rows):
                raise _UnwantedError

    with sessions() as session:
        asked = replace(asked_again(session, export), address=address)
        return write(session.connection(), asked, export.format, file, progress)


def _ready(sessions: sessionmaker[Session], settings: Settings, export_id: int, rows: int, size: int) -> None:
    with sessions.begin() as session:
        export = session.get_one(Export, export_id, with_for_update=True)
        if export.state != "running":
            stores.remove(settings, [path_of(export)])
            raise _UnwantedError
        exports.end(export, rows=rows, size=size, hours=settings.export_hours)
        if export.mail:
            jobs.defer(session, exports.TELL, export_id=export.id)


def _set(sessions: sessionmaker[Session], export_id: int, **values: object) -> None:
    with sessions.begin() as session:
        mine = update(Export).where(Export.id == export_id, Export.state == "running")
        session.execute(mine.values(**values))


def tell(session: Session, settings: Settings, export_id: int) -> None:
    """E-mails that a file is ready to whoever ordered it, while it is; whatever it raises means: again."""
    export = session.get_one(Export, export_id)
    if export.state != "ready" or export.user is None or not export.user.active or not settings.smtp_url:
        return
    assert export.expires_at is not None  # as everything that is ready has
    until = f"{export.expires_at.astimezone(ZONE):%H:%M %d/%m/%Y}"
    where = base(settings) + address(export, exports.token_of(secret(settings), export))
    said = [translate(READY, "vi", rows=export.done, until=until), translate(SEE, "vi", address=where)]
    letter = Letter(translate(SUBJECT, "vi", filename=export.filename), "\n\n".join(said) + "\n")
    mail.send(settings, export.user.email, letter, number=f"export-{export.id}")


def sweep(sessions: sessionmaker[Session], settings: Settings, now: datetime) -> int:
    """Removes the files whose time is over, and what a worker that was killed left behind; how many files."""
    with sessions.begin() as session:
        found = session.scalars(exports.over(now)).all()
        stores.remove(settings, [path_of(export) for export in found])
        for export in found:
            export.state = "expired"
        # A process that was killed ends no download.
        lost = (Export.door == "download", Export.state == "running", Export.created_at < now - timedelta(days=1))
        session.execute(update(Export).where(*lost).values(state="failed", ended_at=now))
        exports.forget(session, now)
        writing = set(session.scalars(select(Export.id).where(Export.state == "running")))
    for file in (settings.data_dir / FOLDER).glob("*"):
        number = file.name.lstrip(".").partition("-")[0]
        if number.isdigit() and int(number) in writing:
            continue
        if file.is_dir():
            shutil.rmtree(file, ignore_errors=True)
        else:
            file.unlink(missing_ok=True)
    return len(found)
