"""The alert: one at a time, in the log, and what is urgent while it is on."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo import reports, storm
from geo.clock import urgent
from geo.errors import ConflictError, InvalidError
from geo.models import Category, LogEntry, User

Make = Callable[..., Any]
TEXT = "Bão số 9 đổ bộ đêm nay; Ban chỉ huy 0235 3852 600."


@pytest.fixture
def operator(make_user: Make) -> User:
    user: User = make_user("operator")
    return user


def test_chosen_categories_are_urgent_at_intake_and_as_before_once_it_is_over(
    session: Session, operator: User, make_report: Make
) -> None:
    before = make_report(category="cay-xanh")
    storm.begin(session, operator, TEXT, categories=["cay-xanh", *storm.DEFAULT])
    during, other = make_report(category="cay-xanh"), make_report(category="giao-thong")
    storm.end(session, operator)
    after = make_report(category="cay-xanh")
    assert [urgent(one) for one in (before, during, other, after)] == [False, True, False, False]
    assert (during.accept_due - during.created_at).total_seconds() == 2 * 3_600
    assert (during.resolve_due - during.created_at).total_seconds() == 24 * 3_600


def test_disasters_are_urgent_whatever_an_administrator_said_of_the_category(
    session: Session, operator: User, make_report: Make
) -> None:
    kind = session.scalars(select(Category).where(Category.code == storm.DEFAULT[0])).one()
    kind.urgent, kind.accept_hours, kind.resolve_days = False, 1, 5
    session.flush()
    assert not reports.category(session, kind.code).urgent
    storm.begin(session, operator, TEXT)
    found = reports.category(session, kind.code)
    # What is shorter already stays so.
    assert (found.urgent, found.raised, found.accept_hours, found.resolve_days) == (True, True, 1, 1)


def test_there_is_one_at_a_time_and_both_ends_are_in_the_log(session: Session, operator: User) -> None:
    with pytest.raises(ConflictError):
        storm.end(session, operator)
    storm.begin(session, operator, TEXT)
    with pytest.raises(ConflictError):
        storm.begin(session, operator, TEXT)
    storm.end(session, operator, "Bão đã tan.")
    assert storm.current(session) is None
    lines = session.execute(select(LogEntry.kind, LogEntry.text, LogEntry.user_id).order_by(LogEntry.id)).all()
    assert [tuple(one) for one in lines] == [
        ("storm_on", TEXT, operator.id),
        ("storm_off", "Bão đã tan.", operator.id),
    ]


@pytest.mark.parametrize(
    "said", [{"text": "ngắn"}, {"text": TEXT, "categories": ["nothing"]}, {"text": TEXT, "categories": []}]
)
def test_what_says_nothing_begins_nothing(session: Session, operator: User, said: dict[str, Any]) -> None:
    with pytest.raises(InvalidError):
        storm.begin(session, operator, **said)
    assert storm.current(session) is None


def test_the_numbers_of_a_sentence_are_found_and_dates_are_not() -> None:
    said = "Gọi 0235 3852 600, 0905.123.456 hoặc 1900 1234; bão cấp 12, ngày 27/11/2026, gió 150 km/h"
    assert storm.phones(said) == ["0235 3852 600", "0905.123.456", "1900 1234"]
