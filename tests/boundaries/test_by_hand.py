"""What people said of a report, beside rules, when an edition comes into force."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from api import explaining
from boundaries import activation, lookup
from geo import beside as beside_units
from geo import workflow
from geo.details import Details
from geo.models import Category, Report, ReportUnit, Rule, Unit, User
from geo.permissions import Actor
from geo.settings import Settings
from geo.transitions import Action
from tests.boundaries.opened import HOI_AN, NONG_SON, TEXT, code_of, copy, receive, rows, step_, unit, unit_of
from tests.boundaries.test_routing import beside


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


def test_a_unit_that_a_person_chose_stays_while_it_exists(
    session: Session, settings: Settings, make_user: Callable[..., User]
) -> None:
    operator = Actor("operator", user_id=make_user("operator").id)
    kept, gone = receive(session, settings, *NONG_SON, 5.0), receive(session, settings, *HOI_AN, 5.0)
    for report, code in ((kept, "ubnd-503"), (gone, "ubnd-519")):
        workflow.apply(session, report, "forward", operator, door="web", details=Details(unit_id=unit(session, code)))
    activation.activate(session, "2025-01", settings=settings)
    # Nông Sơn's own area follows, and its committee of then is gone.
    assert (unit_of(session, kept), kept.area_code) == ("ubnd-503", "509")
    assert (unit_of(session, gone), gone.area_code) == ("ubnd-503", "503")
    assert activation.activate(session, "2025-07", settings=settings).counts["by_hand"] == 0


def test_the_word_of_the_sender_near_a_border_goes_on_to_hold(session: Session, settings: Settings) -> None:
    lon, lat = session.execute(
        text("""
        SELECT ST_X(p), ST_Y(p) FROM (
            SELECT ST_LineInterpolatePoint((ST_Dump(ST_LineMerge(ST_Intersection(a.geometry, b.geometry)))).geom, 0.5) p
            FROM areas a JOIN areas b ON b.edition_id = a.edition_id AND b.level = a.level
            JOIN editions e ON e.id = a.edition_id AND e.code = '2020'
            WHERE a.level = 'district' AND a.code = '503' AND b.code = '507'
        ) line LIMIT 1
        """)
    ).one()
    both = [receive(session, settings, lon, lat, 30.0, area=code) for code in ("503", "507")]
    assert [unit_of(session, one) for one in both] == ["ubnd-503", "ubnd-507"]
    activation.activate(session, "2025-01", settings=settings)
    assert [unit_of(session, one) for one in both] == ["ubnd-503", "ubnd-507"]
    assert [one.version for one in both] == [1, 1]


def test_what_units_by_a_border_said_goes_on_to_hold(
    session: Session, settings: Settings, make_user: Callable[..., User]
) -> None:
    lon, lat = beside(session, "503", "507", 20)
    given, sure, claimed = (receive(session, settings, lon, lat, 30.0) for _one in range(3))
    mine, other = given.unit_id, unit(session, "ubnd-507")
    assert (unit_of(session, given), given.needs_confirmation) == ("ubnd-503", True)

    def say(report: Report, action: Action, by: int, **details: Any) -> None:
        who = Actor("officer", unit_id=by, user_id=make_user("officer", unit=code_of(session, by)).id)
        workflow.apply(session, report, action, who, door="web", details=Details(text=TEXT, **details))

    say(given, "not_ours", mine, unit_id=other)
    say(sure, "not_ours", other)
    say(claimed, "ours", other)
    before = [one for one in rows(session) if one.id in (given.id, sure.id, claimed.id)]
    assert [(one.unit_id, one.needs_confirmation) for one in before] == [(other, False), (mine, False), (other, False)]
    activation.activate(session, "2025-01", settings=settings)
    assert [one for one in rows(session) if one.id in (given.id, sure.id, claimed.id)] == before


def test_the_claim_of_a_unit_that_is_gone_stands_in_nobodys_way(session: Session, settings: Settings) -> None:
    report = receive(session, settings, *HOI_AN, 5.0)
    session.add(ReportUnit(report_id=report.id, unit_id=unit(session, "ubnd-507"), role="claimant"))
    session.flush()
    activation.activate(session, "2025-07", settings=settings)
    assert unit_of(session, report) != "ubnd-503"
    assert beside_units.units(session, report, "claimant") == []


def test_a_units_word_that_a_place_is_its_own_outlives_another_edition(
    session: Session, settings: Settings, make_user: Callable[..., User]
) -> None:
    report = receive(session, settings, *beside(session, "503", "507", 20), 30.0)
    step_(session, report, "accept")
    who = Actor("officer", unit_id=unit(session, "ubnd-507"), user_id=make_user("officer", unit="ubnd-507").id)
    workflow.apply(session, report, "ours", who, door="web")
    # Its commune has another code in the next edition, and everything else is as it was.
    draft = copy(session, "2020", "recoded", lookup.today())
    session.execute(
        text("UPDATE areas SET code = '99999' WHERE edition_id = :id AND level = 'commune' AND code = :code"),
        {"id": draft.id, "code": report.commune_code},
    )
    assert activation.activate(session, "recoded", settings=settings).counts["changed"] == 1
    session.refresh(report)
    assert (unit_of(session, report), report.commune_code, report.needs_confirmation) == ("ubnd-503", "99999", True)
    assert [one.code for one in beside_units.units(session, report)] == ["ubnd-507"]
    assert [one.code for one in beside_units.units(session, report, "claimant")] == ["ubnd-507"]


def test_a_neighbours_word_that_settles_nothing_takes_away_no_unit_that_a_person_chose(
    session: Session, settings: Settings, make_user: Callable[..., User]
) -> None:
    report = receive(session, settings, *beside(session, "503", "507", 20), 30.0)
    to = Details(unit_id=unit(session, "ubnd-513"), text=TEXT)
    workflow.apply(session, report, "forward", Actor("operator"), door="web", details=to)
    step_(session, report, "accept")
    session.refresh(report)
    assert (unit_of(session, report), report.needs_confirmation) == ("ubnd-513", True)
    who = Actor("officer", unit_id=unit(session, "ubnd-507"), user_id=make_user("officer", unit="ubnd-507").id)
    workflow.apply(session, report, "ours", who, door="web", details=Details(text=TEXT))
    activation.activate(session, "2025-01", settings=settings)
    assert unit_of(session, report) == "ubnd-513"
