from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from api.bulk import storing
from api.intake import submit
from boundaries import activation, editions, routing, ruling, turns
from boundaries.lookup import today
from boundaries.models import Assignment, Edition
from boundaries.ruling import Wanted
from geo import moving, succession
from geo.database import build_engine, driver
from geo.errors import ConflictError, InvalidError
from geo.models import Category, Report, Rule, Unit
from geo.reports import Draft
from geo.settings import Settings
from tests.boundaries.opened import receive

TODAY = today()
DAY = timedelta(days=1)
HOI_AN, NONG_SON = (108.338, 15.8794), (107.98, 15.68)


@pytest.fixture
def wanted(session: Session) -> Callable[..., Wanted]:
    """A builder of what a rule says: of electricity in Hội An, unless it is said otherwise."""

    def make(unit: str = "cong-ty-dien-luc", area: str | None = "503", **values: Any) -> Wanted:
        category = session.scalars(select(Category.id).where(Category.code == "dien-chieu-sang")).one()
        unit_id = session.scalars(select(Unit.id).where(Unit.code == unit)).one()
        fields = {"replaces": True, "priority": 0, "valid_from": None, "valid_until": None}
        return Wanted(category_id=category, area_code=area, unit_id=unit_id, **(fields | values))

    return make


def deciding(session: Session, settings: Settings, report: Report) -> None:
    """Lets the rules of today decide where a report goes."""
    found = routing.route(session, *HOI_AN, category="dien-chieu-sang", settings=settings)
    routing.assign(session, report, found)


def test_equal_rules_do_not_overlap(session: Session, wanted: Callable[..., Wanted]) -> None:
    rule = ruling.add(session, wanted(valid_from=TODAY, valid_until=TODAY + 10 * DAY))
    for days in ({}, {"valid_from": TODAY + 9 * DAY}, {"valid_until": TODAY + DAY}):
        with pytest.raises(ConflictError, match="Công ty Điện lực"):
            ruling.add(session, wanted("cong-ty-moi-truong", **days))
    ruling.add(session, wanted("cong-ty-moi-truong", valid_from=TODAY + 10 * DAY))
    ruling.add(session, wanted("cong-ty-moi-truong", valid_until=TODAY))
    for other in ({"priority": 1}, {"replaces": False}, {"area": None}):
        ruling.add(session, wanted("cong-ty-moi-truong", **other))
    with pytest.raises(ConflictError):
        ruling.change(session, rule, wanted(valid_from=TODAY, valid_until=TODAY + 11 * DAY), TODAY)
    ruling.change(session, rule, wanted(valid_from=TODAY, valid_until=TODAY + 9 * DAY), TODAY)
    assert rule.valid_until == TODAY + 9 * DAY


@pytest.mark.parametrize("values", [{"priority": 1_001}, {"valid_from": TODAY, "valid_until": TODAY}])
def test_what_makes_no_sense_is_refused(session: Session, wanted: Callable[..., Wanted], values: Any) -> None:
    with pytest.raises(InvalidError):
        ruling.add(session, wanted(**values))


def test_a_rule_that_decided_is_ended_and_never_deleted(
    session: Session, settings: Settings, wanted: Callable[..., Wanted], make_report: Callable[..., Report]
) -> None:
    unused, used = ruling.add(session, wanted(area="504")), ruling.add(session, wanted())
    deciding(session, settings, make_report())
    assert session.scalars(select(Assignment.rule_id)).all() == [used.id]
    assert ruling.remove(session, unused, TODAY) is True
    assert ruling.remove(session, used, TODAY) is False
    assert session.scalars(select(Rule.id)).all() == [used.id]
    assert used.valid_until == TODAY
    found = routing.route(session, *HOI_AN, category="dien-chieu-sang", settings=settings)
    assert found.rule is None
    again = ruling.add(session, wanted("cong-ty-moi-truong", valid_from=TODAY))
    assert ruling.remove(session, again, TODAY) is True


def test_of_a_rule_that_decided_only_the_end_can_be_changed(
    session: Session, settings: Settings, wanted: Callable[..., Wanted], make_report: Callable[..., Report]
) -> None:
    said = wanted()
    rule = ruling.add(session, said)
    ruling.change(session, rule, replace(said, priority=3), TODAY)
    said = replace(said, priority=3)
    deciding(session, settings, make_report())
    for other in (replace(said, priority=0), replace(said, area_code=None), replace(said, valid_from=TODAY)):
        with pytest.raises(ConflictError, match="chỉ đổi được ngày kết thúc"):
            ruling.change(session, rule, other, TODAY)
    with pytest.raises(InvalidError, match="trước hôm nay"):
        ruling.change(session, rule, replace(said, valid_until=TODAY - DAY), TODAY)
    ruling.change(session, rule, replace(said, valid_until=TODAY + DAY), TODAY)
    assert rule.valid_until == TODAY + DAY


