"""What came and what became of it, by local days: a past day is read once an hour, today each time."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as clock
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BindParameter, Float, bindparam, cast, func, select
from sqlalchemy.orm import Session

from geo.deadlines import ZONE
from geo.models import Event, Report

DAYS = 30  # before today
FRESH = 3_600.0  # seconds for which a past day is believed: who rates late changes it
# What ends the waiting, what begins it anew, and what a sender says of it; the index of events has these alone.
LEFT, BACK, RATED = ("resolve", "reject", "merge", "withdraw"), "split", "rate"
STEPS = (*LEFT, BACK, RATED)
_Array = NDArray[Any]


@dataclass(frozen=True)
class Day:
    """A local day as columns, ids throughout.

    `came` has hour, category, unit, count in rows; `steps` the place in STEPS, category, unit, report; beside them the
    area's code, the moment (seconds since 1970), the hours since the report came, whether its deadline was missed,
    and its stars (0: none).
    """

    came: _Array
    steps: _Array
    area: _Array
    at: _Array
    hours: _Array
    late: _Array
    stars: _Array


class Past:
    """The last days in a process's memory: some megabytes where ten thousand reports come in a day."""

    def __init__(self) -> None:
        self._days: dict[bool, dict[date, tuple[float, Day]]] = {True: {}, False: {}}
        self._lock = threading.Lock()

    def read(self, session: Session, now: datetime, *, demo: bool) -> list[Day]:
        """The last DAYS days and today, the oldest first; `demo` for the demonstration's."""
        today = now.astimezone(ZONE).date()
        wanted = [today - timedelta(days=back) for back in range(DAYS, 0, -1)]
        with self._lock:
            known = self._days[demo]
            for day in known.keys() - set(wanted):
                del known[day]
            missing = [day for day in wanted if day not in known]
            # One stale day at a time: nobody waits for a month of them at once.
            stale = min(wanted, key=lambda day: known[day][0] if day in known else float("inf"))
            if not missing and known[stale][0] < time.monotonic() - FRESH:
                missing = [stale]
            if missing:
                for day, found in _load(session, missing[0], missing[-1], demo=demo):
                    known[day] = (time.monotonic(), found)
            return [known[day][1] for day in wanted] + [one for _day, one in _load(session, today, today, demo=demo)]


def start_of(day: date) -> datetime:
    """The moment at which a day begins in Vietnam."""
    return datetime.combine(day, clock(), ZONE)


def _load(session: Session, first: date, last: date, *, demo: bool) -> Iterator[tuple[date, Day]]:
    start, end = start_of(first), start_of(last + timedelta(days=1))
    came, steps, names = _came(session, start, end, demo), *_steps(session, start, end, demo)
    # No summer time here: every day has 24 hours.
    of_step = ((steps[4] - start.timestamp()) // 86_400).astype(np.int64)
    for number in range((last - first).days + 1):
        received, taken = came[:, came[0] // 24 == number], of_step == number
        received = np.vstack([received[0] % 24, received[1:]])
        chosen = steps[:, taken]
        yield (
            first + timedelta(days=number),
            Day(
                came=received,
                steps=chosen[:4].astype(np.int64),
                area=names[taken],
                at=chosen[4],
                hours=chosen[5].astype(np.float32),
                late=chosen[6] > 0,
                stars=chosen[7].astype(np.int8),
            ),
        )


def _came(session: Session, start: datetime, end: datetime, demo: bool) -> _Array:
    hour = func.floor(cast(func.extract("epoch", Report.created_at - start), Float) / 3_600).label("hour")
    query = (
        select(hour, Report.category_id, Report.unit_id, func.count())
        .where(Report.created_at >= start, Report.created_at < end, Report.demo.is_(demo))
        .group_by("hour", Report.category_id, Report.unit_id)
    )
    return np.array([tuple(row) for row in session.execute(query)], np.int64).reshape(-1, 4).T


def _steps(session: Session, start: datetime, end: datetime, demo: bool) -> tuple[_Array, _Array]:
    # Written into the statement: the planner must see that the partial index holds them.
    actions: BindParameter[Any] = bindparam("actions", STEPS, expanding=True, literal_execute=True)
    query = (
        select(
            func.array_position(list(STEPS), Event.action) - 1,
            Report.category_id,
            Report.unit_id,
            Report.id,
            cast(func.extract("epoch", Event.at), Float),
            cast(func.extract("epoch", Event.at - Report.created_at), Float) / 3_600,
            func.coalesce(Event.at > Report.resolve_due, False),
            func.coalesce(Report.stars, 0),
            Report.area_code,
        )
        .join(Report, Report.id == Event.report_id)
        .where(Event.action.in_(actions), Event.at >= start, Event.at < end, Report.demo.is_(demo))
        .order_by(Event.at)
    )
    rows = session.execute(query).all()
    numbers = np.array([tuple(row[:8]) for row in rows], np.float64).reshape(-1, 8).T
    return numbers, np.array([row[8] or "" for row in rows], np.str_)
