"""The statistics of single reports that went through the process itself, at the moments where it matters."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from geo import deadlines, workflow
from geo.details import Details
from geo.filters import Filters
from geo.models import Report, Unit
from geo.permissions import SYSTEM, Actor
from geo.transitions import Action
from maps.statistics import periods
from maps.statistics.columns import values
from maps.statistics.performance import Question, performance
from tests import histories
from tests.histories import LOCAL

Make = Callable[..., Report]
OPERATOR = Actor("operator")


class Life:
    """A report that takes its steps at moments of a test's own."""

    def __init__(self, session: Session, report: Report, at: datetime) -> None:
        self._session, self.report = session, report
        self._as_if("UPDATE reports SET created_at = :at", at)
        self._as_if("UPDATE events SET at = :at", at)
        session.refresh(report)
        due = deadlines.due_in_days(at, report.category.resolve_days)
        report.accept_due, report.resolve_due = deadlines.due(at, 4), due

    def step(self, at: datetime, action: Action, actor: Actor = OPERATOR, **details: Any) -> "Life":
        if "unit" in details:
            code = details.pop("unit")
            details["unit_id"] = self._session.scalars(select(Unit.id).where(Unit.code == code)).one()
        said = Details(text="Đã xử lý xong việc này.", pictures=1, **details)
        event = workflow.apply(self._session, self.report, action, actor, door="web", details=said, now=at)
        self._as_if("UPDATE events SET at = :at", at, " AND id = :event", event=event)
        return self

    def _as_if(self, update: str, at: datetime, more: str = "", **values: Any) -> None:
        """History is only added to; here the moments of a test are put in the place of now."""
        key = "id" if "reports" in update else "report_id"
        self._session.flush()
        self._session.execute(text("SET LOCAL session_replication_role = replica"))
        values |= {"at": at, "report": self.report.id}
        self._session.execute(text(f"{update} WHERE {key} = :report{more}"), values)
        self._session.execute(text("SET LOCAL session_replication_role = origin"))


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=LOCAL)  # type: ignore[misc]


def month(session: Session, name: str) -> dict[str, dict[str, Any]]:
    """The figures of a month by unit's code, those without anything left out, and of all as "total"."""
    span = periods.named(name)
    asked = Filters(
        since=local(span.first.year, span.first.month, 1), until=local(span.after.year, span.after.month, 1)
    )
    session.flush()
    found = performance(session, Question(asked, (("unit",),)), now=local(2030, 1, 1))
    codes = {one.id: one.code for one in session.scalars(select(Unit))}
    rows = {codes[line.unit or 0]: line.figures for line in found.tables[("unit",)]} | {"total": found.total.figures}
    return {code: {name: value for name, value in row.items() if value} for code, row in rows.items()}


@pytest.fixture
def live(session: Session, make_report: Make) -> Callable[..., Life]:
    def begin(at: datetime, **values: Any) -> Life:
        return Life(session, make_report(**({"unit": "ubnd-502"} | values)), at)

    return begin


def test_a_report_forwarded_twice_across_the_ends_of_months(session: Session, live: Callable[..., Life]) -> None:
    life = live(local(2026, 1, 30, 8))
    life.step(local(2026, 1, 31, 23, 59, 59), "forward", unit="ubnd-503")
    life.step(local(2026, 2, 28, 23, 59, 59), "forward", unit="ubnd-504")
    life.step(local(2026, 3, 2, 8), "accept").step(local(2026, 3, 2, 11), "resolve")
    january, february, march = (month(session, f"2026-0{number}") for number in (1, 2, 3))
    assert january["ubnd-502"] == {"received": 1, "forwarded": 1}
    assert january["ubnd-503"] == {"arrived": 1, "open": 1}
    assert february["ubnd-503"] == {"carried": 1, "forwarded": 1}
    assert february["ubnd-504"] == {"arrived": 1, "open": 1, "overdue": 1}
    # Five working days from Friday 30 January ended while the second unit had it; the third one only answered.
    assert march["ubnd-503"] == {"charged": 1, "held_hours": pytest.approx(8 * 15)}
    assert march["ubnd-504"]["late"] == march["ubnd-504"]["handled"] == march["ubnd-504"]["carried"] == 1
    assert march["ubnd-504"]["accept_hours"] == pytest.approx(1)
    assert march["ubnd-504"]["held_hours"] == pytest.approx(4)
    assert march["ubnd-502"] == {"held_hours": pytest.approx(7)}


