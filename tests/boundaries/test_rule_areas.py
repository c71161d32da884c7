"""Before an edition comes into force it is told which rules lose their area, and which get other ground."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from boundaries import activation, editions, rule_areas, ruling
from boundaries.lookup import today
from boundaries.ruling import Wanted
from geo.models import Category, Rule, Unit
from geo.settings import Settings
from tests.boundaries.opened import copy

TODAY = today()
DAY = timedelta(days=1)
TAN_AN = "20401"  # in 2020; in 2025-07 the code of Hội An Tây, which has three more wards


@pytest.fixture
def rule(session: Session) -> Callable[..., Rule]:
    """A builder of rules about electricity."""

    def make(area: str | None, unit: str = "cong-ty-dien-luc", **values: Any) -> Rule:
        category = session.scalars(select(Category.id).where(Category.code == "dien-chieu-sang")).one()
        unit_id = session.scalars(select(Unit.id).where(Unit.code == unit)).one()
        fields = {"replaces": True, "priority": 0, "valid_from": None, "valid_until": None}
        return ruling.add(session, Wanted(category_id=category, area_code=area, unit_id=unit_id, **(fields | values)))

    return make


@pytest.fixture
def shifting(session: Session, settings: Settings) -> Callable[[str], list[int]]:
    """A builder of the ids of the rules that a preview says get other ground."""

    def make(code: str) -> list[int]:
        return [one.rule.id for one in activation.preview(session, code, settings=settings).shifting]

    return make


def test_rules_whose_area_an_edition_lacks_are_told_beforehand(
    session: Session, settings: Settings, rule: Callable[..., Rule]
) -> None:
    lost = rule("519")  # Nông Sơn, which 2025-01 joins to Quế Sơn
    rule("503")
    rule(None)
    rule("519", "cong-ty-moi-truong", priority=1, valid_until=TODAY)
    told = activation.preview(session, "2025-01", settings=settings).rules
    assert [(one.rule.id, one.area.name) for one in told] == [(lost.id, "Nông Sơn")]


def test_a_rule_whose_code_is_used_again_is_told_with_the_ground_before_and_after(
    session: Session, settings: Settings, rule: Callable[..., Rule]
) -> None:
    activation.activate(session, "2025-07", settings=settings)
    made = rule(TAN_AN)
    activation.undo(session, "2025-07", settings=settings)
    told = activation.preview(session, "2025-07", settings=settings)
    assert told.rules == []
    (one,) = told.shifting
    assert (one.rule.id, one.before.name, one.after.name) == (made.id, "Tân An", "Hội An Tây")
    assert [round(area.area_m2 / 1e6, 1) for area in (one.before, one.after)] == [1.2, 17.8]


def test_an_area_that_grows_is_other_ground_and_one_that_stays_is_not(
    rule: Callable[..., Rule], shifting: Callable[[str], list[int]]
) -> None:
    grown = rule("509")  # Quế Sơn, which Nông Sơn joins
    for area in ("503", TAN_AN, None):
        rule(area)
    assert shifting("2025-01") == [grown.id]


def test_only_rules_that_decide_before_the_switch_and_after_it_get_other_ground(
    session: Session, rule: Callable[..., Rule], shifting: Callable[[str], list[int]]
) -> None:
    first = TODAY + 9 * DAY
    copy(session, "2025-07", "own", first)
    until = rule(TAN_AN, valid_until=first + DAY)
    later = rule(TAN_AN, priority=1, valid_from=first - DAY)
    rule(TAN_AN, priority=2, valid_until=first)
    rule(TAN_AN, priority=3, valid_from=first)  # made for the edition that begins that day
    gone = rule(TAN_AN, "cong-ty-moi-truong", priority=4)
    session.get_one(Unit, gone.unit_id).valid_until = TODAY
    session.flush()
    assert shifting("own") == [until.id, later.id]


def test_an_edition_that_changes_history_only_touches_no_rule(
    session: Session, settings: Settings, rule: Callable[..., Rule]
) -> None:
    rule("519")
    rule("509")
    edition = editions.find(session, "2025-01")
    assert [one.area.code for one in rule_areas.ending(session, edition, TODAY)] == ["519"]
    assert [one.before.code for one in rule_areas.shifting(session, edition, TODAY)] == ["509"]
    copy(session, "2020", "own", date(2025, 6, 1))
    activation.activate(session, "own", settings=settings)
    told = activation.preview(session, "2025-01", settings=settings)
    assert (told.rules, told.shifting) == ([], [])
