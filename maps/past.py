"""What came and what became of it, by local days: a past day is read once an hour, what came today each time."""

import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from datetime import time as clock
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ARRAY, BindParameter, Float, Integer, Text, bindparam, cast, func, literal, select
from sqlalchemy.orm import Session

from boundaries.models import Area
from geo.deadlines import ZONE
from geo.errors import OverloadedError
from geo.i18n import _
from geo.models import Event, Report

DAYS = 30  # before today
FRESH = 3_600.0  # seconds for which a past day is believed: who rates late changes it
FRESH_TODAY = 20.0  # the same for what was settled today
PATIENCE, RETRY = 10.0, 5  # seconds: for another's first reading, and until whoever waited in vain may ask again
# What ends the waiting, what begins it anew, and what a sender says of it; the index of events has these alone.
LEFT, BACK, RATED = ("resolve", "reject", "merge", "withdraw"), "split", "rate"
STEPS = (*LEFT, BACK, RATED)
_Array = NDArray[Any]


@dataclass(frozen=True)
class Steps:
    """Steps as columns, the oldest first: place in STEPS, ids of category, unit and report, the number of `Past.areas`.

    Also the moment (seconds since 1970), the hours since the report came, whether it was late, its stars (0: none).
    """

    step: _Array
    category: _Array
    unit: _Array
    report: _Array
    area: _Array
    at: _Array
    hours: _Array
    late: _Array
    stars: _Array

    def chosen(self, which: _Array | slice) -> "Steps":
        """Those that a mask, an index or a slice leaves."""
        return Steps(**{name: column[which] for name, column in vars(self).items()})

    def since(self, moment: datetime) -> "Steps":
        """Those from a moment on."""
        return self.chosen(slice(int(np.searchsorted(self.at, moment.timestamp())), None))


@dataclass(frozen=True)
class Day:
    """A local day: of what `came` the hour, category, unit and count in rows, and the steps taken, by their kind."""

    came: _Array
    answers: Steps
    ratings: Steps
    others: Steps

    @property
    def settled(self) -> int:
        """How many more stopped waiting than began anew."""
        back = int((self.others.step == STEPS.index(BACK)).sum())
        return len(self.answers.at) + len(self.others.at) - 2 * back


def joined(several: Sequence[Steps]) -> Steps:
    """The steps of all in a row."""
    return Steps(**{name: np.concatenate([getattr(one, name) for one in several]) for name in vars(several[0])})


