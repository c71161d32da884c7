"""What an activation will do is found out before it writes anything, and by a preview that never does."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker

from boundaries import activation, corrections, due, editions, readiness, rerouting, scheduling, settlements
from boundaries.models import Edition
from geo.models import Category, Report, Rule, Unit, User
from geo.settings import Settings
from tests.boundaries.opened import HOI_AN, NONG_SON, receive, unit, unit_of
from tests.boundaries.settling import Settle


def test_a_preview_writes_nothing_and_holds_nobody_up(own: sessionmaker[Session], settings: Settings) -> None:
    with own.begin() as session:
        receive(session, settings, *NONG_SON, 5.0)
        scheduling.schedule(session, "2025-01", datetime.now(UTC))
    with own() as previewing:
        found = activation.preview(previewing, "2025-01", settings=settings)
        assert [(one.old.code, one.new.code) for one in found.moves] == [("ubnd-519", "ubnd-509")]
        # A transaction without a number has written nothing, so that no reader of the history waits for its end.
        assert previewing.scalar(text("SELECT pg_current_xact_id_if_assigned()")) is None
        assert due.activate(own, settings, datetime.now(UTC)) == ["2025-01"]


@pytest.mark.parametrize("kind", ["activate", "undo"])
def test_where_reports_belong_is_found_out_before_anything_is_written(
    own: sessionmaker[Session], settings: Settings, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    with own.begin() as session:
        moved = receive(session, settings, *NONG_SON, 5.0).id
        if kind == "undo":
            activation.activate(session, "2025-01", settings=settings)
    numbers, real = [], rerouting.Rerouting.look

    def look(self: rerouting.Rerouting, follows: Edition | None) -> None:
        real(self, follows)
        numbers.append(session.scalar(text("SELECT pg_current_xact_id_if_assigned()")))

    monkeypatch.setattr(rerouting.Rerouting, "look", look)
    with own.begin() as session:
        getattr(activation, kind)(session, "2025-01", settings=settings)
    assert numbers == [None]
    with own() as session:
        assert unit_of(session, session.get_one(Report, moved)) == ("ubnd-509" if kind == "activate" else "ubnd-519")


def test_who_cancels_while_it_is_found_out_is_heard(
    own: sessionmaker[Session], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with own.begin() as session:
        receive(session, settings, *NONG_SON, 5.0)
        scheduling.schedule(session, "2025-01", datetime.now(UTC))
    real = rerouting.Rerouting.look

    def look(self: rerouting.Rerouting, follows: Edition | None) -> None:
        real(self, follows)
        with own.begin() as other:
            scheduling.unschedule(other, "2025-01")

    monkeypatch.setattr(rerouting.Rerouting, "look", look)
    assert due.activate(own, settings, datetime.now(UTC)) == []
    with own() as session:
        edition = editions.find(session, "2025-01")
        assert (edition.state, edition.problem) == ("draft", None)
        assert session.scalars(select(Unit.code).join(Report, Report.unit_id == Unit.id)).all() == ["ubnd-519"]


def test_a_rule_to_a_committee_that_ends_is_foreseen_to_decide_nothing(session: Session, settings: Settings) -> None:
    kind = session.scalars(select(Category).where(Category.code == "giao-thong")).one()
    to = unit(session, "ubnd-519")
    session.add(Rule(category_id=kind.id, area_code="503", unit_id=to, replaces=True, priority=0))
    session.flush()
    report = receive(session, settings, *HOI_AN, 5.0)
    assert unit_of(session, report) == "ubnd-519"
    told = activation.preview(session, "2025-01", settings=settings)
    assert [(one.old.code, one.new.code) for one in told.moves] == [("ubnd-519", "ubnd-503")]
    # What the session knows of the days is again as it was.
    assert session.get_one(Unit, to).valid_until is None
    activation.activate(session, "2025-01", settings=settings)
    assert unit_of(session, report) == "ubnd-503"


def test_units_that_could_not_see_what_comes_to_them_are_named(
    session: Session, settings: Settings, make_user: Callable[..., User]
) -> None:
    receive(session, settings, *NONG_SON, 5.0)
    there = session.get_one(Unit, unit(session, "ubnd-509"))
    mailing = settings.model_copy(update={"smtp_url": "smtp://127.0.0.1:9"})

    def unready(own: Settings) -> list[tuple[str, int]]:
        told = activation.preview(session, "2025-01", settings=own).unready
        return [(one.unit.code, one.reports) for one in told]

    assert unready(mailing) == [("ubnd-509", 1)]
    there.email = "queson@example.vn"
    session.flush()
    assert unready(mailing) == []
    assert unready(settings) == [("ubnd-509", 1)]  # no letter goes out
    closed = make_user("officer", unit="ubnd-509", active=False)
    assert unready(settings) == [("ubnd-509", 1)]
    closed.active = True
    session.flush()
    assert unready(settings) == []
    closed.active = False
    made_ = activation.activate(session, "2025-01", settings=settings)
    assert [one.unit.code for one in readiness.after(session, made_, settings)] == ["ubnd-509"]
    assert readiness.after(session, made_, mailing) == []


def test_corrections_that_an_edition_does_not_have_are_counted(
    session: Session, settings: Settings, edition: Edition, settle: Settle, administrator: User
) -> None:
    def lost(code: str) -> int:
        return activation.preview(session, code, settings=settings).corrections

    settle(3)
    (one,) = settlements.suggestions(session, edition)
    row = corrections.decide(session, edition, one, accepted=True, user_id=administrator.id)
    assert lost("2025-01") == 1
    there = editions.find(session, "2025-01")
    own = corrections.decide(session, there, one, accepted=True, user_id=administrator.id)
    assert lost("2025-01") == 0
    corrections.change(session, own.id, "undone", user_id=administrator.id)
    assert lost("2025-01") == 1
    corrections.change(session, row.id, "undone", user_id=administrator.id)
    assert lost("2025-01") == 0
