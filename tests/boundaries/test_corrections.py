"""What people settle near borders becomes a suggestion, and an accepted one makes the next pin certain."""

from collections.abc import Callable

import numpy as np
import pytest
import shapely
from psycopg.errors import LockNotAvailable
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from boundaries import corrections, editions, settlements
from boundaries.metric import to_degrees
from boundaries.models import Assignment, CorrectionStep, Edition
from boundaries.routing import Routing, assign, route, route_many
from geo.database import build_engine
from geo.errors import ConflictError, NotFoundError
from geo.i18n import translate
from geo.models import Report, User
from geo.settings import Settings
from tests.boundaries.settling import Settle
from tests.boundaries.test_batch import differences


def middle(found: settlements.Suggestion) -> tuple[float, float]:
    """Degrees of the middle of a suggestion."""
    lon, lat = to_degrees(np.array([found.polygon.centroid.x]), np.array([found.polygon.centroid.y]))
    return float(lon[0]), float(lat[0])


def said(found: Routing) -> str:
    return translate(found.reason.message, "vi", **found.reason.values)


def test_an_accepted_one_makes_the_next_pin_certain_until_it_is_undone(
    session: Session, settings: Settings, edition: Edition, settle: Settle, administrator: User
) -> None:
    settle(3)
    (one,) = settlements.suggestions(session, edition)
    lon, lat = middle(one)
    before = route(session, lon, lat, settings=settings)
    assert before.needs_confirmation
    row = corrections.decide(session, edition, one, accepted=True, user_id=administrator.id)
    after = route(session, lon, lat, settings=settings)
    assert (after.area.code, after.unit.code) == ("507", "ubnd-507")
    assert (after.reason.code, after.confidence, after.needs_confirmation) == ("inside", 1, False)
    assert (after.candidates, after.correction) == ([], row.id)
    assert said(after) == "Nơi này đã được xác nhận thuộc thị xã Điện Bàn."
    assert after.commune.parent_code == "507"
    assert settlements.suggestions(session, edition) == []
    # Another edition is not touched.
    assert route(session, lon, lat, edition="2025-01", settings=settings).needs_confirmation
    corrections.change(session, row.id, "undone", user_id=administrator.id)
    undone = route(session, lon, lat, settings=settings)
    assert (undone.area.code, undone.confidence, undone.needs_confirmation) == (
        before.area.code, before.confidence, True,
    )  # fmt: skip
    steps = session.scalars(select(CorrectionStep).order_by(CorrectionStep.id)).all()
    assert [(step.state, step.user_id) for step in steps] == [
        ("accepted", administrator.id), ("undone", administrator.id),
    ]  # fmt: skip


def test_one_pin_and_many_agree_in_and_around_a_correction(
    session: Session, settings: Settings, edition: Edition, settle: Settle, administrator: User
) -> None:
    settle(4)
    (one,) = settlements.suggestions(session, edition)
    corrections.decide(session, edition, one, accepted=True, user_id=administrator.id)
    west, south, east, north = shapely.bounds(one.polygon)
    rng = np.random.default_rng(5)
    lon, lat = to_degrees(rng.uniform(west - 60, east + 60, 400), rng.uniform(south - 60, north + 60, 400))
    accuracy = rng.choice([np.nan, 5, 20, 60], 400)
    assert differences(session, settings, lon, lat, accuracy) == []
    many = route_many(session, lon, lat, accuracy=accuracy, settings=settings)
    certain = (many.correction_id > 0) & (many.confidence == 1)
    assert 20 < certain.sum() < 380
    assert set(many.area_code[certain]) == {"507"}
    assert many.others[certain].tolist() == [None] * int(certain.sum())


