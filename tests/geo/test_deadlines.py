from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.deadlines import ZONE, due, due_in_days, due_many, is_working_day


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("start", "hours", "expected"),
    [
        ("2026-03-02T08:00", 4, "2026-03-02T14:00"),  # over the midday break
        ("2026-03-02T07:00", 4.5, "2026-03-02T11:30"),  # ends with the morning, not after the break
        ("2026-03-02T12:00", 4, "2026-03-03T07:30"),  # sent during the break
        ("2026-03-02T05:00", 4, "2026-03-02T11:00"),  # before work begins
        ("2026-03-02T22:00", 4, "2026-03-03T11:00"),  # after it ends
        ("2026-03-06T16:00", 4, "2026-03-09T10:00"),  # Friday afternoon: over the weekend
        ("2026-03-08T23:00", 4, "2026-03-09T11:00"),  # on Sunday
        ("2026-02-13T16:00", 4, "2026-02-23T10:00"),  # over the whole week of Tết 2026
        ("2025-04-29T16:00", 4, "2025-05-05T10:00"),  # 30 April, 1 May and the exchanged 2 May
        ("2026-08-21T16:00", 4, "2026-08-22T10:00"),  # a Saturday worked for the Monday before National Day
        ("2026-08-28T16:00", 4, "2026-09-03T10:00"),  # and that Monday
        ("2025-12-31T16:00", 4, "2026-01-02T10:00"),  # over the year's end
        ("2026-03-02T08:00", 0, "2026-03-02T08:00"),
    ],
)
def test_working_hours(start: str, hours: float, expected: str) -> None:
    assert due(local(start), hours) == local(expected)


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        ("2026-03-02T08:00", 5, "2026-03-09T08:00"),
        ("2026-03-02T08:00", 7, "2026-03-11T08:00"),
        ("2026-03-07T12:00", 5, "2026-03-13T17:00"),  # from a Saturday: the five days of the next week
        ("2026-02-12T09:00", 5, "2026-02-26T09:00"),  # Tết is no working day
    ],
)
def test_working_days(start: str, days: int, expected: str) -> None:
    assert due_in_days(local(start), days) == local(expected)


def test_urgent_runs_by_the_clock() -> None:
    saturday_night = local("2026-03-07T23:30")
    assert due(saturday_night, 2, urgent=True) == saturday_night + timedelta(hours=2)
    assert due_in_days(saturday_night, 1, urgent=True) == saturday_night + timedelta(days=1)


def test_days_of_the_calendar() -> None:
    assert is_working_day(date(2026, 8, 22))
    assert not is_working_day(date(2026, 8, 31))
    assert not is_working_day(date(2026, 2, 17))
    assert not is_working_day(date(2026, 3, 7))


def working_minutes(start: datetime, end: datetime) -> int:
    minute, count = start.astimezone(ZONE), 0
    while minute < end:
        clock = minute.hour * 60 + minute.minute
        count += is_working_day(minute.date()) and (420 <= clock < 690 or 810 <= clock < 1020)
        minute += timedelta(minutes=1)
    return count


@given(
    st.integers(0, 1_500_000).map(lambda n: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=n)),
    st.integers(1, 40),
)
def test_counted_minute_by_minute(moment: datetime, hours: int) -> None:
    end = due(moment, hours)
    assert working_minutes(moment, end) == hours * 60
    assert working_minutes(end - timedelta(minutes=1), end) == 1


def test_many_are_as_one() -> None:
    starts = [datetime(2025, 12, 20, tzinfo=UTC) + timedelta(hours=7 * n, seconds=n) for n in range(300)]
    array = np.array([start.replace(tzinfo=None) for start in starts], dtype="datetime64[us]")
    hours = np.array([4.0, 40.0, 56.0] * 100)
    expected = [due(start, hour) for start, hour in zip(starts, hours, strict=True)]
    found = [value.replace(tzinfo=UTC) for value in due_many(array, hours).tolist()]
    assert found == expected
