"""What was settled near a border holds when another edition comes into force, where that has one answer to it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from api import stepping
from boundaries import activation, editions, heirs, lookup, routing, said
from boundaries.heirs import Heirs
from boundaries.models import Assignment
from geo.details import Details
from geo.models import Report
from geo.permissions import Actor
from geo.settings import Settings
from geo.transitions import Action
from tests.boundaries.opened import copy, receive, rows, unit, unit_of
from tests.boundaries.test_routing import beside


def settle(session: Session, settings: Settings, report: Report, unit_code: str) -> None:
    """The IOC's word, as its doors take it."""
    same = unit_of(session, report) == unit_code
    details = Details(unit_id=None if same else unit(session, unit_code))
    step: Action = "confirm" if same else "reroute"
    stepping.step(session, settings, report, step, Actor("operator"), door="web", version=None, details=details)


def test_where_an_area_is_taken_over_what_was_settled_in_it_goes_along_with_certainty(
    session: Session, settings: Settings
) -> None:
    # Between Nông Sơn, which Quế Sơn takes over, and Phước Sơn.
    spot = beside(session, "519", "511", 20)
    mine, theirs, open_ = (receive(session, settings, *spot, 30.0) for _ in range(3))
    settle(session, settings, mine, "ubnd-519")
    settle(session, settings, theirs, "ubnd-511")
    assert [(one.area_code, one.needs_confirmation) for one in (mine, theirs, open_)] == [
        ("519", False), ("511", False), ("519", True),
    ]  # fmt: skip
    before = rows(session)
    activation.activate(session, "2025-01", settings=settings)
    assert [(unit_of(session, one), one.area_code, one.needs_confirmation) for one in (mine, theirs, open_)] == [
        ("ubnd-509", "509", False),
        ("ubnd-511", "511", False),
        ("ubnd-509", "509", True),
    ]
    kept = session.scalars(select(Assignment).where(Assignment.report_id == mine.id).order_by(Assignment.id.desc()))
    assert said.area_of(kept.first().candidates) == "509"  # type: ignore[union-attr] (there are three)
    # Once more by the same borders, then as it was.
    copy(session, "2025-01", "again", lookup.today())
    counts = activation.activate(session, "again", settings=settings).counts
    assert (counts["changed"], counts["moves"]) == (0, [])
    activation.undo(session, "again", settings=settings)
    activation.undo(session, "2025-01", settings=settings)
    assert rows(session) == before


def test_what_was_settled_in_a_district_goes_to_the_only_commune_near_that_was_in_it(
    session: Session, settings: Settings
) -> None:
    # Whose pins the borders of 2025-07 alone would leave uncertain, and which districts' communes they may be in.
    spot = beside(session, "503", "507", 20)
    plain = routing.route(session, *spot, accuracy=30.0, edition="2025-07", settings=settings)
    assert plain.needs_confirmation
    halves = {one.area.code: heirs_of(session, one.area.code) for one in plain.candidates}
    assert sorted(halves.values()) == [{"503"}, {"507"}]
    both = [receive(session, settings, *spot, 30.0) for _ in range(2)]
    for report, code in zip(both, ("503", "507"), strict=True):
        settle(session, settings, report, f"ubnd-{code}")
    before = rows(session)
    counts = activation.activate(session, "2025-07", settings=settings).counts
    assert counts["uncertain"] == 0
    for report, code in zip(both, ("503", "507"), strict=True):
        (commune,) = [one for one, old in halves.items() if old == {code}]
        assert unit_of(session, report) == f"ubnd-{commune}"
        assert (report.area_code, report.commune_code, report.needs_confirmation) == (commune, commune, False)
    activation.undo(session, "2025-07", settings=settings)
    assert rows(session) == before


def heirs_of(session: Session, code: str) -> set[str]:
    """The districts of 2020 that a commune of 2025-07 has land of."""
    found = Heirs(session, editions.find(session, "2020"))
    return set(found.of(editions.find(session, "2025-07").id, code))