def test_a_pin_in_a_correction_whose_circle_reaches_out_goes_to_its_area_to_be_confirmed(
    session: Session, settings: Settings, edition: Edition, settle: Settle, administrator: User
) -> None:
    # Settled as the neighbour's, so far within this side that the border alone is sure of it.
    settle(4, away=135, step=4)
    (one,) = settlements.suggestions(session, edition)
    lon, lat = middle(one)
    before = route(session, lon, lat, accuracy=60, settings=settings)
    assert (before.area.code, before.needs_confirmation) == ("503", False)
    row = corrections.decide(session, edition, one, accepted=True, user_id=administrator.id)
    after = route(session, lon, lat, accuracy=60, settings=settings)
    assert (after.area.code, after.unit.code, after.correction) == ("507", "ubnd-507", row.id)
    assert (after.reason.code, after.needs_confirmation, after.distance) == ("uncertain", True, None)
    assert (after.confidence, {one.area.code for one in after.candidates}) == (None, {"503", "507"})
    assert after.others == [before.unit.id]
    assert said(after).startswith("Nơi này đã được xác nhận thuộc thị xã Điện Bàn, nhưng sai số")
    chosen = route(session, lon, lat, accuracy=60, area="503", settings=settings)
    assert (chosen.area.code, chosen.correction) == ("503", None)
    whole = route(session, lon, lat, accuracy=5, area="503", settings=settings)
    assert (whole.area.code, whole.correction) == ("507", row.id)
    west, south, east, north = shapely.bounds(one.polygon)
    rng = np.random.default_rng(6)
    lons, lats = to_degrees(rng.uniform(west - 30, east + 30, 300), rng.uniform(south - 30, north + 30, 300))
    accuracy = rng.choice([np.nan, 20, 60, 300, 2_000], 300)
    assert differences(session, settings, lons, lats, accuracy) == []
    many = route_many(session, lons, lats, accuracy=accuracy, settings=settings)
    doubtful = (many.correction_id > 0) & many.needs_confirmation
    assert 30 < doubtful.sum() < 250
    assert set(many.area_code[doubtful]) == {"507"}


def test_an_assignment_says_which_correction_made_it_certain(
    session: Session, settings: Settings, edition: Edition, settle: Settle, administrator: User,
    make_report: Callable[..., Report],
) -> None:  # fmt: skip
    settle(3)
    (one,) = settlements.suggestions(session, edition)
    row = corrections.decide(session, edition, one, accepted=True, user_id=administrator.id)
    lon, lat = middle(one)
    report = make_report(unit="ubnd-507", lon=lon, lat=lat)
    assign(session, report, route(session, lon, lat, settings=settings))
    kept = session.scalars(select(Assignment).where(Assignment.report_id == report.id)).one()
    assert (kept.correction_id, kept.confidence) == (row.id, 1)


def test_what_was_declined_is_not_suggested_again(
    session: Session, settings: Settings, edition: Edition, settle: Settle, administrator: User
) -> None:
    settle(3)
    (one,) = settlements.suggestions(session, edition)
    row = corrections.decide(session, edition, one, accepted=False, user_id=administrator.id)
    assert settlements.suggestions(session, edition) == []
    assert route(session, *middle(one), settings=settings).needs_confirmation
    assert [(one.id, one.state) for one in corrections.listed(session, edition)] == [(row.id, "declined")]


def test_two_that_say_different_areas_are_not_in_force_in_one_place(
    session: Session, edition: Edition, settle: Settle, administrator: User
) -> None:
    settle(3)
    (one,) = settlements.suggestions(session, edition)
    corrections.decide(session, edition, one, accepted=True, user_id=administrator.id)
    with pytest.raises(ConflictError, match="hoàn tác nó trước"):
        corrections.decide(session, edition, one._replace(area="503"), accepted=True, user_id=administrator.id)
    with pytest.raises(NotFoundError):
        corrections.change(session, 0, "undone", user_id=administrator.id)


def test_of_two_who_decide_at_once_the_second_waits_and_is_told(fresh_database_url: str) -> None:
    engine = build_engine(fresh_database_url)
    own = sessionmaker(engine, expire_on_commit=False)
    with own.begin() as session:
        user = User(email="quan-tri@example.vn", name="Quản trị", role="administrator")
        session.add(user)
    polygon = shapely.box(800_000, 1_730_000, 800_200, 1_730_200)
    one = settlements.Suggestion("0123456789abcdef", "507", polygon, 3, 2)
    first, second = own(), own()
    edition = editions.find(first, "2020")

    def waits(suggestion: settlements.Suggestion) -> None:
        second.execute(text("SET LOCAL lock_timeout = '200ms'"))
        with pytest.raises(OperationalError) as caught:
            corrections.decide(second, edition, suggestion, accepted=True, user_id=user.id)
        assert isinstance(caught.value.orig, LockNotAvailable)
        second.rollback()

    row = corrections.decide(first, edition, one, accepted=True, user_id=user.id)
    waits(one)
    waits(one._replace(area="503"))
    first.commit()
    with pytest.raises(NotFoundError):
        corrections.decide(second, edition, one, accepted=False, user_id=user.id)
    with pytest.raises(ConflictError):
        corrections.decide(second, edition, one._replace(area="503"), accepted=True, user_id=user.id)
    with pytest.raises(NotFoundError):
        corrections.change(second, row.id, "accepted", user_id=user.id)
    second.rollback()
    first.close()
    second.close()
    engine.dispose()
