from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from boundaries.lookup import today
from boundaries.routing import route, route_many
from geo.models import Category, Report, Rule, Unit
from geo.settings import Settings
from geo.suggestions import suggested

LIGHTS = "dien-chieu-sang"
HOI_AN = (108.338, 15.8794)
TODAY = today()


@pytest.fixture
def rule(session: Session) -> Callable[..., Unit]:
    """A builder of rules; the answer is their unit."""

    def make(unit: str, area: str | None = None, *, category: str = LIGHTS, **values: Any) -> Unit:
        found = session.scalars(select(Unit).where(Unit.code == unit)).one()
        kind = session.scalars(select(Category.id).where(Category.code == category)).one()
        session.add(Rule(category_id=kind, area_code=area, unit_id=found.id, **({"replaces": True} | values)))
        session.flush()
        return found

    return make


def test_the_narrowest_rule_wins(session: Session, settings: Settings, rule: Callable[..., Unit]) -> None:
    default = route(session, *HOI_AN, category=LIGHTS, settings=settings)
    assert default.reason.code == "inside"
    rule("cong-ty-dien-luc", replaces=False)
    same = route(session, *HOI_AN, category=LIGHTS, settings=settings)
    assert (same.unit.id, same.reason) == (default.unit.id, default.reason)
    session.query(Rule).delete()
    everywhere = rule("cong-ty-dien-luc")
    found = route(session, *HOI_AN, category=LIGHTS, settings=settings)
    assert (found.unit.id, found.reason.code, found.needs_confirmation) == (everywhere.id, "rule", False)
    assert found.area is not None
    assert default.area is not None
    assert found.area.code == default.area.code
    district = rule("cong-ty-moi-truong", "503")
    assert route(session, *HOI_AN, category=LIGHTS, settings=settings).unit.id == district.id
    assert found.commune is not None
    commune = rule("cong-ty-cap-thoat-nuoc", found.commune.code)
    assert route(session, *HOI_AN, category=LIGHTS, settings=settings).unit.id == commune.id
    for other in ({"category": "giao-thong"}, {}):
        assert route(session, *HOI_AN, settings=settings, **other).unit.id == default.unit.id


def test_a_unit_that_is_gone_gets_nothing(session: Session, settings: Settings, rule: Callable[..., Unit]) -> None:
    unit = rule("cong-ty-dien-luc")
    unit.valid_until = date(2024, 1, 1)
    session.flush()
    on = {"on": date(2023, 12, 31)}
    assert route(session, *HOI_AN, category=LIGHTS, settings=settings).reason.code == "inside"
    assert route(session, *HOI_AN, category=LIGHTS, settings=settings, **on).reason.code == "rule"


def test_a_higher_priority_wins_over_a_narrower_area_and_a_newer_rule_over_an_older(
    session: Session, settings: Settings, rule: Callable[..., Unit]
) -> None:
    rule("cong-ty-dien-luc", "503", priority=1)
    wide = rule("cong-ty-moi-truong", priority=2)
    assert route(session, *HOI_AN, category=LIGHTS, settings=settings).unit.id == wide.id
    newer = rule("cong-ty-cap-thoat-nuoc", priority=2, valid_from=date(2024, 1, 1))
    found = route(session, *HOI_AN, category=LIGHTS, settings=settings)
    assert found.rule is not None
    assert (found.unit.id, found.rule.priority, found.rule.valid_from) == (newer.id, 2, date(2024, 1, 1))
    before = route(session, *HOI_AN, category=LIGHTS, on=date(2023, 12, 31), settings=settings)
    assert before.unit.id == wide.id


def test_a_rule_decides_from_its_first_day_to_the_day_before_its_end(
    session: Session, settings: Settings, rule: Callable[..., Unit]
) -> None:
    unit = rule("cong-ty-dien-luc", "503", valid_from=date(2024, 2, 1), valid_until=date(2024, 3, 1))
    days = {"2024-01-31": False, "2024-02-01": True, "2024-02-29": True, "2024-03-01": False}
    for day, decides in days.items():
        found = route(session, *HOI_AN, category=LIGHTS, on=date.fromisoformat(day), settings=settings)
        assert (found.unit.id == unit.id, found.reason.code == "rule", found.rule is not None) == (decides,) * 3


def test_a_rule_follows_to_the_heir_of_its_unit(
    session: Session, settings: Settings, rule: Callable[..., Unit]
) -> None:
    rule("so-giao-thong-van-tai", "503", category="giao-thong")
    for day, code in (("2025-02-28", "so-giao-thong-van-tai"), ("2025-03-01", "so-xay-dung")):
        found = route(session, *HOI_AN, category="giao-thong", on=date.fromisoformat(day), settings=settings)
        assert (found.unit.code, found.reason.code) == (code, "rule")


def test_a_rule_for_an_area_that_the_edition_does_not_have_decides_nothing(
    session: Session, settings: Settings, rule: Callable[..., Unit]
) -> None:
    unit, nong_son = rule("cong-ty-dien-luc", "519"), (107.995, 15.651)
    found = {
        edition: route(session, *nong_son, category=LIGHTS, edition=edition, settings=settings).unit.id == unit.id
        for edition in ("2020", "2025-01", "2025-07")
    }
    assert found == {"2020": True, "2025-01": False, "2025-07": False}


