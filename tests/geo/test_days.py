"""An administrator's word on a day moves the deadlines that are computed from then on."""

from collections.abc import Iterator
from datetime import date, datetime

import pytest
from sqlalchemy.orm import Session

from geo import days, deadlines
from geo.deadlines import ZONE, due, due_in_days


@pytest.fixture(autouse=True)
def _calendar() -> Iterator[None]:
    yield
    deadlines.overrule({})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def test_a_late_decision_and_a_worked_saturday(session: Session) -> None:
    friday, saturday, monday = date(2026, 6, 12), date(2026, 6, 13), date(2026, 6, 15)
    assert due(at("2026-06-12T16:00"), 2) == at("2026-06-15T08:00")
    days.say(session, saturday, working=True, name="Làm bù")
    assert due(at("2026-06-12T16:00"), 2) == at("2026-06-13T08:00")
    days.say(session, monday, working=False, name="Nghỉ bù theo quyết định")
    days.say(session, saturday, working=False, name="Không làm bù nữa")
    assert due(at("2026-06-12T16:00"), 2) == at("2026-06-16T08:00")
    days.forget(session, monday)
    days.forget(session, saturday)
    days.forget(session, friday)
    assert due(at("2026-06-12T16:00"), 2) == at("2026-06-15T08:00")


# The worked cases of docs/deadlines.md: from, working hours or days (u: by the clock), due.
CASES = [
    ("2026-02-13T16:45", "4h", "2026-02-23T10:45"),
    ("2026-02-13T16:45", "5d", "2026-02-27T16:45"),
    ("2026-02-13T16:45", "2u", "2026-02-13T18:45"),
    ("2026-02-13T16:45", "1ud", "2026-02-14T16:45"),
    ("2026-02-17T09:00", "4h", "2026-02-23T11:00"),
    ("2026-06-12T16:59", "4h", "2026-06-15T10:59"),
    ("2026-06-12T12:00", "4h", "2026-06-15T07:30"),
    ("2026-06-10T11:00", "1h", "2026-06-10T14:00"),
    ("2026-06-10T10:30", "1h", "2026-06-10T11:30"),
    ("2026-06-13T09:00", "4h", "2026-06-15T11:00"),
    ("2026-04-29T15:00", "3d", "2026-05-06T15:00"),
    ("2026-08-21T16:30", "1h", "2026-08-22T07:30"),
]


@pytest.mark.parametrize(("start", "span", "end"), CASES)
def test_the_worked_cases_of_the_documentation(start: str, span: str, end: str) -> None:
    number, kind = int(span[0]), span[1:]
    if kind in ("h", "u"):
        assert due(at(start), number, urgent=kind == "u") == at(end)
    else:
        assert due_in_days(at(start), number, urgent=kind == "ud") == at(end)