def test_where_several_areas_near_take_it_over_it_is_uncertain_again(session: Session, settings: Settings) -> None:
    # Two new communes of Hội An and one of Điện Bàn: to have said Hội An tells no commune.
    spot, accuracy = corner(session, settings)
    report = receive(session, settings, *spot, accuracy)
    settle(session, settings, report, "ubnd-503")
    assert (report.area_code, report.needs_confirmation) == ("503", False)
    activation.activate(session, "2025-07", settings=settings)
    assert unit_of(session, report) != "ubnd-503"
    assert report.needs_confirmation


def test_what_is_known_of_a_report_by_another_edition_is_its_only_heir_at_the_pin(
    session: Session, settings: Settings
) -> None:
    taken, split = (receive(session, settings, *spot, accuracy) for spot, accuracy in (
        (beside(session, "511", "519", 20), 30.0), corner(session, settings),
    ))  # fmt: skip
    settle(session, settings, taken, "ubnd-519")
    settle(session, settings, split, "ubnd-503")
    for report in (taken, split):
        report.state = "closed"  # an edition leaves it the area of then
    session.flush()
    assert [heirs.in_force(session, one, settings) for one in (taken, split)] == ["519", "503"]
    activation.activate(session, "2025-01", settings=settings)
    assert [heirs.in_force(session, one, settings) for one in (taken, split)] == ["509", "503"]
    activation.activate(session, "2025-07", settings=settings)
    assert [one.area_code for one in (taken, split)] == ["519", "503"]
    assert heirs.in_force(session, split, settings) is None


def corner(session: Session, settings: Settings) -> tuple[tuple[float, float], float]:
    """A pin in Hội An that may be in Điện Bàn, and in two communes of 2025-07 that lie in Hội An; its accuracy."""
    for away in range(20, 2_000, 200):
        spot = beside(session, "503", "507", away)
        for accuracy in (away + 200.0, away + 1_000.0):
            old = routing.route(session, *spot, accuracy=accuracy, settings=settings)
            new = routing.route(session, *spot, accuracy=accuracy, edition="2025-07", settings=settings)
            mine = [one for one in new.candidates if heirs_of(session, one.area.code) == {"503"}]
            if old.needs_confirmation and new.needs_confirmation and len(mine) > 1:
                return spot, accuracy
    raise AssertionError


def test_of_a_settled_place_that_a_department_has_only_the_area_follows(session: Session, settings: Settings) -> None:
    report = receive(session, settings, *beside(session, "519", "511", 20), 30.0)
    settle(session, settings, report, "ubnd-519")
    settle(session, settings, report, "so-y-te")
    assert (unit_of(session, report), report.area_code) == ("so-y-te", "519")
    before = rows(session)
    activation.activate(session, "2025-01", settings=settings)
    assert (unit_of(session, report), report.area_code, report.needs_confirmation) == ("so-y-te", "509", False)
    activation.undo(session, "2025-01", settings=settings)
    assert rows(session) == before


def test_what_was_settled_since_is_after_an_undo_where_that_land_was_before(
    session: Session, settings: Settings
) -> None:
    activation.activate(session, "2025-01", settings=settings)
    report = receive(session, settings, *beside(session, "519", "511", 20), 30.0)
    settle(session, settings, report, "ubnd-509")
    assert report.area_code == "509"
    activation.undo(session, "2025-01", settings=settings)
    assert (unit_of(session, report), report.area_code, report.needs_confirmation) == ("ubnd-519", "519", False)


def test_what_a_sender_chose_goes_with_its_land_too(session: Session, settings: Settings) -> None:
    # In Phước Sơn by the borders, yet its sender said Nông Sơn.
    spot = beside(session, "511", "519", 20)
    chosen, plain = (receive(session, settings, *spot, 30.0, **values) for values in ({"area": "519"}, {}))
    assert [one.area_code for one in (chosen, plain)] == ["519", "511"]
    activation.activate(session, "2025-01", settings=settings)
    assert [(unit_of(session, one), one.area_code) for one in (chosen, plain)] == [
        ("ubnd-509", "509"),
        ("ubnd-511", "511"),
    ]
