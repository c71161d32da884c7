"""An edition comes into force, at once or at a moment, and goes out of it again: open reports follow, none is lost."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from boundaries.models import Activation, Edition
from geo.models import Unit
from geo.settings import Settings

Progress = Callable[[float], None]  # the share done, from 0 to 1


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


def preview(session: Session, code: str, *, settings: Settings) -> Preview:
    """What activating an edition now would do; it changes nothing. ConflictError where it could not be activated."""
    raise NotImplementedError


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
    raise NotImplementedError


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
    raise NotImplementedError


def schedule(session: Session, code: str, at: datetime, user_id: int | None = None) -> Edition:
    """Has the worker activate a draft at a moment, at once where that is past; ConflictError, InvalidError."""
    raise NotImplementedError


def unschedule(session: Session, code: str) -> Edition:
    """Makes a scheduled edition a draft again; ConflictError where it is not scheduled."""
    raise NotImplementedError


def remove(session: Session, code: str) -> None:
    """Removes a draft that was never active; ConflictError for any other."""
    raise NotImplementedError
