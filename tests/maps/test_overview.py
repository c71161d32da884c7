from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, insert, update
from sqlalchemy.orm import Session

from boundaries import editions
from boundaries.models import Area
from geo.database import build_engine
from geo.deadlines import ZONE
from geo.errors import OverloadedError
from geo.filters import Filters
from geo.models import Event, Report
from maps import waiting
from maps.overview import Overview, overview
from maps.past import DAYS, Past

Make = Callable[..., Report]
NOW = datetime(2026, 3, 18, 10, 30, tzinfo=ZONE)  # a Wednesday


@pytest.fixture
def made(session: Session, make_report: Make) -> Callable[..., Report]:
    """Reports of a moment, with the steps of others: `made(at, [("resolve", after, stars)], unit=…)`."""

    def make(at: datetime, steps: list[tuple[str, timedelta]] | None = None, **values: Any) -> Report:
        columns = {name: values.pop(name) for name in ("accept_due", "resolve_due", "stars", "demo") if name in values}
        state = values.pop("state", "received")
        report = make_report(now=at, **values)
        dues = {"accept_due": NOW + timedelta(days=1), "resolve_due": NOW + timedelta(days=5)}
        session.execute(update(Report).where(Report.id == report.id).values(state=state, **(dues | columns)))
        for action, after in steps or []:
            row = {"report_id": report.id, "at": at + after, "action": action, "to_state": state, "actor": "officer"}
            session.execute(insert(Event).values(**row, door="web", unit_id=report.unit_id))
        session.refresh(report)
        return report

    return make


def look(
    session: Session, *, past: Past | None = None, demo: bool = False, now: datetime = NOW, **wanted: Any
) -> Overview:
    edition = editions.find(session, "2020")
    return overview(session, past or Past(), Filters(**wanted), edition, now.astimezone(UTC), demo=demo)


def test_open_and_late_reports_count_with_their_unit_and_their_area(
    session: Session, made: Callable[..., Report]
) -> None:
    hour = timedelta(hours=1)
    made(NOW - 9 * hour, unit="ubnd-503", area_code="503", accept_due=NOW - 4 * hour)
    made(NOW - 9 * hour, unit="ubnd-503", area_code="503", accept_due=NOW + hour)
    made(NOW - 9 * hour, unit="ubnd-502", area_code="502", state="in_progress", resolve_due=NOW - 2 * hour)
    made(NOW - 9 * hour, unit="ubnd-502", area_code="502", state="resolved", resolve_due=NOW - 2 * hour)
    found = look(session)
    assert (found.open.value, found.late.value) == (3, 2)
    assert [(one.code, one.open, one.late, round(one.hours)) for one in found.units] == [
        ("ubnd-503", 2, 1, 4),
        ("ubnd-502", 1, 1, 2),
    ]
    areas = {one.code: one for one in found.areas}
    assert len(areas) == 18
    assert (areas["503"].open, areas["503"].late, areas["504"].open) == (2, 1, 0)


def test_today_is_held_against_the_same_hours_of_the_last_four_weeks(
    session: Session, made: Callable[..., Report]
) -> None:
    for back in range(1, 29):
        made(NOW - timedelta(days=back, hours=2))
        made(NOW - timedelta(days=back) + timedelta(hours=5))  # later in the day than now
    for _number in range(3):
        made(NOW - timedelta(hours=1))
    found = look(session)
    assert (found.today.value, found.today.usual) == (3, 1)
    assert len(found.today.days) == DAYS + 1
    assert found.today.days[-2:] == [2, 3]


def test_the_median_and_the_late_share_are_those_of_the_answers_given_within_the_window(
    session: Session, made: Callable[..., Report]
) -> None:
    for days, hours in ((20, 10), (19, 20), (3, 30), (2, 40), (40, 1)):
        at = NOW - timedelta(days=days)
        due = at + timedelta(hours=25)
        made(at, [("resolve", timedelta(hours=hours))], state="resolved", resolve_due=due)
    found = look(session)
    assert found.answer.of == 4  # not the one of 40 days ago
    assert found.answer.value == pytest.approx(25)
    assert found.answer.usual == pytest.approx(35)  # of this week
    assert found.late.usual == pytest.approx(0.5)
    assert look(session, since=NOW - timedelta(days=7)).answer.of == found.answer.of - 2


def test_satisfaction_counts_each_report_by_its_last_word(session: Session, made: Callable[..., Report]) -> None:
    day = timedelta(days=1)
    made(NOW - 9 * day, [("rate", day)], state="resolved", stars=5, area_code="503")
    made(NOW - 9 * day, [("rate", 6 * day), ("rate", 7 * day)], state="resolved", stars=4, area_code="503")
    made(NOW - 9 * day, [("rate", 7 * day)], state="closed", stars=3, area_code="502")
    found = look(session)
    assert found.satisfaction.of == 3
    assert found.satisfaction.value == pytest.approx(2 / 3)
    assert found.satisfaction.usual == pytest.approx(1 / 2)
    areas = {one.code: one for one in found.areas}
    assert (areas["503"].satisfied, areas["503"].rated, areas["502"].satisfied) == (2, 2, 0)


def test_areas_are_told_apart_by_their_whole_codes(session: Session, made: Callable[..., Report]) -> None:
    day = timedelta(days=1)
    renamed = {"502": "VNM.47.1_1", "503": "VNM.47.1_11", "504": "Tây Giang mới"}
    for before, after in renamed.items():
        session.execute(update(Area).where(Area.code == before).values(code=after))
    for code, stars in (("VNM.47.1_1", 5), ("VNM.47.1_11", 1), ("Tây Giang mới", 4), ("VNM.47.1_1", 2)):
        made(NOW - 9 * day, [("rate", day)], state="resolved", stars=stars, area_code=code)
    made(NOW - 9 * day, [("rate", day)], state="resolved", stars=5, area_code="of an edition that is gone")
    found = {one.code: (one.satisfied, one.rated) for one in look(session).areas}
    assert [found[code] for code in renamed.values()] == [(1, 2), (0, 1), (1, 1)]
    assert sum(rated for _satisfied, rated in found.values()) == 4


