"""The units that an uncertain place may belong to, and what becomes of it by what they say."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo import beside, queue, workflow
from geo.clock import deadlines
from geo.details import Details
from geo.errors import ConflictError, ForbiddenError, InvalidError
from geo.models import Event, Report, ReportUnit, Unit, User
from geo.permissions import PUBLIC, Actor, may
from geo.queue import Asked
from geo.transitions import Action

Make = Callable[..., Report]
HOI_AN, DIEN_BAN, DUY_XUYEN, TAM_KY = "ubnd-503", "ubnd-507", "ubnd-508", "ubnd-502"


@pytest.fixture
def uncertain(session: Session, make_report: Make) -> Callable[..., Report]:
    """A report of Hội An by its border: `uncertain(DIEN_BAN, accepted=True)` may belong to Điện Bàn."""

    def make(*others: str, **values: object) -> Report:
        report = make_report(unit=HOI_AN, needs_confirmation=True, **values)
        for code in others:
            session.add(ReportUnit(report_id=report.id, unit_id=unit(session, code), role="candidate"))
        session.flush()
        return report

    return make


def unit(session: Session, code: str) -> int:
    return session.scalars(select(Unit.id).where(Unit.code == code)).one()


def officer(session: Session, code: str) -> Actor:
    user = User(email=f"{code}@example.vn", name="Cán bộ", role="officer", unit_id=unit(session, code))
    session.add(user)
    session.flush()
    return Actor("officer", unit_id=user.unit_id, user_id=user.id)


def say(session: Session, report: Report, action: Action, who: Actor, named: str | None = None) -> None:
    details = Details(unit_id=None if named is None else unit(session, named))
    workflow.apply(session, report, action, who, door="web", details=details)


def steps(session: Session, report: Report) -> list[tuple[str, str]]:
    query = select(Event.action, Event.actor).where(Event.report_id == report.id).order_by(Event.id)
    return [(action, actor) for action, actor in session.execute(query)]


def test_only_the_units_it_may_belong_to_read_it_beside_the_responsible_one(
    session: Session, uncertain: Callable[..., Report]
) -> None:
    report = uncertain(DIEN_BAN)
    theirs, strangers = officer(session, DIEN_BAN), officer(session, TAM_KY)
    assert beside.may_read(session, report, officer(session, HOI_AN))
    assert beside.may_read(session, report, theirs)
    assert not beside.may_read(session, report, strangers)
    assert may(theirs, "ours", report)
    assert not may(theirs, "accept", report)
    assert not may(theirs, "contact", report)
    assert not may(strangers, "not_ours", report)
    assert not may(PUBLIC, "ours", report)
    report.needs_confirmation = False
    session.flush()
    assert not beside.may_read(session, report, theirs)


def test_it_is_in_a_list_of_its_own_and_in_no_other(session: Session, uncertain: Callable[..., Report]) -> None:
    report, now = uncertain(DIEN_BAN), deadlines.datetime.now(deadlines.ZONE)
    theirs = officer(session, DIEN_BAN)
    counts = queue.counts(session, theirs, Asked(), now)
    assert {tab: count for tab, count in counts.items() if count} == {"maybe": 1}
    assert session.scalars(queue.in_queue(theirs, Asked(tab="maybe"), now)).all() == [report]
    own = officer(session, HOI_AN)
    assert queue.counts(session, own, Asked(), now)["maybe"] == 0
    assert session.scalars(queue.in_queue(own, Asked(tab="maybe"), now)).all() == []


def test_what_nobody_has_accepted_goes_at_once_to_the_unit_that_says_it_is_theirs(
    session: Session, uncertain: Callable[..., Report]
) -> None:
    report = uncertain(DIEN_BAN, DUY_XUYEN)
    say(session, report, "ours", officer(session, DIEN_BAN))
    assert (report.unit.code, report.needs_confirmation, report.state) == (DIEN_BAN, False, "received")
    assert steps(session, report)[-2:] == [("ours", "officer"), ("reroute", "system")]
    assert beside.units(session, report) == beside.units(session, report, "claimant") == []


def test_of_an_accepted_one_two_units_quarrel_until_the_ioc_decides(
    session: Session, uncertain: Callable[..., Report]
) -> None:
    report, theirs = uncertain(DIEN_BAN, accepted=True), officer(session, DIEN_BAN)
    say(session, report, "ours", theirs)
    assert (report.unit.code, report.needs_confirmation) == (HOI_AN, True)
    assert session.scalars(select(Report).where(beside.quarrel())).all() == [report]
    assert [one.code for one in beside.units(session, report, "claimant")] == [DIEN_BAN]
    with pytest.raises(ConflictError):
        say(session, report, "ours", theirs)
    with pytest.raises(ConflictError, match="IOC sẽ quyết định"):
        say(session, report, "confirm", officer(session, HOI_AN))
    say(session, report, "confirm", Actor("operator"))
    assert (report.unit.code, report.needs_confirmation) == (HOI_AN, False)


def test_a_responsible_unit_may_give_in(session: Session, uncertain: Callable[..., Report]) -> None:
    report = uncertain(DIEN_BAN, accepted=True)
    say(session, report, "ours", officer(session, DIEN_BAN))
    say(session, report, "not_ours", officer(session, HOI_AN), DIEN_BAN)
    assert (report.unit.code, report.needs_confirmation) == (DIEN_BAN, False)


def test_when_all_the_others_say_no_it_is_settled(session: Session, uncertain: Callable[..., Report]) -> None:
    report = uncertain(DIEN_BAN, DUY_XUYEN)
    first = officer(session, DIEN_BAN)
    say(session, report, "not_ours", first)
    assert report.needs_confirmation
    assert not beside.may_read(session, report, first)
    with pytest.raises(ForbiddenError):
        say(session, report, "not_ours", first)
    say(session, report, "not_ours", officer(session, DUY_XUYEN))
    assert (report.unit.code, report.needs_confirmation) == (HOI_AN, False)


def test_who_says_not_ours_names_one_of_the_others_and_the_rest_are_still_asked(
    session: Session, uncertain: Callable[..., Report]
) -> None:
    report, own = uncertain(DIEN_BAN, DUY_XUYEN), officer(session, HOI_AN)
    for wrong in (None, TAM_KY, HOI_AN):
        with pytest.raises(InvalidError, match="Hãy chọn một trong các đơn vị"):
            say(session, report, "not_ours", own, wrong)
    say(session, report, "not_ours", own, DIEN_BAN)
    assert (report.unit.code, report.needs_confirmation) == (DIEN_BAN, True)
    assert [one.code for one in beside.units(session, report)] == [DUY_XUYEN]
    say(session, report, "not_ours", officer(session, DUY_XUYEN))
    assert (report.unit.code, report.needs_confirmation) == (DIEN_BAN, False)


def test_of_a_place_that_is_certain_nobody_says_anything(session: Session, uncertain: Callable[..., Report]) -> None:
    report, theirs = uncertain(DIEN_BAN), officer(session, DIEN_BAN)
    say(session, report, "confirm", officer(session, HOI_AN))
    for action in ("ours", "not_ours"):
        with pytest.raises(ForbiddenError):
            say(session, report, action, theirs)  # type: ignore[arg-type] (a literal in a loop)
