"""Suggestions from the database: who leads, who belongs, what was dismissed."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from geo import groups, workflow
from geo.details import Details
from geo.models import Media, Report, User
from geo.permissions import SYSTEM, Actor

Make = Callable[..., Any]
TEXT = "Cây đổ chắn ngang đường Trần Hưng Đạo"


@pytest.fixture
def operator(make_user: Make) -> Actor:
    user: User = make_user("operator")
    return Actor("operator", user_id=user.id)


@pytest.fixture
def tree(make_report: Make) -> Callable[..., Report]:
    def make(number: int, **said: Any) -> Report:
        values = {"category": "cay-xanh", "content": f"{TEXT}, lần {number}", "lat": 15.8794 + number / 10_000}
        report: Report = make_report(**(values | said))
        return report

    return make


def suggested(session: Session, who: Actor) -> list[list[int]]:
    found = groups.suggested(session, who, datetime.now(UTC))
    return [[one.report.id for one in group.members] for group in found]


def test_the_oldest_leads_unless_one_is_worked_on_or_leads_already(
    session: Session, operator: Actor, tree: Callable[..., Report]
) -> None:
    now = datetime.now(UTC)
    old, young, youngest = (tree(number, now=now - timedelta(minutes=50 - number)) for number in range(3))
    assert suggested(session, operator) == [[old.id, young.id, youngest.id]]
    workflow.apply(session, young, "accept", SYSTEM, door="cli")
    assert suggested(session, operator) == [[young.id, old.id, youngest.id]]
    fourth = tree(3)
    workflow.apply(session, fourth, "merge", SYSTEM, door="cli", details=Details(lead_id=youngest.id))
    assert suggested(session, operator) == [[youngest.id, old.id, young.id]]


def test_it_says_how_far_how_long_and_what_they_have_in_common(
    session: Session, operator: Actor, tree: Callable[..., Report]
) -> None:
    now = datetime.now(UTC)
    first, second = tree(0, now=now - timedelta(minutes=30)), tree(10, now=now - timedelta(minutes=5))
    session.add(Media(report_id=second.id, key="k" * 32, width=1, height=1))
    session.flush()
    (group,) = groups.suggested(session, operator, now)
    assert (group.lead.id, group.minutes, group.category.code) == (first.id, 25, "cay-xanh")
    assert group.metres == pytest.approx(111, abs=2)
    assert {"cây", "đổ"} & set(group.words)
    assert [one.pictures for one in group.members] == [0, 1]


def test_settled_old_second_and_dismissed_reports_are_not_suggested(
    session: Session, operator: Actor, tree: Callable[..., Report]
) -> None:
    now = datetime.now(UTC)
    lone, other = tree(0), tree(1)
    tree(2, now=now - timedelta(hours=7))
    settled = tree(3)
    said = Details(text="Ngoài tỉnh.", reason="khac")
    workflow.apply(session, settled, "reject", SYSTEM, door="cli", details=said)
    tree(4, second_of=settled.id)
    assert suggested(session, operator) == [[lone.id, other.id]]
    groups.dismiss(session, operator, [lone.id, other.id], [lone.id, other.id])
    groups.dismiss(session, operator, [other.id], [lone.id])  # twice is once
    assert suggested(session, operator) == []


def test_nobody_is_suggested_what_they_may_not_see(session: Session, tree: Callable[..., Report]) -> None:
    mine, too = tree(0, unit="ubnd-503"), tree(1, unit="ubnd-503")
    assert suggested(session, Actor("officer", unit_id=mine.unit_id)) == [[mine.id, too.id]]
    assert suggested(session, Actor("officer", unit_id=mine.unit_id + 1)) == []