def test_it_is_told_what_wins_today_and_why_the_others_do_not(session: Session, wanted: Callable[..., Wanted]) -> None:
    wide = ruling.add(session, wanted("cong-ty-moi-truong", None, priority=1))
    made = {
        "beaten": ruling.add(session, wanted()),
        "coming": ruling.add(session, wanted(priority=2, valid_from=TODAY + DAY)),
        "over": ruling.add(session, wanted(priority=2, valid_until=TODAY)),
        "nowhere": ruling.add(session, wanted(area="99999", priority=2)),
        "nobody": ruling.add(session, wanted("cong-ty-cap-thoat-nuoc", priority=3)),
        "wins": ruling.add(session, wanted("so-giao-thong-van-tai", "20410", priority=3)),
    }
    gone = session.scalars(select(Unit).where(Unit.code == "cong-ty-cap-thoat-nuoc")).one()
    succession.end(session, gone, TODAY, None, TODAY)
    found = {one.rule.id: one for one in ruling.standings(session, TODAY)}
    assert {state: found[rule.id].state for state, rule in made.items()} == {state: state for state in made}
    assert (found[wide.id].state, found[made["beaten"].id].by) == ("wins", wide)
    heir = found[made["wins"].id].unit
    assert heir is not None
    assert heir.code == "so-xay-dung"
    assert list(found) == sorted(found, key=lambda one: -found[one].rule.priority)


def test_a_rule_loses_its_area_with_the_edition_that_has_it(session: Session, wanted: Callable[..., Wanted]) -> None:
    rule = ruling.add(session, wanted(area="519"))
    assert [one.state for one in ruling.standings(session, TODAY)] == ["wins"]
    editions.activate(session, "2025-01")
    assert [(one.rule, one.state) for one in ruling.standings(session, TODAY)] == [(rule, "nowhere")]


def deleted(own: sessionmaker[Session], number: int) -> None:
    with own.begin() as session:
        assert ruling.remove(session, session.get_one(Rule, number), TODAY)


def test_a_rule_that_is_deleted_beside_a_report_stops_no_report(
    fresh_database_url: str, settings: Settings, wanted: Callable[..., Wanted], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = build_engine(fresh_database_url)
    own = sessionmaker(engine, expire_on_commit=False)
    with own.begin() as session:
        number = ruling.add(session, wanted()).id
    real = turns.still

    def still(session: Session, edition: Edition | None) -> bool:
        deleted(own, number)  # between its routing and its writing
        return real(session, edition)

    monkeypatch.setattr(turns, "still", still)
    with own.begin() as session:
        draft = Draft("Trần Bưởi", "+84905123456", "dien-chieu-sang", "Đèn đường không sáng", *HOI_AN, "api")
        receipt = submit(session, settings, draft, secret=b"a key for tests only").answer
    with own() as session:
        why = session.scalars(select(Assignment)).one()
        assert (receipt["unit"]["code"], why.reason, why.rule_id) == ("cong-ty-dien-luc", "rule", None)
    engine.dispose()


def test_a_rule_that_is_deleted_beside_a_switch_does_not_stop_it(
    fresh_database_url: str, settings: Settings, wanted: Callable[..., Wanted], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = build_engine(fresh_database_url)
    own = sessionmaker(engine, expire_on_commit=False)
    with own.begin() as session:
        receive(session, settings, *NONG_SON, 5.0, category="dien-chieu-sang")
        number = ruling.add(session, wanted(area="509")).id
    real = moving.lock

    def lock(session: Session, *values: Any) -> Any:
        deleted(own, number)  # between its decision and its explanation
        return real(session, *values)

    monkeypatch.setattr(moving, "lock", lock)
    with own.begin() as session:
        activation.activate(session, "2025-01", settings=settings)
    with own() as session:
        why = session.scalars(select(Assignment).order_by(Assignment.id.desc()).limit(1)).one()
        assert (why.reason, why.rule_id) == ("rule", None)
    engine.dispose()


def test_rules_stay_while_many_reports_come_in(fresh_database_url: str, wanted: Callable[..., Wanted]) -> None:
    engine = build_engine(fresh_database_url)
    own = sessionmaker(engine)
    with own.begin() as session:
        number = ruling.add(session, wanted()).id
    with own.begin() as importing, own() as session:
        storing.lighten(driver(importing))
        with pytest.raises(OperationalError):
            session.get(Rule, number, with_for_update={"nowait": True})
    engine.dispose()
