from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from maps import equal
from maps.equal import Counted
from maps.film import Film
from maps.frame import NAMES, Frame, Site
from maps.incidents import incidents
from maps.statistics import AreaCount

FRAME = Frame(
    name="incidents",
    lang="vi",
    site=Site(asset=str, maps=dict.fromkeys(NAMES, "#"), report="/reports/", export="/all.csv"),
    categories=[{"code": "cay-xanh", "name": "Cây xanh", "icon": "tree-pine", "colour": "#117733"}],
    states={"received": "Chờ tiếp nhận"},
)


def report(number: int) -> dict[str, Any]:
    facts = {"category": "cay-xanh", "state": "received", "area_name": "Hội An", "created_at": "2026-03-09T08:30+07:00"}
    return {"type": "Feature", "id": f"QN-{number}", "geometry": None, "properties": facts}


def film(by: Any, days: int) -> Film:
    """One report in each frame."""
    step = 7 if by == "week" else 1
    starts = [date(2026, 1, 5) + timedelta(days=step * number) for number in range(days)]
    at = np.zeros(days, np.int64)
    return Film(by, starts, at * 1.0, at * 1.0, np.arange(days), at, at + 1)


def test_reports_are_listed_in_words() -> None:
    assert equal.listed(FRAME, [report(1)]) == [
        {
            "code": "QN-1",
            "category": "Cây xanh",
            "state": "Chờ tiếp nhận",
            "area": "Hội An",
            "moment": "08:30 9/3/2026",
        }
    ]


def test_of_many_reports_the_first_are_listed_and_the_way_to_all_is_shown() -> None:
    page = incidents(replace(FRAME, total=150), [report(number) for number in range(150)])
    assert page.count('<a href="/reports/QN-') == equal.MOST
    assert "100 phản ánh mới nhất trong 150." in page
    assert 'href="/all.csv"' in page


def test_few_reports_are_listed_whole() -> None:
    page = incidents(replace(FRAME, total=1), [report(1)])
    assert page.count('<a href="/reports/QN-') == 1
    assert "/all.csv" not in page


def test_areas_come_the_fullest_first_and_without_the_empty_ones() -> None:
    areas = [AreaCount("503", "Hội An", "thành phố", 60, 3), AreaCount("502", "Tam Kỳ", "thành phố", 90, 1_200)]
    rows = equal.by_area(FRAME, [*areas, AreaCount("504", "Tây Giang", "huyện", 900, 0)])
    assert rows == [Counted("thành phố Tam Kỳ", "1.200", True), Counted("thành phố Hội An", "3", True)]


@pytest.mark.parametrize(
    ("by", "days", "first"),
    [("day", 3, "Ngày 7 tháng 1, 2026"), ("week", 2, "Tuần từ 12 tháng 1, 2026"), ("day", 150, "tháng 6 năm 2026")],
)
def test_a_film_is_a_table_of_its_frames_or_of_months(by: Any, days: int, first: str) -> None:
    rows = equal.by_time(FRAME, film(by, days))
    assert rows[0].name == first
    assert sum(int(row.count) for row in rows) == days
    assert len(rows) <= equal.MOST
