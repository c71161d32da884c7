from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session, sessionmaker

from boundaries import editions, placing
from geo.filters import Filters
from geo.models import Report
from geo.settings import Settings
from maps.statistics import by_area, summary

Make = Callable[..., Report]


def test_demonstration_reports_never_count_among_real_ones(session: Session, make_report: Make) -> None:
    make_report(area_code="503")
    make_report(area_code="503").demo = True
    session.flush()
    edition = editions.find(session, "2020")
    assert summary(session, Filters(), period="month", demo=False)["total"] == 1
    assert summary(session, Filters(), period="month", demo=True)["total"] == 1
    assert sum(one.count for one in by_area(session, Filters(), edition, demo=False).areas) == 1


def test_each_count_adds_up_to_the_total(session: Session, make_report: Make) -> None:
    make_report(category="giao-thong").created_at = datetime(2026, 1, 31, 18, tzinfo=UTC)  # February in Vietnam
    make_report(category="giao-thong", accepted=True).created_at = datetime(2026, 2, 3, tzinfo=UTC)
    make_report(category="cay-xanh", unit="ubnd-503").created_at = datetime(2026, 3, 3, tzinfo=UTC)
    session.flush()
    found = summary(session, Filters(), period="month", demo=False)
    assert found["total"] == 3
    assert [(one["code"], one["count"]) for one in found["categories"]] == [("giao-thong", 2), ("cay-xanh", 1)]
    assert [one["count"] for one in found["units"]] == [2, 1]
    assert {one["state"]: one["count"] for one in found["states"]} == {"received": 2, "in_progress": 1}
    assert found["periods"] == [{"start": "2026-02-01", "count": 2}, {"start": "2026-03-01", "count": 1}]


def test_every_area_is_there_with_its_rate(session: Session, make_report: Make) -> None:
    make_report(area_code="503")
    areas = {one.code: one for one in by_area(session, Filters(), editions.find(session, "2020"), demo=False).areas}
    assert len(areas) == 18
    assert (areas["503"].count, areas["502"].count) == (1, 0)
    assert areas["503"].area == pytest.approx(61.7, rel=0.1)  # km², the official figure
    assert areas["503"].rate == pytest.approx(1_000 / areas["503"].area)


def test_a_report_of_an_area_that_is_no_more_counts_in_the_one_that_holds_its_place(
    sessions: sessionmaker[Session], session: Session, settings: Settings, make_report: Make
) -> None:
    make_report(area_code="519", lon=108.03, lat=15.68)  # Nông Sơn, which joined Quế Sơn
    session.commit()
    placing.keep(sessions, settings)
    old = {one.code: one.count for one in by_area(session, Filters(), editions.find(session, "2020"), demo=False).areas}
    new = {
        one.code: one.count for one in by_area(session, Filters(), editions.find(session, "2025-01"), demo=False).areas
    }
    assert old["519"] == 1
    assert "519" not in new
    assert new["509"] == 1