@pytest.mark.parametrize(
    ("at", "name"),
    [
        (local(2026, 8, 31, 23, 59, 59, 999999), "2026-08"),
        (local(2026, 9, 1), "2026-09"),
        (datetime(2026, 8, 31, 17, tzinfo=UTC), "2026-09"),  # the same moment
        (local(2024, 2, 29, 23, 59, 59), "2024-02"),
        (local(2024, 3, 1), "2024-03"),
    ],
)
def test_the_month_is_vietnams_to_the_last_moment(
    session: Session, live: Callable[..., Life], at: datetime, name: str
) -> None:
    live(at)
    assert month(session, name)["total"]["received"] == 1
    span = periods.named(name)
    others = [periods.name("month", one) for one in (span.first - timedelta(days=1), span.after)]
    assert [month(session, other)["total"].get("received", 0) for other in others] == [0, 0]


def test_no_hour_of_tet_is_worked(session: Session, live: Callable[..., Life]) -> None:
    # The last working day before is Friday 13 February 2026, the first one after Monday 23.
    life = live(local(2026, 2, 13, 16))
    life.step(local(2026, 2, 18, 9), "accept").step(local(2026, 2, 23, 8), "resolve")
    found = month(session, "2026-02")["ubnd-502"]
    assert (found["accept_hours"], found["result_hours"], found["held_hours"]) == (1, 2, 2)
    assert found["result_hours_by_clock"] == pytest.approx(9 * 24 + 16)
    assert found["on_time"] == 1


def test_a_second_report_counts_once_more_and_the_first_keeps_its_result(
    session: Session, live: Callable[..., Life]
) -> None:
    first = live(local(2026, 4, 1, 8)).step(local(2026, 4, 1, 9), "accept").step(local(2026, 4, 2, 9), "resolve")
    sender = Actor("sender", report_id=first.report.id)
    first.step(local(2026, 4, 5, 9), "dispute", sender)
    live(local(2026, 4, 5, 9), second_of=first.report.id)
    found = month(session, "2026-04")["ubnd-502"]
    assert (found["received"], found["handled"], found["disputed"], found["open"]) == (2, 1, 1, 1)


def test_merged_and_split_again(session: Session, live: Callable[..., Life]) -> None:
    lead, other = live(local(2026, 4, 1, 8)), live(local(2026, 4, 1, 8))
    other.step(local(2026, 4, 30, 9), "merge", lead_id=lead.report.id)
    assert month(session, "2026-04")["ubnd-502"] == {"received": 2, "merged": 1, "open": 1, "overdue": 1}
    other.step(local(2026, 5, 2, 9), "split")
    lead.step(local(2026, 5, 3, 9), "accept").step(local(2026, 5, 3, 10), "resolve")
    found = month(session, "2026-05")["ubnd-502"]
    assert (found["carried"], found["split"], found["handled"], found["open"]) == (1, 1, 1, 1)


def test_returned_to_whoever_sent_it(session: Session, live: Callable[..., Life]) -> None:
    life = live(local(2026, 4, 1, 8)).step(local(2026, 4, 1, 9), "forward", unit="ubnd-503")
    life.step(local(2026, 4, 2, 9), "return").step(local(2026, 4, 3, 8), "reroute", unit="ubnd-504")
    found = month(session, "2026-04")
    assert found["ubnd-502"] == {"received": 1, "arrived": 1, "forwarded": 1, "rerouted": 1}
    assert found["ubnd-503"] == {"arrived": 1, "forwarded": 1}
    assert found["ubnd-504"] == {"arrived": 1, "open": 1, "overdue": 1}


def test_what_a_sender_took_back_is_in_no_figure(session: Session, live: Callable[..., Life]) -> None:
    life = live(local(2026, 4, 1, 8)).step(local(2026, 4, 1, 9), "accept")
    life.step(local(2026, 5, 1, 9), "withdraw", Actor("sender", report_id=life.report.id))
    assert month(session, "2026-04") == {"total": {}}