class Past:
    """The last days in a process's memory: some megabytes where ten thousand reports come in a day."""

    def __init__(self) -> None:
        self.areas: dict[str, int] = {}  # a number for each area's code, the same for as long as the process lives
        self._days: dict[bool, dict[date, tuple[float, Day]]] = {True: {}, False: {}}
        self._lock = threading.Lock()

    def read(self, session: Session, now: datetime, *, demo: bool) -> list[Day]:
        """The last DAYS days and today, the oldest first; `demo` for the demonstration's."""
        today = now.astimezone(ZONE).date()
        wanted = [today - timedelta(days=back) for back in range(DAYS, -1, -1)]
        *before, last = self._days_of(session, wanted, demo=demo)
        now_last = replace(last, came=_came(session, start_of(today), start_of(today + timedelta(days=1)), demo))
        # Kept for the time when today is past, unless another has read it whole meanwhile.
        if (kept := self._days[demo].get(today)) and kept[1] is last:
            self._days[demo][today] = (kept[0], now_last)
        return [*before, now_last]

    def _days_of(self, session: Session, wanted: Sequence[date], *, demo: bool) -> list[Day]:
        """The days, read anew where that is due; OverloadedError where another takes too long to read them first."""
        # Who asks has a connection in hand: while another reads days anew, the old ones are good enough.
        if not self._lock.acquire(blocking=False):
            found = [one[1] for day in wanted if (one := self._days[demo].get(day))]
            if len(found) == len(wanted):
                return found
            if not self._lock.acquire(timeout=PATIENCE):
                raise OverloadedError(
                    _("Đang có nhiều người xem; xin thử lại sau ít giây."), details={"retry_after": RETRY}
                )
        try:
            return self._read(session, wanted, demo=demo)
        finally:
            self._lock.release()

    def _read(self, session: Session, wanted: Sequence[date], *, demo: bool) -> list[Day]:
        known, (*past, today) = self._days[demo], wanted
        for day in known.keys() - set(wanted):
            del known[day]
        missing = [day for day in past if not _fresh(known.get(day), float("inf"))]
        # One stale day at a time: nobody waits for a month of them at once.
        if not missing and not _fresh(known[stale := min(past, key=lambda day: known[day][0])], FRESH):
            missing = [stale]
        if missing:
            known.update(self._load(session, missing[0], missing[-1], demo=demo))
        if not _fresh(known.get(today), FRESH_TODAY):
            known.update(self._load(session, today, today, demo=demo))
        return [known[day][1] for day in wanted]

    def _load(
        self, session: Session, first: date, last: date, *, demo: bool
    ) -> Iterator[tuple[date, tuple[float, Day]]]:
        for code in session.scalars(select(Area.code).distinct().order_by(Area.code)):
            self.areas.setdefault(code, len(self.areas))
        start, end, read = start_of(first), start_of(last + timedelta(days=1)), time.monotonic()
        came, steps = _came(session, start, end, demo), _steps(session, start, end, list(self.areas), demo=demo)
        # No summer time here: every day has 24 hours.
        of_step = (steps.at - start.timestamp()) // 86_400
        for number in range((last - first).days + 1):
            received = came[:, came[0] // 24 == number]
            received[0] %= 24
            taken = steps.chosen(of_step == number)
            answer, rated = (taken.step == STEPS.index(step) for step in (LEFT[0], RATED))
            parts = (taken.chosen(which) for which in (answer, rated, ~answer & ~rated))
            yield first + timedelta(days=number), (read, Day(received, *parts))


def start_of(day: date) -> datetime:
    """The moment at which a day begins in Vietnam."""
    return datetime.combine(day, clock(), ZONE)


def _fresh(known: tuple[float, Day] | None, seconds: float) -> bool:
    return known is not None and time.monotonic() - known[0] < seconds


def _came(session: Session, start: datetime, end: datetime, demo: bool) -> _Array:
    hour = cast(func.floor(func.date_part("epoch", Report.created_at - start) / 3_600), Integer).label("hour")
    query = (
        select(hour, Report.category_id, Report.unit_id, func.count())
        .where(Report.created_at >= start, Report.created_at < end, Report.demo.is_(demo))
        .group_by("hour", Report.category_id, Report.unit_id)
    )
    return np.array([tuple(row) for row in session.execute(query)], np.int64).reshape(-1, 4).T


def _steps(session: Session, start: datetime, end: datetime, areas: list[str], *, demo: bool) -> Steps:
    # Written into the statement: the planner must see that the partial index holds them.
    actions: BindParameter[Any] = bindparam("actions", STEPS, expanding=True, literal_execute=True)
    numbered: Any = func.unnest(cast(areas, ARRAY(Text))).table_valued("code", with_ordinality="number")
    numbered = numbered.render_derived(name="numbered")
    taken = (
        select(
            func.int4send(func.array_position(literal(list(STEPS)), Event.action) - 1).label("step"),
            func.int4send(Report.category_id).label("category"),
            func.int4send(Report.unit_id).label("unit"),
            func.int8send(Report.id).label("report"),
            func.int8send(func.coalesce(numbered.c.number - 1, -1)).label("area"),
            func.float8send(cast(func.date_part("epoch", Event.at), Float)).label("at"),
            func.float8send(cast(func.date_part("epoch", Event.at - Report.created_at) / 3_600, Float)).label("hours"),
            func.boolsend(func.coalesce(Event.at > Report.resolve_due, False)).label("late"),
            func.int4send(func.coalesce(Report.stars, 0)).label("stars"),
        )
        .join(Report, Report.id == Event.report_id)
        .outerjoin(numbered, numbered.c.code == Report.area_code)
        .where(Event.action.in_(actions), Event.at >= start, Event.at < end, Report.demo.is_(demo))
        .order_by(Event.at)
        .subquery()
    )
    # Whole columns as bytes: hundreds of thousands of rows are no objects of Python's.
    kinds = dict.fromkeys(("step", "category", "unit", "stars"), ">i4") | {"report": ">i8", "area": ">i8"}
    kinds |= {"at": ">f8", "hours": ">f8", "late": ">i1"}
    names = list(Steps.__dataclass_fields__)
    row = session.execute(select(*(func.string_agg(taken.c[name], literal(b"")) for name in names))).one()
    found = {name: np.frombuffer(sent or b"", kinds[name]) for name, sent in zip(names, row, strict=True)}
    native = {name: column.astype(column.dtype.newbyteorder("=")) for name, column in found.items()}
    return Steps(**native | {"late": native["late"] > 0})
