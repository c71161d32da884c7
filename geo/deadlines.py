"""Due moments in working hours and Vietnamese holidays."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

import holidays
import numpy as np
from numpy.typing import NDArray

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
MORNING = (time(7, 0), time(11, 30))
AFTERNOON = (time(13, 30), time(17, 0))
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HOURS_A_DAY = 8  # the two together; a working day of a deadline is these eight hours, wherever they begin
Numbers = NDArray[np.float64]
_OVERRULED: dict[date, bool] = {}


class _Axis(NamedTuple):
    """Working intervals as seconds since 1970 and the working seconds that lie before and up to the end of each."""

    starts: Numbers
    ends: Numbers
    before: Numbers
    upto: Numbers


def is_working_day(day: date) -> bool:
    """Monday to Friday without public holidays and Tết, and the Saturdays worked in exchange for a day off."""
    return day in _working_days(day.year)


def overrule(days: Mapping[date, bool]) -> None:
    """Takes an administrator's word on single days (True: worked) over the calendar; replaces what was said before."""
    if dict(days) != _OVERRULED:
        _OVERRULED.clear()
        _OVERRULED.update(days)
        _working_days.cache_clear()
        _axis.cache_clear()


@lru_cache(maxsize=64)
def _working_days(year: int) -> frozenset[date]:
    # One calendar a year: the library fills a shared one while it is read, which threads would trip over.
    calendar = holidays.country_holidays("VN", years=year)
    first = date(year, 1, 1)
    days = (first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days))
    return frozenset(day for day in days if _OVERRULED.get(day, calendar.is_working_day(day)))


@lru_cache(maxsize=16)
def _axis(first_year: int, last_year: int) -> _Axis:
    spans = [
        (datetime.combine(day, begin, ZONE).timestamp(), datetime.combine(day, end, ZONE).timestamp())
        for year in range(first_year, last_year + 1)
        for day in sorted(_working_days(year))
        for begin, end in (MORNING, AFTERNOON)
    ]
    starts, ends = np.array(spans).T
    upto = np.cumsum(ends - starts)
    return _Axis(starts, ends, upto - (ends - starts), upto)


def due_many(starts: NDArray[np.datetime64], hours: float | Numbers, *, urgent: bool = False) -> NDArray[np.datetime64]:
    """`due` for an array of UTC moments; `hours` is one number or one for each. Microseconds in and out."""
    seconds = starts.astype("datetime64[us]").astype(np.int64) / 1e6
    wanted = np.asarray(hours, dtype=np.float64) * 3600
    if urgent:
        found = seconds + wanted
    else:
        years = starts.astype("datetime64[Y]").astype(int) + 1970
        axis = _axis(int(years.min()) - 1, int(years.max()) + 2)
        index = np.maximum(np.searchsorted(axis.starts, seconds, "right") - 1, 0)
        done = axis.before[index] + np.clip(seconds, axis.starts[index], axis.ends[index]) - axis.starts[index]
        # To the left: work that ends with the morning is due at 11:30, not when the afternoon begins.
        last = np.searchsorted(axis.upto, done + wanted, "left")
        found = axis.starts[last] + (done + wanted - axis.before[last])
    return np.round(found * 1e6).astype("datetime64[us]")


def due(start: datetime, hours: float, *, urgent: bool = False) -> datetime:
    """The moment, in UTC, when `hours` have passed since `start`: working hours, or by the clock where urgent."""
    moment = start.astimezone(UTC)
    if urgent:
        return moment + timedelta(hours=hours)
    # `due_many` step by step, without arrays: one moment costs them a hundred times what it costs here.
    axis = _axis(moment.year - 1, moment.year + 2)
    seconds, wanted = moment.timestamp(), hours * 3600
    done = _done(axis, seconds)
    last = bisect_left(axis.upto, done + wanted)
    found = axis.starts[last] + (done + wanted - axis.before[last])
    return EPOCH + timedelta(microseconds=round(found * 1e6))


def due_in_days(start: datetime, days: int, *, urgent: bool = False) -> datetime:
    """The moment, in UTC, when `days` working days (of eight working hours) have passed; of 24 hours where urgent."""
    return due(start, days * (24 if urgent else HOURS_A_DAY), urgent=urgent)


def between(start: datetime, end: datetime, *, urgent: bool = False) -> float:
    """The hours from `start` to `end` (0 where that is earlier): working hours, or by the clock where urgent."""
    first, last = start.timestamp(), max(start, end).timestamp()
    if urgent:
        return (last - first) / 3600
    axis = _axis(start.astimezone(UTC).year - 1, max(start, end).astimezone(UTC).year + 1)
    return (_done(axis, last) - _done(axis, first)) / 3600


def worked_before(first: date, last: date) -> list[int]:
    """The working seconds from the begin of the first day to that of each day, and to the end of the last one."""
    upto = [0]
    for n in range((last - first).days + 1):
        upto.append(upto[-1] + HOURS_A_DAY * 3600 * is_working_day(first + timedelta(days=n)))
    return upto


def _done(axis: _Axis, seconds: float) -> float:
    index = max(bisect_right(axis.starts, seconds) - 1, 0)
    return float(axis.before[index] + min(max(seconds, axis.starts[index]), axis.ends[index]) - axis.starts[index])
