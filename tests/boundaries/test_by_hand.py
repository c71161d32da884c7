"""What people said of a report, beside rules, when an edition comes into force."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from api import explaining
from boundaries import activation
from geo import beside as beside_units
from geo import workflow
from geo.details import Details
from geo.models import Category, Report, Rule, Unit, User
from geo.permissions import Actor
from geo.settings import Settings
from tests.boundaries.opened import TEXT, receive, step_
from tests.boundaries.test_activation import copy
from tests.boundaries.test_routing import beside

NONG_SON = (107.98, 15.68)  # 519, which 2025-01 gives to Quế Sơn (509)


def rule(session: Session, area: str | None) -> Rule:
    kind = session.scalars(select(Category.id).where(Category.code == "giao-thong")).one()
    unit = session.scalars(select(Unit.id).where(Unit.code == "so-xay-dung")).one()
    made = Rule(category_id=kind, area_code=area, unit_id=unit, replaces=True, priority=0)
    session.add(made)
    session.flush()
    return made


def now(session: Session, report: Report) -> tuple[str, str | None]:
    session.refresh(report)
    return session.scalars(select(Unit.code).where(Unit.id == report.unit_id)).one(), report.area_code


@pytest.mark.parametrize("area", ["507", None])
def test_the_senders_choice_holds_beside_a_rule(session: Session, settings: Settings, area: str | None) -> None:
    rule(session, area)
    lon, lat = beside(session, "503", "507", 30)
    report = receive(session, settings, lon, lat, 30.0, area="507")
    assert now(session, report) == ("so-xay-dung", "507")
    counts = activation.activate(session, "2025-01", settings=settings).counts
    assert now(session, report) == ("so-xay-dung", "507")
    assert counts["changed"] == 0
    # Where the rule is why, nobody is told of a choice.
    told = explaining.explain(session, report, "en", inside=True)[0]
    assert (told.by, told.code) == ("rule", "rule")
    assert "the sender" not in told.text


def test_a_unit_that_a_person_chose_is_not_told_to_be_a_rules(
    session: Session, settings: Settings, make_user: Callable[..., User]
) -> None:
    rule(session, "509")
    report, other = receive(session, settings, *NONG_SON, 5.0), receive(session, settings, *NONG_SON, 5.0)
    operator = Actor("operator", user_id=make_user("operator").id)
    for one, code in ((report, "ubnd-503"), (other, "so-xay-dung")):
        to = session.scalars(select(Unit.id).where(Unit.code == code)).one()
        workflow.apply(session, one, "forward", operator, door="web", details=Details(unit_id=to, text=TEXT))
    activation.activate(session, "2025-01", settings=settings)
    assert now(session, report) == ("ubnd-503", "509")
    told = explaining.explain(session, report, "en", inside=True)[-1]
    assert (told.by, told.code, told.rule) == ("edition", "person", None)
    assert told.text.startswith("The place is in huyện Quế Sơn; the report stays with the unit that a person chose")
    # Where the rule says the same it is a reason.
    told = explaining.explain(session, other, "en", inside=True)[-1]
    assert (told.unit.code, told.code, told.rule is not None) == ("so-xay-dung", "rule", True)


def test_what_an_edition_moved_away_nobody_chose(
    session: Session, settings: Settings, make_user: Callable[..., User]
) -> None:
    report, plain = receive(session, settings, *NONG_SON, 5.0), receive(session, settings, *NONG_SON, 5.0)
    operator = Actor("operator", user_id=make_user("operator").id)
    for code in ("ubnd-503", "ubnd-519"):
        to = session.scalars(select(Unit.id).where(Unit.code == code)).one()
        workflow.apply(session, report, "forward", operator, door="web", details=Details(unit_id=to, text=TEXT))
    activation.activate(session, "2025-01", settings=settings)
    assert now(session, report) == now(session, plain) == ("ubnd-509", "509")
    copy(session, "2020", "again", date(2025, 3, 1))
    assert activation.activate(session, "again", settings=settings).counts["by_hand"] == 0
    assert now(session, report) == now(session, plain) == ("ubnd-519", "519")


def test_a_claim_that_was_never_settled_keeps_nothing_where_an_edition_leaves_no_doubt(
    session: Session, settings: Settings, make_user: Callable[..., User]
) -> None:
    lon, lat = beside(session, "509", "519", 20)
    report, plain = receive(session, settings, lon, lat, 30.0), receive(session, settings, lon, lat, 30.0)
    step_(session, report, "accept")
    mine = now(session, report)[0]
    other = {"ubnd-519": "ubnd-509", "ubnd-509": "ubnd-519"}[mine]
    claims = session.scalars(select(Unit.id).where(Unit.code == other)).one()
    who = Actor("officer", unit_id=claims, user_id=make_user("officer", unit=other).id)
    workflow.apply(session, report, "ours", who, door="web", details=Details(text=TEXT))
    assert now(session, report)[0] == mine
    assert report.needs_confirmation
    activation.activate(session, "2025-01", settings=settings)
    assert now(session, report) == now(session, plain) == ("ubnd-509", "509")
    assert not report.needs_confirmation
    assert not plain.needs_confirmation
    assert beside_units.units(session, report) == beside_units.units(session, report, "claimant") == []
