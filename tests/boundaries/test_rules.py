from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from boundaries.routing import route, route_many
from geo.models import Category, Rule, Unit
from geo.settings import Settings

LIGHTS = "dien-chieu-sang"
HOI_AN = (108.338, 15.8794)


@pytest.fixture
def rule(session: Session) -> Callable[..., Unit]:
    """A builder of rules; the answer is their unit."""

    def make(unit: str, area: str | None = None, *, category: str = LIGHTS, replaces: bool = True) -> Unit:
        found = session.scalars(select(Unit).where(Unit.code == unit)).one()
        kind = session.scalars(select(Category.id).where(Category.code == category)).one()
        session.add(Rule(category_id=kind, area_code=area, unit_id=found.id, replaces=replaces))
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