def test_the_suggestion_to_forward_goes_by_the_same_order(
    session: Session, make_report: Callable[..., Report], rule: Callable[..., Unit]
) -> None:
    report = make_report(category=LIGHTS, area_code="503", commune_code="20410")
    narrow = rule("cong-ty-dien-luc", "20410", replaces=False)
    assert suggested(session, report, TODAY) == narrow
    high = rule("cong-ty-moi-truong", priority=1, replaces=False)
    assert suggested(session, report, TODAY) == high
    rule("so-giao-thong-van-tai", priority=2, replaces=False)
    assert getattr(suggested(session, report, TODAY), "code", "") == "so-xay-dung"
    rule("cong-ty-cap-thoat-nuoc", priority=3, replaces=False, valid_until=TODAY)
    assert getattr(suggested(session, report, TODAY), "code", "") == "so-xay-dung"


@pytest.mark.parametrize("seed", range(4))
def test_whatever_the_rules_one_and_many_agree_on_the_winner(
    session: Session, settings: Settings, rule: Callable[..., Unit], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    editions = ("2020", "2025-01", "2025-07")
    codes = ["503", "507", "509", "519", "20410", "20413", "20455", "20500", None]
    units = ["cong-ty-dien-luc", "cong-ty-moi-truong", "so-giao-thong-van-tai", "so-y-te", "ubnd-503", "ubnd-507"]
    kinds = np.array([LIGHTS, "giao-thong"], object)
    turns = [None, date(2024, 1, 1), date(2025, 1, 1), date(2025, 3, 1), date(2026, 1, 1)]
    for _ in range(30):
        first, last = sorted(rng.integers(0, len(turns), 2).tolist())
        rule(
            units[rng.integers(len(units))],
            codes[rng.integers(len(codes))],
            category=kinds[rng.integers(2)],
            priority=int(rng.integers(-1, 2)),
            valid_from=turns[first],
            valid_until=turns[last] if last > first else None,
        )
    lon, lat = rng.normal(HOI_AN[0], 0.05, 60), rng.normal(HOI_AN[1], 0.05, 60)
    category = rng.choice(kinds, 60)
    deciding, passed_over = set(), 0
    for edition, day in ((None, date(2024, 6, 1)), (None, date(2025, 4, 1)), *((one, None) for one in editions)):
        asked: dict[str, Any] = {"edition": edition, "on": day, "settings": settings}
        many = route_many(session, lon, lat, accuracy=np.full(60, 900.0), category=category, **asked)
        for row in np.flatnonzero(many.refusal == ""):
            one = route(session, lon[row], lat[row], accuracy=900.0, category=category[row], **asked)
            decided = one.rule.id if one.rule else 0
            assert (one.unit.id, one.reason.code, decided) == (many.unit_id[row], many.reason[row], many.rule_id[row])
            deciding.add(decided)
            # Who stands beside: neither the committee that a rule passed over nor the unit that has it already.
            beside = {each.unit.id: each.area for each in one.candidates if each.unit.id != one.unit.id}
            rest = [unit for unit, area in beside.items() if area is not one.area]
            assert one.others == rest == (many.others[row] or [])
            passed_over += len(rest) < len(beside)
    assert len(deciding) > 4
    assert passed_over > 3


def test_one_and_many_agree(session: Session, settings: Settings, rule: Callable[..., Unit]) -> None:
    rule("cong-ty-dien-luc")
    rule("cong-ty-moi-truong", "503", category="ve-sinh-moi-truong")
    rule("cong-ty-cap-thoat-nuoc", "20410", category="ve-sinh-moi-truong")
    rng = np.random.default_rng(7)
    lon, lat = rng.uniform(107.6, 108.6, 400), rng.uniform(15.2, 15.95, 400)
    lon[:40], lat[:40] = rng.normal(HOI_AN[0], 0.01, 40), rng.normal(HOI_AN[1], 0.01, 40)
    accuracy = np.where(rng.random(400) < 0.5, np.nan, rng.uniform(0, 3_000, 400))
    kinds = rng.choice(np.array([LIGHTS, "ve-sinh-moi-truong", "giao-thong"], object), len(lon))
    many = route_many(session, lon, lat, accuracy=accuracy, category=kinds, settings=settings)
    reasons = set()
    for row in np.flatnonzero(many.refusal == ""):
        given: Any = None if np.isnan(accuracy[row]) else float(accuracy[row])
        one = route(session, lon[row], lat[row], accuracy=given, category=kinds[row], settings=settings)
        assert (one.unit.id, one.unit.name) == (many.unit_id[row], many.unit_name[row])
        assert (one.reason.code, one.needs_confirmation) == (many.reason[row], many.needs_confirmation[row])
        assert len(one.candidates) == len(many.candidates[row] or [])
        reasons.add(one.reason.code)
    assert {"rule", "inside"} <= reasons
