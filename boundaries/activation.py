"""An edition comes into force, at once or at a moment, and goes out of it again: open reports follow, none is lost."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, exists, select
from sqlalchemy.orm import Session

from boundaries import committees, editions, importing, lookup, open_reports, ruling, turns
from boundaries.models import Activation, Edition, Moved
from boundaries.rerouting import Rerouting, Tally
from boundaries.ruling import Ending
from boundaries.scheduling import schedule, unschedule
from boundaries.wanted import wanted
from geo import moving
from geo.errors import ConflictError
from geo.i18n import _
from geo.models import Event, Unit
from geo.settings import Settings

Progress = Callable[[float], None]  # the share done, from 0 to 1
_READ, _MOVED = 0.05, 0.95

__all__ = ["Activation", "Move", "Preview", "activate", "preview", "remove", "schedule", "undo", "unschedule"]


@dataclass(frozen=True)
class Move:
    """How many open reports go from one unit to another."""

    old: Unit
    new: Unit
    count: int


@dataclass(frozen=True)
class Preview:
    """What an activation would do to the open reports now, of which `stay` keep their unit."""

    edition: Edition
    open: int
    stay: int
    moves: list[Move]  # the most first
    by_hand: int  # of those that stay, the ones whose unit a person chose
    uncertain: int  # become uncertain
    certain: int  # become certain
    without_committee: int  # go to the IOC, for nobody else answers there
    changed: int  # get a line in their history: another unit, other codes of areas, more or less certain
    rules: list[Ending]  # will have no area any more, and decide nothing


def preview(session: Session, code: str, *, settings: Settings) -> Preview:
    """What activating an edition on its first day, or today after that, would do to the reports that are open now.

    It changes nothing. ConflictError where the edition could not be activated.
    """
    tally = Tally()
    with session.begin_nested() as point:
        turns.alone(session)
        edition = _draft(session, code)
        day = max(edition.valid_from, lookup.today())
        editions.activate(session, code)
        if _in_force(session, day) == edition.id:
            now = open_reports.read(session)
            tally.add(now, wanted(session, now, day, settings=settings))
        point.rollback()
    session.expire_all()
    units = {one.id: one for one in session.scalars(select(Unit).where(Unit.id.in_(_units(tally))))}
    moves = [Move(units[old], units[new], count) for (old, new), count in tally.moves.most_common()]
    counts = {name: tally.counts[name] for name in Tally.NAMES}
    edition = editions.find(session, code)
    return Preview(edition=edition, moves=moves, rules=ruling.ending(session, edition, day), **counts)


def activate(
    session: Session,
    code: str,
    *,
    settings: Settings,
    user_id: int | None = None,
    progress: Progress = lambda _done: None,
) -> Activation:
    """Puts an edition in force and moves the open reports, in the session's transaction, to be committed at once.

    ConflictError where it cannot be, or another activation is at work.
    """
    turns.alone(session)
    edition = _draft(session, code)
    today = lookup.today()
    if edition.valid_from > today:
        raise ConflictError(
            _("Phiên bản {code} chỉ hiệu lực từ ngày {day}; hãy hẹn giờ kích hoạt từ 0 giờ ngày đó."),
            code=code,
            day=edition.valid_from.isoformat(),
        )
    turns.wait(session)
    before, state = _in_force(session, today), edition.state
    editions.activate(session, code)
    made = Activation(edition_id=edition.id, kind="activate", before_id=before, user_id=user_id, counts={})
    session.add(made)
    session.flush()
    work = Rerouting(session, made, code, today, settings=settings)
    if _in_force(session, today) != before:
        _move(session, work, made, progress)
    return _announced(session, made, work.tally, state, "active")


def undo(
    session: Session,
    code: str,
    *,
    settings: Settings,
    user_id: int | None = None,
    progress: Progress = lambda _done: None,
) -> Activation:
    """Takes the newest active edition out of force; the one before is in force again and has its reports again.

    ConflictError where it is not the newest, or nothing was in force before it.
    """
    turns.alone(session)
    edition = editions.find(session, code)
    last = session.scalar(
        select(Activation)
        .where(Activation.edition_id == edition.id, Activation.kind == "activate")
        .order_by(Activation.id.desc())
        .limit(1)
    )
    predecessor = editions.undoable(session, edition)
    turns.wait(session)
    # Another edition may have been put between the two since: then nothing can be as it was.
    again = last is not None and last.before_id == predecessor.id
    before = _moved(session, last.id) if last is not None and again else {}
    editions.deactivate(session, edition, predecessor)
    made = Activation(edition_id=edition.id, kind="undo", before_id=edition.id, user_id=user_id, counts={})
    session.add(made)
    session.flush()
    work = Rerouting(session, made, code, lookup.today(), settings=settings, before=before)
    _move(session, work, made, progress)
    return _announced(session, made, work.tally, "active", "draft")


def remove(session: Session, code: str) -> None:
    """Removes a draft that was never active; ConflictError for any other."""
    turns.alone(session)
    edition = editions.find(session, code)
    if edition.state != "draft":
        raise ConflictError(
            _("Phiên bản {code} đang hiệu lực hoặc đã hẹn giờ; chỉ xóa được bản nháp."),
            code=code,
        )
    if importing.was_active(session, edition):
        raise ConflictError(
            _("Phiên bản {code} đã từng hiệu lực; lịch sử của phản ánh còn dẫn tới nó nên không xóa được."), code=code
        )
    session.delete(edition)
    session.flush()
    committees.set_days(session)


def _draft(session: Session, code: str) -> Edition:
    edition = editions.find(session, code)
    # Whoever writes areas into it waits, and is told afterwards that it is active.
    session.refresh(edition, with_for_update={"key_share": True})
    if edition.state == "active":
        raise ConflictError(_("Phiên bản {code} đã hiệu lực."), code=code)
    return edition


def _in_force(session: Session, day: date) -> int | None:
    found = session.execute(select(Edition.id).where(lookup.in_force(False)), {"day": day})
    return found.scalar_one_or_none()


def _move(session: Session, work: Rerouting, made: Activation, progress: Progress) -> None:
    progress(_READ)
    work.all()
    work.rest()
    progress(_MOVED)
    turns.close(session)
    began = time.perf_counter()
    work.rest()
    made.counts = {"held_ms": round(1_000 * (time.perf_counter() - began))}
    progress(1)


def _announced(session: Session, made: Activation, tally: Tally, before: str, after: str) -> Activation:
    names = session.execute(select(Unit.id, Unit.code).where(Unit.id.in_(_units(tally))))
    codes = {row.id: row.code for row in names}
    moves = [{"from": codes[old], "to": codes[new], "count": count} for (old, new), count in tally.moves.most_common()]
    made.counts = made.counts | {name: tally.counts[name] for name in Tally.NAMES} | {"moves": moves}
    edition = session.get_one(Edition, made.edition_id)
    said: dict[str, Any] = {"edition": edition.code, "kind": made.kind, "moved": sum(tally.moves.values())}
    moving.announce(session, before, after, data=said, user_id=made.user_id)
    session.flush()
    return made


def _moved(session: Session, activation_id: int) -> dict[int, Row[Any]]:
    """What an activation moved and nobody has moved since, by report; rows of Moved.

    What a later edition moved has come back by its own undoing.
    """
    since = (Event.report_id == Moved.report_id, Event.id > Moved.event_id, Event.action.in_(moving.BY_HAND))
    again = exists().where(*since, Event.door != moving.EDITION)
    query = select(*Moved.__table__.columns).where(Moved.activation_id == activation_id, ~again)
    return {one.report_id: one for one in session.execute(query)}


def _units(tally: Tally) -> Iterable[int]:
    return {one for pair in tally.moves for one in pair}