def test_how_many_were_open_is_counted_back_from_now(session: Session, made: Callable[..., Report]) -> None:
    day = timedelta(days=1)
    made(NOW - 10 * day)
    made(NOW - 10 * day, [("resolve", 2 * day)], state="resolved")
    made(NOW - 3 * day, [("merge", day)], state="merged")
    made(NOW - 2 * day, [("reject", day), ("split", day)])  # came back
    ends = look(session).open.days
    assert ends[-12:] == [0, 2, 2, 1, 1, 1, 1, 1, 2, 2, 2, 2]
    assert look(session).open.usual == 1
    assert look(session, since=NOW - 5 * day).open.days == []


@pytest.mark.parametrize(
    ("wanted", "count"), [({"category": ("cay-xanh",)}, 1), ({"unit": "ubnd-502"}, 2), ({"unit": "ioc"}, 0)]
)
def test_filters_narrow_every_figure(
    session: Session, made: Callable[..., Report], wanted: dict[str, Any], count: int
) -> None:
    at = NOW - timedelta(hours=3)
    for category, unit in (("cay-xanh", "ubnd-502"), ("giao-thong", "ubnd-502"), ("giao-thong", "ubnd-503")):
        made(at, category=category, unit=unit, area_code="502")
        made(
            at,
            [("resolve", timedelta(hours=1)), ("rate", timedelta(hours=2))],
            category=category,
            unit=unit,
            state="resolved",
            stars=5,
        )
    found = look(session, **wanted)
    assert (found.today.value, found.open.value, found.answer.of, found.satisfaction.of) == (2 * count, *[count] * 3)
    assert sum(one.open for one in found.units) == sum(one.open for one in found.areas) == count


def test_each_tab_counts_and_lists_its_own(session: Session, made: Callable[..., Report]) -> None:
    at, hour = NOW - timedelta(hours=30), timedelta(hours=1)
    codes = {
        "unrouted": made(at, unit="ioc").code,
        "confirm": made(at, unit="ubnd-503", needs_confirmation=True).code,
        "late": made(at, unit="ubnd-503", accept_due=NOW - hour).code,
        "second": made(at, unit="ubnd-503", second_of=made(at, unit="ubnd-503", state="closed").id).code,
        "urgent": made(at, unit="ubnd-503", category="thien-tai-thoi-tiet").code,
    }
    made(at, unit="ubnd-503", needs_confirmation=True, state="rejected")
    assert look(session).tabs == dict.fromkeys(codes, 1)
    for tab, code in codes.items():
        rows = waiting.listed(session, Filters(), NOW, tab=tab, demo=False)
        assert [row.Report.code for row in rows] == [code]


def test_the_newest_are_fifty_at_most_and_nobody_sees_what_was_withdrawn(
    session: Session, made: Callable[..., Report]
) -> None:
    for number in range(53):
        made(NOW - timedelta(minutes=number))
    made(NOW, state="withdrawn")
    rows = waiting.listed(session, Filters(), NOW, tab="newest", demo=False)
    assert len(rows) == waiting.MOST
    assert [row.Report.created_at for row in rows] == sorted((row.Report.created_at for row in rows), reverse=True)
    assert {row.Report.state for row in rows} == {"received"}


def test_demonstration_reports_are_never_among_those_of_people(session: Session, made: Callable[..., Report]) -> None:
    made(NOW - timedelta(hours=1), demo=True)
    made(NOW - timedelta(hours=1))
    made(NOW - timedelta(hours=1))
    assert look(session).today.value == look(session).open.value == 2
    assert look(session, demo=True).today.value == look(session, demo=True).open.value == 1


def test_today_is_read_each_time_and_a_past_day_once(session: Session, made: Callable[..., Report]) -> None:
    past = Past()
    made(NOW - timedelta(days=2))
    assert look(session, past=past).today.days[-3:] == [1, 0, 0]
    made(NOW - timedelta(days=2))
    made(NOW - timedelta(hours=1))
    assert look(session, past=past).today.days[-3:] == [1, 0, 1]
    # A day later the window has moved on, and what was today is read once more.
    assert look(session, past=past, now=NOW + timedelta(days=1)).today.days[-4:] == [1, 0, 1, 0]


def test_nobody_waits_for_days_that_another_reads_anew(
    fresh_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, past = build_engine(fresh_database_url), Past()
    monkeypatch.setattr("maps.past.FRESH_TODAY", 0)
    monkeypatch.setattr("maps.past.PATIENCE", 0.01, raising=False)
    others: list[Future[int]] = []

    def ask() -> int:
        with Session(engine) as session:
            return len(past.read(session, NOW, demo=False))

    with ThreadPoolExecutor(1) as pool:

        def beside(*_statement: Any) -> None:
            # At the first statement of a reading another asks, and is answered before it goes on.
            if not others:
                others.append(pool.submit(ask))
                wait(others, 10)
                answered.append(others[0].done())

        answered: list[bool] = []
        event.listen(engine, "before_cursor_execute", beside)
        assert ask() == DAYS + 1
        with pytest.raises(OverloadedError):  # nothing is known yet
            others.pop().result(10)
        assert ask() == others.pop().result(10) == DAYS + 1
    engine.dispose()
    assert answered == [True, True]
