"""An edition comes into force over open reports and goes again."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from psycopg.errors import LockNotAvailable
from shapely import box
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker

from api import undoing
from boundaries import (
    activation,
    bringing,
    due,
    editions,
    importing,
    lookup,
    routing,
    scheduling,
    turns,
)
from boundaries.models import Activation, Area, Assignment, Edition
from geo import beside as beside_units
from geo import claims, workflow
from geo.database import build_engine
from geo.details import Details
from geo.errors import ConflictError, InvalidError
from geo.models import Claim, Event, Report, ReportUnit, Unit, User
from geo.permissions import SYSTEM, Actor
from geo.settings import Settings
from geo.transitions import OPEN, Action
from tests.boundaries import made
from tests.boundaries.opened import TEXT, province, receive, step_
from tests.boundaries.test_routing import beside

NONG_SON = (107.98, 15.68)  # 519, which 2025-01 gives to Quế Sơn (509)
HOI_AN = (108.338, 15.8794)  # 503
ROWS = """
    SELECT r.id, r.state, r.unit_id, r.area_code, r.commune_code, r.needs_confirmation, r.assignee_id,
        ARRAY(
            SELECT u.unit_id FROM report_units u WHERE u.report_id = r.id AND u.role = 'candidate' ORDER BY u.unit_id
        ),
        (SELECT (a.edition_id, a.area_code, a.unit_id, a.reason, a.distance, a.candidates)::text FROM assignments a
            WHERE a.report_id = r.id ORDER BY a.id DESC LIMIT 1)
    FROM reports r ORDER BY r.id
    """


@pytest.fixture
def own(fresh_database_url: str) -> Iterator[sessionmaker[Session]]:
    """Sessions that commit, each with a connection of its own."""
    engine = build_engine(fresh_database_url)
    yield sessionmaker(engine, expire_on_commit=False)
    engine.dispose()


def rows(session: Session) -> list[Any]:
    session.flush()
    return list(session.execute(text(ROWS)).all())


def unit(session: Session, code: str) -> int:
    return session.scalars(select(Unit.id).where(Unit.code == code)).one()


def unit_of(session: Session, report: Report) -> str:
    session.refresh(report)
    return session.scalars(select(Unit.code).where(Unit.id == report.unit_id)).one()


def code_of(session: Session, unit_id: int) -> str:
    return session.scalars(select(Unit.code).where(Unit.id == unit_id)).one()


def lines(session: Session, report: Report) -> list[str]:
    return list(session.scalars(select(Event.action).where(Event.report_id == report.id).order_by(Event.id)))


def test_a_preview_is_what_then_happens_and_changes_nothing(session: Session, settings: Settings) -> None:
    province(session, settings)
    before = rows(session)
    for edition in ("2025-01", "2025-07"):
        told = activation.preview(session, edition, settings=settings)
        assert rows(session) == before
        assert editions.find(session, edition).state == "draft"
        done = activation.activate(session, edition, settings=settings).counts
        assert told.open == done["open"] == sum(row.state in OPEN for row in before)
        assert [(one.old.code, one.new.code, one.count) for one in told.moves] == [
            (one["from"], one["to"], one["count"]) for one in done["moves"]
        ]
        assert told.moves
        for name in ("stay", "by_hand", "uncertain", "certain", "without_committee", "changed"):
            assert getattr(told, name) == done[name], name
        assert told.stay + sum(one.count for one in told.moves) == told.open
        before = rows(session)


@pytest.mark.parametrize("edition", ["2025-01", "2025-07"])
def test_open_reports_are_where_routing_sends_them_and_settled_ones_stay(
    session: Session, settings: Settings, edition: str
) -> None:
    reports = province(session, settings)
    settled = {row.id: row for row in rows(session) if row.state not in OPEN}
    activation.activate(session, edition, settings=settings)
    for row in rows(session):
        if row.id in settled:
            assert row == settled[row.id]
    assert settled
    for report in reports:
        session.refresh(report)
        if report.state not in OPEN:
            continue
        lon, lat = session.execute(
            text("SELECT ST_X(point), ST_Y(point) FROM reports WHERE id = :id"), {"id": report.id}
        ).one()
        found = routing.route(
            session, lon, lat, accuracy=report.accuracy, category=report.category.code, settings=settings
        )
        assert found.edition is not None
        assert found.edition.code == edition
        assert (report.unit_id, report.needs_confirmation) == (found.unit.id, found.needs_confirmation)
        assert report.area_code == (found.area.code if found.area else None)
        assert report.commune_code == (found.commune.code if found.commune else None)
        second = session.scalars(select(ReportUnit.unit_id).where(ReportUnit.report_id == report.id)).all()
        assert set(second) == {one.unit.id for one in found.candidates} - {found.unit.id}


def test_what_is_right_already_gets_no_line_and_no_version(session: Session, settings: Settings) -> None:
    here, there = receive(session, settings, *HOI_AN, 5.0), receive(session, settings, *NONG_SON, 5.0)
    activation.activate(session, "2025-01", settings=settings)
    assert unit_of(session, here) == "ubnd-503"
    assert (here.version, lines(session, here)) == (1, ["receive"])
    assert unit_of(session, there) == "ubnd-509"
    assert (there.version, lines(session, there)) == (2, ["receive", "reroute"])


def test_routing_again_by_the_same_edition_moves_nothing(session: Session, settings: Settings) -> None:
    province(session, settings)
    activation.activate(session, "2025-07", settings=settings)
    before = rows(session)
    events = session.scalar(text("SELECT count(*) FROM events"))
    # The same polygons once more, from today on.
    copy(session, "2025-07", "again", lookup.today())
    counts = activation.activate(session, "again", settings=settings).counts
    assert (counts["changed"], counts["moves"]) == (0, [])
    assert rows(session) == before
    assert session.scalar(text("SELECT count(*) FROM events")) == events + 1  # the edition's own line


def copy(session: Session, code: str, new: str, day: date) -> Edition:
    old = editions.find(session, code)
    names = ("routing_level", "source", "licence", "attribution", "redistributable")
    made = Edition(code=new, name=new, valid_from=day, **{name: getattr(old, name) for name in names})
    session.add(made)
    session.flush()
    session.execute(
        text("""
        INSERT INTO areas (edition_id, level, code, parent_code, name, kind, coastal, area_m2, geometry, outline)
        SELECT :new, level, code, parent_code, name, kind, coastal, area_m2, geometry, outline FROM areas
        WHERE edition_id = :old
        """),
        {"new": made.id, "old": old.id},
    )
    session.execute(
        text("""
        INSERT INTO area_parts (area_id, edition_id, level, geometry)
        SELECT b.id, :new, p.level, p.geometry FROM area_parts p JOIN areas a ON a.id = p.area_id
        JOIN areas b ON b.edition_id = :new AND b.level = a.level AND b.code = a.code WHERE p.edition_id = :old
        """),
        {"new": made.id, "old": old.id},
    )
    return made


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


def test_a_new_unit_has_its_own_hours_and_nobody_has_it_in_hand(
    session: Session, settings: Settings, make_user: Callable[..., User]
) -> None:
    officer = make_user("officer", unit="ubnd-519")
    who = Actor("officer", unit_id=officer.unit_id, user_id=officer.id)
    moved = receive(session, settings, *NONG_SON, 5.0)
    workflow.apply(session, moved, "accept", who, door="web")
    claims.claim(session, moved, who, datetime.now(UTC))
    session.execute(text("UPDATE reports SET accept_due = now() - interval '3 days' WHERE id = :id"), {"id": moved.id})
    session.refresh(moved)
    resolve = moved.resolve_due
    activation.activate(session, "2025-01", settings=settings)
    session.refresh(moved)
    assert (moved.state, moved.assignee_id, moved.resolve_due) == ("in_progress", None, resolve)
    assert moved.accept_due > datetime.now(UTC)
    assert session.get(Claim, moved.id) is None
    activation.undo(session, "2025-01", settings=settings)
    session.refresh(moved)
    assert moved.assignee_id == officer.id


def test_the_counts_of_maps_follow(session: Session, settings: Settings) -> None:
    province(session, settings, 40)
    activation.activate(session, "2025-07", settings=settings)
    columns = "unit_id, area_code, commune_code, state"
    kept = f"SELECT {columns}, sum(n) FROM density_deltas GROUP BY {columns} HAVING sum(n) <> 0"
    true = f"SELECT {columns}, count(*) FROM reports GROUP BY {columns}"
    assert set(session.execute(text(kept)).all()) == set(session.execute(text(true)).all())


def test_an_edition_between_two_others_moves_nothing(session: Session, settings: Settings) -> None:
    province(session, settings, 40)
    activation.activate(session, "2025-07", settings=settings)
    before = rows(session)
    done = activation.activate(session, "2025-01", settings=settings)
    assert done.counts["open"] == 0
    assert rows(session) == before
    with pytest.raises(ConflictError, match="2025-07"):
        activation.undo(session, "2025-01", settings=settings)
    # What went from 2020's units cannot go back to them: the edition between is in force then.
    activation.undo(session, "2025-07", settings=settings)
    for report in session.scalars(select(Report).where(Report.state.in_(OPEN))):
        assert session.get_one(Unit, report.unit_id).code != "ubnd-519"
        assert report.area_code != "519"
        assert len(report.area_code or "") == 3


def test_what_cannot_be_is_refused_in_words(session: Session, settings: Settings) -> None:
    with pytest.raises(ConflictError, match="đã hiệu lực"):
        activation.activate(session, "2020", settings=settings)
    with pytest.raises(ConflictError, match="không có phiên bản nào"):
        activation.undo(session, "2020", settings=settings)
    with pytest.raises(ConflictError, match="chưa hiệu lực"):
        activation.undo(session, "2025-01", settings=settings)
    tomorrow = lookup.today() + timedelta(days=1)
    copy(session, "2025-07", "tomorrow", tomorrow)
    with pytest.raises(ConflictError, match="hẹn giờ"):
        activation.activate(session, "tomorrow", settings=settings)
    assert activation.preview(session, "tomorrow", settings=settings).open == 0
    with pytest.raises(InvalidError, match="chỉ hiệu lực từ"):
        scheduling.schedule(session, "tomorrow", datetime.now(UTC))
    with pytest.raises(InvalidError, match="đã qua"):
        scheduling.schedule(session, "2025-01", datetime(2024, 1, 1, tzinfo=UTC))


def test_only_a_draft_that_was_never_active_can_be_removed(session: Session, settings: Settings) -> None:
    copy(session, "2025-07", "own", lookup.today())
    activation.remove(session, "own")
    assert "own" not in [one.code for one in editions.every(session)]
    assert session.scalars(select(Area.id).join(Edition).where(Edition.code == "own")).first() is None
    with pytest.raises(ConflictError, match="chỉ xóa được bản nháp"):
        activation.remove(session, "2020")
    activation.activate(session, "2025-01", settings=settings)
    activation.undo(session, "2025-01", settings=settings)
    with pytest.raises(ConflictError, match="đã từng hiệu lực"):
        activation.remove(session, "2025-01")
    # Nor written anew: what histories say of its areas would be of others.
    area = made.area("901", "Khác", box(107, 15, 109, 16.5))
    with pytest.raises(ConflictError, match="đã từng hiệu lực"):
        importing.write(session, editions.find(session, "2025-01"), [area])


def test_the_worker_activates_what_is_due_and_says_what_stands_in_the_way(
    session: Session, sessions: sessionmaker[Session], settings: Settings, make_user: Callable[..., User]
) -> None:
    user, now = make_user("administrator"), datetime.now(UTC)
    moved = receive(session, settings, *NONG_SON, 5.0)
    scheduling.schedule(session, "2025-01", now + timedelta(hours=1), user.id)
    session.commit()
    with pytest.raises(ConflictError, match="hủy hẹn"):
        bringing.refuse_active(session, "2025-01")
    assert due.activate(sessions, settings, now) == []
    assert due.activate(sessions, settings, now + timedelta(hours=2)) == ["2025-01"]
    assert unit_of(session, moved) == "ubnd-509"
    last = session.scalars(select(Activation).order_by(Activation.id.desc()).limit(1)).one()
    assert (last.kind, last.user_id, last.counts["moves"][0]["to"]) == ("activate", user.id, "ubnd-509")
    assert due.activate(sessions, settings, now + timedelta(hours=3)) == []
    # Its areas are lost between the word and the moment.
    scheduling.schedule(session, "2025-07", now)
    session.execute(text("DELETE FROM areas WHERE edition_id = (SELECT id FROM editions WHERE code = '2025-07')"))
    session.commit()
    assert due.activate(sessions, settings, now + timedelta(hours=2)) == []
    edition = session.scalars(select(Edition).where(Edition.code == "2025-07")).one()
    session.refresh(edition)
    assert edition.state == "scheduled"
    assert "chưa có đơn vị hành chính" in (edition.problem or "")
    scheduling.unschedule(session, "2025-07")
    assert (edition.state, edition.problem, edition.activate_at) == ("draft", None, None)


@pytest.mark.parametrize("later", [None, timedelta(days=1)])
def test_what_was_cancelled_or_put_off_while_another_one_was_at_work_is_not_activated(
    own: sessionmaker[Session],
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    later: timedelta | None,
) -> None:
    now, real = datetime.now(UTC), activation.activate
    with own.begin() as session:
        for code in ("2025-01", "2025-07"):
            scheduling.schedule(session, code, now)

    def activate(session: Session, code: str, **values: Any) -> Activation:
        done = real(session, code, **values)
        with own.begin() as other:
            if later is None:
                scheduling.unschedule(other, "2025-07")
            else:
                scheduling.schedule(other, "2025-07", now + later)
        return done

    monkeypatch.setattr(activation, "activate", activate)
    assert due.activate(own, settings, datetime.now(UTC)) == ["2025-01"]
    with own() as session:
        edition = editions.find(session, "2025-07")
        assert edition.state == ("scheduled" if later else "draft")
        assert (edition.activate_at, edition.problem) == (now + later if later else None, None)


def test_a_report_of_the_older_edition_is_routed_again_before_it_is_written(
    session: Session, settings: Settings
) -> None:
    old = routing.route(session, *NONG_SON, settings=settings)
    assert turns.still(session, old.edition)
    activation.activate(session, "2025-01", settings=settings)
    assert not turns.still(session, old.edition)
    new = routing.route(session, *NONG_SON, settings=settings)
    assert turns.still(session, new.edition)
    # Undone and activated anew it may be another set of areas by the same name.
    activation.undo(session, "2025-01", settings=settings)
    activation.activate(session, "2025-01", settings=settings)
    assert not turns.still(session, new.edition)


def test_what_was_imported_later_changes_nothing_for_an_edition(session: Session, settings: Settings) -> None:
    rng = np.random.default_rng(20250701)
    lon, lat = rng.uniform(107.2, 108.75, 3_000), rng.uniform(14.9, 16.1, 3_000)

    def answers() -> list[list[Any]]:
        found = []
        for edition in ("2020", "2025-01", "2025-07"):
            one = routing.route_many(session, lon, lat, edition=edition, settings=settings)
            found.append(
                [one.refusal.tolist(), one.area_code.tolist(), one.commune_code.tolist(), one.unit_id.tolist()]
            )
        return found

    before = answers()
    made = copy(session, "2025-07", "own", lookup.today())
    assert answers() == before
    importing.refuse_active(session, made)
    activation.activate(session, "own", settings=settings)
    assert answers() == before
    assert session.scalars(select(Assignment.id).where(Assignment.edition_id == made.id)).first() is None


def test_steps_on_moved_reports_go_on(session: Session, settings: Settings) -> None:
    moved = receive(session, settings, *NONG_SON, 5.0)
    activation.activate(session, "2025-07", settings=settings)
    session.refresh(moved)
    workflow.apply(session, moved, "accept", SYSTEM, door="cli", details=Details(text=TEXT))
    assert moved.state == "in_progress"


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
        with pytest.raises(LockNotAvailable):
            undoing.do(own, settings, "2025-01", user_id)
    with own() as session:
        assert "ngắt giữa chừng" in (editions.find(session, "2025-01").problem or "")
    undoing.do(own, settings, "2025-01", user_id)
    with own() as session:
        edition = editions.find(session, "2025-01")
        assert (edition.state, edition.problem) == ("draft", None)


def test_a_switch_that_finds_another_at_work_is_no_problem_of_what_is_due(
    own: sessionmaker[Session], settings: Settings
) -> None:
    with own.begin() as session:
        scheduling.schedule(session, "2025-01", datetime.now(UTC))
    with own() as switching:
        turns.alone(switching)
        assert due.activate(own, settings, datetime.now(UTC)) == []
    with own() as session:
        assert editions.find(session, "2025-01").problem is None
    assert due.activate(own, settings, datetime.now(UTC)) == ["2025-01"]


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
