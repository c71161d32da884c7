from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from geo.errors import InvalidError
from geo.filters import Filters
from geo.models import Report
from maps.film import film

Make = Callable[..., Report]


@pytest.fixture
def at(session: Session, make_report: Make) -> Callable[..., Report]:
    def make(moment: datetime, **values: object) -> Report:
        report = make_report(**values)
        report.created_at = moment
        session.flush()
        return report

    return make


def test_days_are_vietnams(session: Session, at: Make) -> None:
    at(datetime(2026, 1, 1, 18, tzinfo=UTC))  # one in the morning of the second
    at(datetime(2026, 1, 4, 3, tzinfo=UTC))
    found = film(session, Filters(), by="day", demo=None, most=100)
    assert found.starts == [date(2026, 1, 2), date(2026, 1, 3), date(2026, 1, 4)]
    assert (found.frame.tolist(), found.count.tolist()) == ([0, 2], [1, 1])
    assert (found.lon[0], found.lat[0]) == pytest.approx((108.338, 15.8794), abs=0.01)


def test_weeks_begin_on_monday(session: Session, at: Make) -> None:
    at(datetime(2026, 1, 4, 3, tzinfo=UTC))  # a Sunday
    at(datetime(2026, 1, 5, 3, tzinfo=UTC))
    found = film(session, Filters(), by="week", demo=None, most=100)
    assert found.starts == [date(2025, 12, 29), date(2026, 1, 5)]
    assert found.frame.tolist() == [0, 1]


def test_a_long_time_plays_by_the_week_unless_asked(session: Session, at: Make) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    at(start)
    at(start + timedelta(days=200))
    assert film(session, Filters(), by=None, demo=None, most=100).by == "week"
    assert len(film(session, Filters(), by="day", demo=None, most=100).starts) == 201


def test_more_frames_than_anybody_watches_are_refused(session: Session, at: Make) -> None:
    at(datetime(2000, 1, 1, tzinfo=UTC))
    at(datetime(2026, 1, 1, tzinfo=UTC))
    with pytest.raises(InvalidError, match="khung hình"):
        film(session, Filters(), by="day", demo=None, most=100)


def test_cells_grow_until_the_counts_fit(session: Session, at: Make) -> None:
    for step in range(10):
        at(datetime(2026, 1, 1, tzinfo=UTC), lon=108 + step * 0.04)
    assert len(film(session, Filters(), by="day", demo=None, most=100).count) == 10
    few = film(session, Filters(), by="day", demo=None, most=3)
    assert len(few.count) <= 3
    assert few.count.sum() == 10
    assert set(few.cell.tolist()) == set(range(len(few.lon)))


def test_no_report_is_a_film_without_frames(session: Session) -> None:
    assert film(session, Filters(), by=None, demo=None, most=10).starts == []
