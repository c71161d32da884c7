"""An edition comes into force, at once or at a moment, and goes out of it again: open reports follow, none is lost."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Required, TypedDict, Unpack

from sqlalchemy import select
from sqlalchemy.orm import Session

from boundaries import committees, editions, importing, lookup, moved, turns
from boundaries.models import Activation, Edition
from boundaries.previewing import Move, Preview, preview
from boundaries.rerouting import Rerouting, Tally
from boundaries.scheduling import EARLY, SWITCH, schedule, unschedule
from geo import jobs, moving
from geo.errors import ConflictError
from geo.i18n import _
from geo.models import Unit
from geo.settings import Settings

Progress = Callable[[float], None]  # the share done, from 0 to 1
_FOUND, _MOVED = 0.5, 0.95

__all__ = ["Activation", "Move", "Preview", "activate", "preview", "remove", "schedule", "undo", "unschedule"]


class Asked(TypedDict, total=False):
    """By whom a switch is asked for, and who wants to know how far it is."""

    settings: Required[Settings]
    user_id: int | None
    progress: Progress


@turns.patience()
def activate(session: Session, code: str, **asked: Unpack[Asked]) -> Activation:
    """Puts an edition in force and moves the open reports, in the session's transaction, to be committed at once.

    One that an older release put in force without moving them stays so, and they are moved now. ConflictError where it
    cannot be, BusyError where another activation is at work or somebody holds a report.
    """
    edition, today = _alone(session, code), lookup.today()
    again = editions.owes(session, edition, today)
    if not again:
        editions.check(session, edition)
    if edition.valid_from > today:
        raise ConflictError(EARLY, code=code, day=edition.valid_from.isoformat())
    before, state = editions.follows(session, edition, today, active=False), edition.state
    after = editions.follows(session, edition, today, active=True)
    work = Rerouting(session, edition, today, settings=asked["settings"])
    with _ahead(session, edition, active=True):
        # An edition between two others changes history alone.
        if after is edition:
            work.look(after)
    if not again:
        editions.activate(session, code)
    made = _made(session, edition, "activate", before, asked)
    if after is edition:
        _move(session, work, made, asked)
    return _announced(session, made, work.tally, state, "active")


@turns.patience()
def undo(session: Session, code: str, **asked: Unpack[Asked]) -> Activation:
    """Takes the newest active edition out of force; the one before is in force again and has its reports again.

    ConflictError where it is not the newest, or nothing was in force before it; BusyError as `activate`.
    """
    edition, today = _alone(session, code), lookup.today()
    predecessor = editions.undoable(session, edition)
    undoes = moved.activations(session, edition, predecessor)
    work = Rerouting(session, edition, today, settings=asked["settings"], undoes=undoes)
    with _ahead(session, edition, active=False):
        work.look(editions.follows(session, edition, today, active=False))
    editions.deactivate(session, edition, predecessor)
    made = _made(session, edition, "undo", edition, asked)
    _move(session, work, made, asked)
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


def _alone(session: Session, code: str) -> Edition:
    """The edition as it is now, while nobody else switches any."""
    turns.alone(session)
    edition = editions.find(session, code)
    session.refresh(edition)
    return edition


@contextmanager
def _ahead(session: Session, edition: Edition, *, active: bool) -> Iterator[None]:
    """What is found out before anything is written: until then the transaction keeps no reader of the history waiting.

    The units have the days that they are to have. Afterwards nobody else changes the edition; BusyError where somebody
    did meanwhile.
    """
    turns.wait(session)
    seen = _stamp(edition)
    with committees.days_if(session, edition, active=active):
        yield
    session.refresh(edition, with_for_update={"key_share": True})
    if _stamp(edition) != seen:
        raise turns.BusyError(
            _("Người khác vừa thay đổi phiên bản {code}. Hãy xem lại rồi làm lại nếu vẫn cần."), code=edition.code
        )


def _stamp(edition: Edition) -> tuple[Any, ...]:
    return edition.state, edition.created_at, edition.activate_at


def _made(session: Session, edition: Edition, kind: str, before: Edition | None, asked: Asked) -> Activation:
    made = Activation(
        edition_id=edition.id,
        kind=kind,
        before_id=before.id if before else None,
        user_id=asked.get("user_id"),
        counts={},
    )
    session.add(made)
    session.flush()
    return made


def _move(session: Session, work: Rerouting, made: Activation, asked: Asked) -> None:
    progress = asked.get("progress", _silent)
    progress(_FOUND)
    work.all(made)
    work.rest(made)
    progress(_MOVED)
    turns.close(session)
    began = time.perf_counter()
    work.rest(made)
    made.counts = {"held_ms": round(1_000 * (time.perf_counter() - began))}
    progress(1)


def _silent(_done: float) -> None:
    pass


def _announced(session: Session, made: Activation, tally: Tally, before: str, after: str) -> Activation:
    names = session.execute(select(Unit.id, Unit.code).where(Unit.id.in_(tally.units)))
    codes = {row.id: row.code for row in names}
    moves = [{"from": codes[old], "to": codes[new], "count": count} for (old, new), count in tally.moves.most_common()]
    made.counts = made.counts | {name: tally.counts[name] for name in Tally.NAMES} | {"moves": moves}
    edition = session.get_one(Edition, made.edition_id)
    said: dict[str, Any] = {"edition": edition.code, "kind": made.kind, "moved": sum(tally.moves.values())}
    came, went = tally.came(), tally.went()
    units = {one: (came[one], went[one]) for one in sorted(tally.units)}
    moving.announce(session, before, after, data=said, units=units, user_id=made.user_id)
    jobs.defer(session, SWITCH, lock=SWITCH)  # right after the commit: what somebody moved beside the switch
    session.flush()
    return made
