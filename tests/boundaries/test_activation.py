"""An edition comes into force over open reports."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from boundaries import activation, editions, importing, lookup, routing, turns
from boundaries.models import Assignment
from geo import claims, workflow
from geo.details import Details
from geo.errors import ConflictError
from geo.models import Claim, Report, ReportUnit, Unit, User
from geo.permissions import SYSTEM, Actor
from geo.settings import Settings
from geo.transitions import OPEN
from tests.boundaries.opened import HOI_AN, NONG_SON, TEXT, copy, lines, province, receive, rows, unit_of


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
