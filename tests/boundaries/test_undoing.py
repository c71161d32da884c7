"""An edition that came into force goes again, and everybody has again what they had."""

import sys
from collections import Counter
from collections.abc import Callable

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker

from api import cli, undoing
from boundaries import activation, editions, turns
from boundaries.models import Activation, Edition
from boundaries.rerouting import Rerouting
from geo import beside as beside_units
from geo import workflow
from geo.details import Details
from geo.models import Report, User
from geo.permissions import Actor
from geo.settings import Settings
from tests.boundaries.opened import NONG_SON, TEXT, lines, province, receive, rows, step_, unit, unit_of
from tests.boundaries.test_routing import beside


def test_an_undo_brings_back_exactly_who_had_what(session: Session, settings: Settings) -> None:
    province(session, settings)
    before = rows(session)
    for edition in ("2025-01", "2025-07"):
        activation.activate(session, edition, settings=settings)
    between = rows(session)
    assert Counter(row.unit_id for row in between) != Counter(row.unit_id for row in before)
    activation.undo(session, "2025-07", settings=settings)
    assert editions.find(session).code == "2025-01"
    activation.undo(session, "2025-01", settings=settings)
    assert rows(session) == before
    assert [(one.code, one.state, one.valid_until) for one in editions.every(session)] == [
        ("2020", "active", None),
        ("2025-01", "draft", None),
        ("2025-07", "draft", None),
    ]
    # History keeps all the moves.
    moved = text("SELECT count(*) FROM events WHERE door = 'edition' AND report_id IS NOT NULL AND action = 'reroute'")
    kinds = select(Activation.kind, Activation.counts).order_by(Activation.id)
    counts = [(kind, counts["changed"]) for kind, counts in session.execute(kinds).all()[1:]]
    assert [kind for kind, _ in counts] == ["activate", "activate", "undo", "undo"]
    assert session.scalar(moved) == sum(changed for _, changed in counts)


def test_an_undo_leaves_alone_what_people_did_since(
    session: Session, settings: Settings, make_user: Callable[..., User]
) -> None:
    answered, forwarded, waiting = (receive(session, settings, *NONG_SON, 5.0) for _ in range(3))
    activation.activate(session, "2025-01", settings=settings)
    step_(session, answered, "reject")
    other = unit(session, "ubnd-503")
    workflow.apply(
        session, forwarded, "forward", Actor("operator", user_id=make_user("operator").id), door="web",
        details=Details(unit_id=other),
    )  # fmt: skip
    new = receive(session, settings, *NONG_SON, 5.0)
    assert unit_of(session, new) == "ubnd-509"
    activation.undo(session, "2025-01", settings=settings)
    assert unit_of(session, answered) == "ubnd-509"
    assert unit_of(session, forwarded) == "ubnd-503"
    assert (unit_of(session, waiting), waiting.area_code) == ("ubnd-519", "519")
    assert (unit_of(session, new), new.area_code) == ("ubnd-519", "519")
    assert lines(session, waiting) == ["receive", "reroute", "reroute"]


def test_a_neighbours_word_that_moves_nobody_spoils_no_undo(
    session: Session, settings: Settings, make_user: Callable[..., User]
) -> None:
    report = receive(session, settings, *beside(session, "503", "507", 20), 30.0)
    step_(session, report, "accept")
    session.execute(text("UPDATE reports SET commune_code = '1' WHERE id = :id"), {"id": report.id})  # so it is moved
    session.refresh(report)
    activation.activate(session, "2025-01", settings=settings)
    session.refresh(report)
    assert (unit_of(session, report), report.commune_code != "1") == ("ubnd-503", True)
    who = Actor("officer", unit_id=unit(session, "ubnd-507"), user_id=make_user("officer", unit="ubnd-507").id)
    workflow.apply(session, report, "ours", who, door="web", details=Details(text=TEXT))
    activation.undo(session, "2025-01", settings=settings)
    session.refresh(report)
    assert (unit_of(session, report), report.commune_code, report.needs_confirmation) == ("ubnd-503", "1", True)
    assert [one.code for one in beside_units.units(session, report, "claimant")] == ["ubnd-507"]


def test_a_report_under_a_step_is_a_sentence_on_the_command_line(
    own: sessionmaker[Session], fresh_database_url: str, monkeypatch: pytest.MonkeyPatch, settings: Settings,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    with own.begin() as session:
        moved = receive(session, settings, *NONG_SON, 5.0).id
    monkeypatch.setenv("QUANGNAM_DATABASE_URL", fresh_database_url)
    monkeypatch.setenv("QUANGNAM_DATA_DIR", str(settings.data_dir))
    monkeypatch.setattr(turns, "_ROWS", "100ms")
    for command in ("activate", "undo"):
        monkeypatch.setattr(sys, "argv", ["quangnam", "boundaries", command, "2025-01"])
        with own() as session:
            session.get_one(Report, moved, with_for_update=True)
            with pytest.raises(SystemExit):
                cli.main()
        assert "Có người đang xử lý một phản ánh" in capsys.readouterr().err
        with own.begin() as session:
            if command == "activate":
                activation.activate(session, "2025-01", settings=settings)


@pytest.mark.parametrize("late", [False, True])
def test_an_undo_leaves_alone_what_people_do_meanwhile(
    own: sessionmaker[Session], settings: Settings, monkeypatch: pytest.MonkeyPatch, late: bool
) -> None:
    with own.begin() as session:
        report = receive(session, settings, *NONG_SON, 5.0).id
        activation.activate(session, "2025-01", settings=settings)

    def forward() -> None:
        with own.begin() as session:
            said = Details(unit_id=unit(session, "ubnd-503"), text=TEXT)
            one = session.get_one(Report, report)
            workflow.apply(session, one, "forward", Actor("operator"), door="web", details=said)

    wait, look = turns.wait, Rerouting.look

    def waited(session: Session) -> None:
        wait(session)
        forward()

    def looked(work: Rerouting, follows: Edition | None) -> None:
        look(work, follows)
        forward()

    if late:
        monkeypatch.setattr(Rerouting, "look", looked)
    else:
        monkeypatch.setattr(turns, "wait", waited)
    with own.begin() as session:
        activation.undo(session, "2025-01", settings=settings)
    with own() as session:
        assert unit_of(session, session.get_one(Report, report)) == "ubnd-503"


def test_an_undoing_that_a_lock_breaks_off_says_so_and_is_tried_again(
    own: sessionmaker[Session], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "_ROWS", "100ms")
    with own.begin() as session:
        moved = receive(session, settings, *NONG_SON, 5.0).id
        activation.activate(session, "2025-01", settings=settings)
        user = User(email="a@example.vn", name="A", role="administrator")
        session.add(user)
        session.flush()
        user_id = user.id
    with own() as session:
        session.get_one(Report, moved, with_for_update=True)
        with pytest.raises(turns.BusyError):
            undoing.do(own, settings, "2025-01", user_id)
    with own() as session:
        assert "Có người đang xử lý một phản ánh" in (editions.find(session, "2025-01").problem or "")
    undoing.do(own, settings, "2025-01", user_id)
    with own() as session:
        edition = editions.find(session, "2025-01")
        assert (edition.state, edition.problem) == ("draft", None)