def test_whoever_waits_for_the_sender_is_not_late(session: Session, live: Callable[..., Life]) -> None:
    life = live(local(2026, 6, 1, 8)).step(local(2026, 6, 1, 9), "ask")
    assert month(session, "2026-06")["ubnd-502"] == {"received": 1, "open": 1}
    # Nobody answers for the five working days: the rejection is no later than they are long.
    life.step(local(2026, 6, 9, 8), "reject", SYSTEM, reason="thieu-thong-tin")
    found = month(session, "2026-06")["ubnd-502"]
    assert (found["rejected"], found["on_time"]) == (1, 1)
    assert found["held_hours"] == pytest.approx(1)


def test_the_last_word_of_a_sender_is_the_rating(session: Session, live: Callable[..., Life]) -> None:
    life = live(local(2026, 4, 1, 8)).step(local(2026, 4, 1, 9), "accept").step(local(2026, 4, 2, 9), "resolve")
    sender = Actor("sender", report_id=life.report.id)
    life.step(local(2026, 4, 3, 9), "rate", sender, stars=1)
    assert month(session, "2026-04")["ubnd-502"]["dissatisfied"] == 1
    life.step(local(2026, 5, 3, 9), "rate", sender, stars=4)
    assert "rated" not in month(session, "2026-04")["ubnd-502"]
    assert month(session, "2026-05")["ubnd-502"] == {"rated": 1, "satisfied": 1, "stars": 4}


@given(days=st.integers(0, 3_000), period=st.sampled_from(["day", "week", "month", "quarter", "year"]))
def test_periods_follow_one_another_without_a_gap(days: int, period: Any) -> None:
    day = periods.beginning(local(2020, 1, 1).date(), "day") + timedelta(days=days)
    first = periods.beginning(day, period)
    after = periods.following(first, period)
    assert first <= day < after
    assert periods.beginning(after - timedelta(days=1), period) == first
    assert periods.beginning(after, period) == after
    if period in ("month", "quarter", "year"):
        assert periods.named(periods.name(period, first)) == (period, first, after)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000))
def test_whatever_came_went_or_is_still_there(session: Session, seed: int) -> None:
    """What a unit had and got is what it answered, passed on, merged, or has: in every month, for every unit."""
    with session.begin_nested() as nested:
        histories.fill(session, 60, seed=seed, whole=True)
        by = ("unit", "category", "period")
        more = (("unit",), ("category",), ("area", "period"), ("period",))
        found = performance(session, Question(Filters(), (by, *more), "month"), now=local(2025, 6, 1))  # type: ignore[arg-type]
        for line in [*(one for table in found.tables.values() for one in table), found.total]:
            had = sum(line.figures[name] for name in ("carried", "received", "arrived", "split"))
            went = ("handled", "forwarded", "rerouted", "merged", "open")
            assert had == sum(line.figures[name] for name in went), line
            if line.unit is None:
                # Nothing comes from outside the province and nothing leaves it.
                assert not any(line.figures[name] for name in ("arrived", "forwarded", "rerouted")), line
            else:
                assert not line.figures["moved"], line
        for table in found.tables.values():
            moves = [one.figures["moved" if one.unit is None else "arrived"] for one in table]
            assert sum(moves) == found.total.figures["moved"]
            left = sum(one.figures["forwarded"] + one.figures["rerouted"] for one in table)
            assert left in (0, found.total.figures["moved"])
        nested.rollback()


def test_seven_reports_of_which_two_move_are_seven_to_handle(session: Session, live: Callable[..., Life]) -> None:
    lives = [live(local(2026, 4, 1, 8), category="cap-thoat-nuoc") for _ in range(7)]
    for life in lives[:2]:
        life.step(local(2026, 4, 1, 9), "forward", unit="ubnd-503")
    asked = Filters(since=local(2026, 4, 1), until=local(2026, 5, 1))
    session.flush()
    by = (("unit",), ("category",), ("area",), ("period",))
    found = performance(session, Question(asked, by, "month"), now=local(2026, 6, 1))  # type: ignore[arg-type]
    whole = [line for one in by[1:] for line in found.tables[one]]  # type: ignore[index]
    for line in [*whole, found.total]:
        assert values(line.figures)["waiting"] == 7
        assert (line.figures["arrived"], line.figures["forwarded"], line.figures["moved"]) == (0, 0, 2)
    units = [values(line.figures) for line in found.tables[("unit",)]]
    assert sorted((one["waiting"], one["arrived"], one["forwarded"]) for one in units) == [(2, 2, 0), (7, 0, 2)]
