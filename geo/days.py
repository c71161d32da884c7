"""An administrator's word on single days, against the calendar: a swapped Saturday, a late decision on a holiday."""

import time
from datetime import date

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from geo import deadlines, options
from geo.models import Day
from geo.texts import checked

FRESH = 20.0  # seconds for which a process believes what it read
_read_at = [float("-inf")]


def refresh(session: Session, *, at_once: bool = False) -> None:
    """Lets this process know the days and the numbers as they are, asking the database at most every 20 seconds."""
    if not at_once and time.monotonic() - _read_at[0] < FRESH:
        return
    deadlines.overrule({day.day: day.working for day in session.scalars(select(Day))})
    options.read(session)
    _read_at[0] = time.monotonic()


def say(session: Session, day: date, *, working: bool, name: str) -> None:
    """Declares a day worked or free; due moments that were computed before stay as they were told."""
    values = {"working": working, "name": checked(name, "name", least=2, most=100)}
    row = insert(Day).values(day=day, **values)
    session.execute(row.on_conflict_do_update(index_elements=["day"], set_=values))
    refresh(session, at_once=True)


def forget(session: Session, day: date) -> None:
    """Takes the word back: the calendar holds again."""
    found = session.get(Day, day)
    if found is not None:
        session.delete(found)
        session.flush()
    refresh(session, at_once=True)
