from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.errors import InvalidError
from geo.filters import Filters, after, apply_filters, cursor_of, newest_first
from geo.geometry import BBox
from geo.models import Report

Make = Callable[..., Report]


def found(session: Session, **wanted: Any) -> set[int]:
    return set(session.scalars(apply_filters(select(Report.id), Filters(**wanted))))


def test_each_filter_finds_its_own(session: Session, make_report: Make) -> None:
    day = datetime(2026, 3, 2, tzinfo=UTC)
    one = make_report(area_code="503", commune_code="20401", now=day, unit="so-y-te", accepted=True)
    two = make_report(category="khac", lon=107.5, area_code="504", now=day + timedelta(days=1))
    assert found(session) == {one.id, two.id}
    assert found(session, bbox=BBox(108, 15, 109, 16)) == {one.id}
    assert found(session, category=("khac",)) == {two.id}
    assert found(session, unit="so-y-te") == {one.id}
    assert found(session, area="504") == {two.id}
    assert found(session, area="20401") == {one.id}
    assert found(session, state="received") == {two.id}
    assert found(session, since=day + timedelta(days=1)) == {two.id}
    assert found(session, until=day + timedelta(days=1)) == {one.id}


def test_words_are_sought_in_what_is_published_alone(session: Session, make_report: Make) -> None:
    open_one = make_report(content="Cột điện 100% nghiêng_hẳn", accepted=True)
    make_report(content="Cột điện nghiêng, chưa tiếp nhận")
    make_report(content="Cột điện nghiêng, nhạy cảm", category="an-ninh-trat-tu", accepted=True)
    assert found(session, q="CỘT ĐIỆN") == {open_one.id}
    assert found(session, q="100%") == {open_one.id}
    assert found(session, q="100_") == set()
    assert found(session, q=open_one.code.lower()) == {open_one.id}


def test_a_small_box_does_not_find_a_sensitive_place(session: Session, make_report: Make) -> None:
    hidden = make_report(category="an-ninh-trat-tu", lon=108.33800, lat=15.87940, commune_code="20401")
    tiny = 1e-5
    assert found(session, bbox=BBox(108.338 - tiny, 15.8794 - tiny, 108.338 + tiny, 15.8794 + tiny)) == set()
    assert found(session, bbox=BBox(108.33, 15.87, 108.345, 15.885)) == {hidden.id}
    assert found(session, area="20401") == set()


def test_pages_follow_one_another_without_gaps_or_repeats(session: Session, make_report: Make) -> None:
    same = datetime(2026, 3, 2, 1, 2, 3, 456_789, tzinfo=UTC)
    made = [make_report(now=same) for _number in range(5)] + [make_report(now=same + timedelta(microseconds=1))]
    seen: list[int] = []
    cursor = None
    for _page in made:
        query = newest_first(select(Report.id, Report.created_at))
        row = session.execute((after(query, cursor) if cursor else query).limit(1)).one()
        seen.append(row.id)
        cursor = cursor_of(row.created_at, row.id)
    assert seen == [report.id for report in reversed(made)]
    assert cursor is not None
    assert session.execute(after(newest_first(select(Report.id)), cursor)).first() is None


@pytest.mark.parametrize("cursor", ["", "x", "ĐĐ", "MTIz", "MS4tMQ", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OS4x", "\0"])
def test_a_made_up_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidError):
        after(select(Report.id), cursor)
