"""What people settled near borders is suggested as a correction where enough of them agree."""

from typing import Any

import numpy as np
import pytest
import shapely
from sqlalchemy import select
from sqlalchemy.orm import Session

from boundaries import corrections, editions, settlements
from boundaries.metric import to_metric
from boundaries.models import Assignment, Edition
from boundaries.settlements import Settlement
from geo import options
from geo.models import Report, User
from tests.boundaries.settling import Settle


def test_three_settlements_of_two_people_are_suggested_as_a_small_polygon(
    session: Session, edition: Edition, settle: Settle
) -> None:
    reports = settle(3)
    (one,) = settlements.suggestions(session, edition)
    assert (one.area, one.reports, one.senders) == ("507", 3, 2)
    west, south, east, north = shapely.bounds(one.polygon)
    assert max(east - west, north - south) < 300
    pins = [to_metric(108.0, 15.0)] + [
        to_metric(
            *session.execute(select(Report.point.ST_X(), Report.point.ST_Y()).where(Report.id == report.id)).one()
        )
        for report in reports
    ]
    assert [one.polygon.covers(shapely.Point(pin)) for pin in pins] == [False, True, True, True]
    assert settlements.suggestions(session, edition)[0].key == one.key


@pytest.mark.parametrize("how", [{"count": 2}, {"count": 3, "senders": 1}, {"count": 4, "step": 300}])
def test_too_few_of_one_person_or_far_apart_are_not(
    session: Session, edition: Edition, settle: Settle, how: dict[str, int]
) -> None:
    settle(**how)
    assert settlements.suggestions(session, edition) == []


def test_how_many_it_takes_is_an_administrators_number(session: Session, edition: Edition, settle: Settle) -> None:
    settle(3)
    options.change(session, "correction_reports", 4)
    assert settlements.suggestions(session, edition) == []


def test_one_settlement_to_the_contrary_in_the_place_stops_it(
    session: Session, edition: Edition, settle: Settle
) -> None:
    settle(3)
    settle(1, unit="ubnd-503")
    assert settlements.suggestions(session, edition) == []


def test_what_is_still_open_or_of_another_edition_does_not_count(
    session: Session, edition: Edition, settle: Settle
) -> None:
    reports = settle(3)
    assert settlements.suggestions(session, editions.find(session, "2025-01")) == []
    reports[0].needs_confirmation = True
    session.flush()
    assert settlements.suggestions(session, edition) == []


def test_the_place_of_a_report_that_nobody_may_know_makes_no_correction(
    session: Session, edition: Edition, settle: Settle
) -> None:
    settle(3, category="an-ninh-trat-tu")
    assert settlements.settlements(session, edition) == []
    settle(2)
    assert settlements.suggestions(session, edition) == []
    settle(1)
    assert settlements.suggestions(session, edition)[0].reports == 3


def test_the_name_of_a_unit_that_has_two_of_the_areas_says_nothing_of_which(
    session: Session, edition: Edition, settle: Settle
) -> None:
    for report in settle(3):
        kept = session.scalars(select(Assignment).where(Assignment.report_id == report.id)).one()
        kept.candidates = [one | {"unit": "ubnd-507"} for one in kept.candidates]
    session.flush()
    assert settlements.settlements(session, edition) == []


def scattered(count: int) -> list[Settlement]:
    """Settlements in places of four that two people agree on, each place 500 metres from the next."""
    return [
        Settlement(
            number,
            790_000 + 500.0 * (number // 4 % 50),
            1_720_000 + 500.0 * (number // 200) + 10 * (number % 4),
            "507",
            frozenset(map(str, range(502, 520))),
            bytes([number % 2]),
        )
        for number in range(count)
    ]


def test_each_pin_is_asked_only_of_the_places_around_it(
    session: Session, edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def covers(polygon: Any, points: Any, **options: Any) -> Any:
        asked.append(np.size(points))
        return real(polygon, points, **options)

    real = shapely.covers
    monkeypatch.setattr(shapely, "covers", covers)
    monkeypatch.setattr(settlements, "settlements", lambda _session, _edition: scattered(2_000))
    assert len(settlements.suggestions(session, edition)) == settlements.SHOWN
    assert sum(asked) < 20_000


def test_the_largest_suggestions_are_shown_and_the_next_ones_when_these_are_decided_on(
    session: Session, edition: Edition, administrator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settlements, "settlements", lambda _session, _edition: scattered(7))
    (large, small) = settlements.suggestions(session, edition)
    assert (large.reports, small.reports) == (4, 3)
    assert [one.key for one in settlements.suggestions(session, edition, small.key)] == [small.key]
    monkeypatch.setattr(settlements, "SHOWN", 1)
    assert [one.key for one in settlements.suggestions(session, edition)] == [large.key]
    corrections.decide(session, edition, large, accepted=False, user_id=administrator.id)
    assert [one.key for one in settlements.suggestions(session, edition)] == [small.key]


def test_only_the_newest_settlements_are_read(
    session: Session, edition: Edition, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    reports = settle(4)
    monkeypatch.setattr(settlements, "NEWEST", 3)
    assert [one.report for one in settlements.settlements(session, edition)] == [one.id for one in reports[:0:-1]]
