"""Reports that ended long ago leave the database for files beside the pictures: written, read back, then deleted."""

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import delete, select, tuple_
from sqlalchemy.orm import Session, sessionmaker

from api import archive_file
from geo import families, stores
from geo.errors import GoneError, SetupError
from geo.i18n import _
from geo.models import ArchivedReport, Media, Report
from geo.settings import Settings

BATCH = 500  # reports that are looked at, and whose families are locked, at a time
Progress = Callable[[int], None]  # reports archived so far


@dataclass(frozen=True)
class _Place:
    """Where in the order of `families.ended` a run has come to."""

    at: datetime
    report_id: int


def months_ago(months: int, now: datetime) -> datetime:
    """The moment so many calendar months before another; the last day of a shorter month where it has no such day."""
    whole = now.year * 12 + now.month - 1 - months
    year, month = whole // 12, whole % 12 + 1
    return now.replace(year=year, month=month, day=min(now.day, monthrange(year, month)[1]))


def count(session: Session, before: datetime) -> int:
    """How many reports `run` would archive."""
    found: set[int] = set()  # a family may be met in two batches
    place = None
    while batch := _batch(session, before, place):
        members, place = batch
        found |= members
    return len(found)


def run(
    sessions: sessionmaker[Session], settings: Settings, before: datetime, progress: Progress = lambda _done: None
) -> int:
    """Archives the reports that came to their end before a moment, each batch in a transaction; how many.

    SetupError where a file is not on disk what it should be; then its reports stay in the database. Whoever is killed
    between the two leaves a file whose reports are still there: the next run writes them again.
    """
    done, place = 0, None
    while True:
        with sessions.begin() as session:
            batch = _batch(session, before, place)
            if batch is None:
                return done
            members, place = batch
            done += _move(session, settings, members, before)
        progress(done)


def _batch(session: Session, before: datetime, place: _Place | None) -> tuple[set[int], _Place] | None:
    """The reports of the next batch with their whole families, without those that must stay; None after the last."""
    query = families.ended(before).limit(BATCH)
    if place is not None:
        query = query.where(tuple_(Report.settled_at, Report.id) > tuple_(place.at, place.report_id))
    rows = session.execute(query).all()
    if not rows:
        return None
    family = families.together(session, [report_id for report_id, _at in rows])
    stays = families.unfinished(session, family, before)
    last, at = rows[-1]
    assert at is not None  # as the query compares it
    return {one for one, kin in family.items() if not kin & stays}, _Place(at, last)


def _move(session: Session, settings: Settings, members: set[int], before: datetime) -> int:
    locked = _lock(session, members, before)
    if not locked:
        return 0
    data, codes = archive_file.make(session, locked)
    path = archive_file.path(data, datetime.now(UTC))
    stores.write(settings, path, data)
    if archive_file.codes(stores.read(settings, path) or b"") != codes:
        raise SetupError(_("Tệp lưu trữ {path} không đọc lại được; chưa phản ánh nào trong đó bị xóa."), path=path)
    _forget(session, locked)
    session.add_all(ArchivedReport(code=code, file=path) for code in codes)
    return len(locked)


def _lock(session: Session, members: set[int], before: datetime) -> set[int]:
    """Those of a batch whose families may go, locked: nobody takes a step of them, or asks about them, from here on."""
    free = select(Report.id).where(Report.id.in_(members)).with_for_update(skip_locked=True, of=Report)
    locked = set(session.scalars(free))
    # One of them may have been split off or asked about since the batch was read, or somebody works on it now; then
    # its family, which may have grown, stays until the next run.
    family = families.together(session, locked)
    stays = families.unfinished(session, family, before) | (set(family) - locked)
    return {one for one, kin in family.items() if not kin & stays}


def _forget(session: Session, ids: set[int]) -> None:
    """Deletes the rows; the pictures stay where they are, without a row that would serve them."""
    session.execute(delete(Media).where(Media.report_id.in_(ids)))
    session.execute(delete(Report).where(Report.id.in_(ids)))


def check_archive(session: Session, code: str | None) -> None:
    """GoneError where a code is that of a report in the archive."""
    if code is not None and session.get(ArchivedReport, code) is not None:
        raise GoneError(_("Phản ánh này đã kết thúc từ lâu và được đưa vào kho lưu trữ; hãy hỏi Trung tâm IOC."))
