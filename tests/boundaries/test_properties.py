"""What holds for every place of the province and every pair of editions."""

from collections import defaultdict
from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given
from hypothesis import settings as told
from hypothesis import strategies as st
from numpy.typing import NDArray
from shapely import box
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from boundaries import atlas, editions, importing, reported
from boundaries.batch import Routings, route_many
from boundaries.correspondence import Part, correspondence
from boundaries.difference import Comparison, difference
from boundaries.lookup import areas_at
from boundaries.models import Area, Edition
from boundaries.routing import route
from geo.errors import QuangnamError
from geo.models import Report
from geo.settings import Settings
from tests.boundaries.made import area, edition

LEVELS = [
    ("2020", "district"),
    ("2020", "commune"),
    ("2025-01", "district"),
    ("2025-01", "commune"),
    ("2025-07", "commune"),
]
EDITIONS = ["2020", "2025-01", "2025-07"]
METRE = 1e-5  # degrees, about
Floats = NDArray[np.float64]
# Each example asks the database again, on one transaction that nothing of them changes.
ONE_SESSION = told(
    deadline=None, max_examples=40, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def uniform(session: Session, count: int) -> tuple[Floats, Floats]:
    """Points in the province, anywhere alike."""
    land = _land(session)
    random = np.random.default_rng(7)
    west, south, east, north = land.bounds
    cloud = shapely.points(random.uniform(west, east, 3 * count), random.uniform(south, north, 3 * count))
    found = shapely.get_coordinates(cloud[shapely.contains(land, cloud)][:count])
    return found[:, 0].copy(), found[:, 1].copy()


def corners(session: Session, count: int) -> tuple[Floats, Floats]:
    """Corners of communes."""
    found = np.random.default_rng(8).choice(shapely.get_coordinates(_communes(session)), count)
    return found[:, 0].copy(), found[:, 1].copy()


def edges(session: Session, count: int) -> tuple[Floats, Floats]:
    """Points on the borders between communes, the province's own left out."""
    points, ring = shapely.get_coordinates(shapely.get_rings(shapely.get_parts(_communes(session))), return_index=True)
    begin, end = points[:-1][ring[1:] == ring[:-1]], points[1:][ring[1:] == ring[:-1]]
    random = np.random.default_rng(9)
    picked, along = random.integers(0, len(begin), count), random.uniform(0, 1, (count, 1))
    found = begin[picked] * (1 - along) + end[picked] * along
    found = found[shapely.distance(shapely.boundary(_land(session)), shapely.points(found)) > METRE]
    return found[:, 0].copy(), found[:, 1].copy()


def places(session: Session, count: int) -> tuple[Floats, Floats]:
    """All three, as many of each but for some edges."""
    found = [points(session, count) for points in (uniform, corners, edges)]
    return np.concatenate([lon for lon, _lat in found]), np.concatenate([lat for _lon, lat in found])


def _communes(session: Session) -> Any:
    return atlas.sheet(session, editions.find(session, "2020"), "commune").polygons


def _land(session: Session) -> Any:
    return shapely.union_all(_communes(session))


@pytest.mark.parametrize(("code", "level"), LEVELS)
def test_every_point_inside_has_exactly_one_area_of_each_level(session: Session, code: str, level: str) -> None:
    sheet = atlas.sheet(session, editions.find(session, code), level)
    lon, lat = uniform(session, 3_000)
    found = sheet.raster.areas(lon, lat)
    pin, area = shapely.STRtree(sheet.polygons).query(shapely.points(lon, lat), predicate="within")
    assert (pin == np.arange(len(lon))).all()  # one each
    assert (area == found).all()


@pytest.mark.parametrize(("code", "level"), LEVELS)
def test_a_corner_is_the_first_areas_of_those_that_meet_there(session: Session, code: str, level: str) -> None:
    sheet = atlas.sheet(session, editions.find(session, code), level)
    lon, lat = corners(session, 3_000)
    pairs = shapely.STRtree(sheet.polygons).query(shapely.points(lon, lat), predicate="dwithin", distance=1e-9)
    first = np.full(len(lon), len(sheet.code))
    np.minimum.at(first, pairs[0], pairs[1])
    assert (sheet.raster.areas(lon, lat) == first).all()


@pytest.mark.parametrize(("code", "level"), LEVELS)
def test_a_point_on_a_border_is_one_of_its_two_sides(session: Session, code: str, level: str) -> None:
    sheet = atlas.sheet(session, editions.find(session, code), level)
    lon, lat = edges(session, 3_000)
    found = sheet.raster.areas(lon, lat)
    assert (found >= 0).all()
    # What is straight in degrees is not quite so in metres.
    assert (shapely.distance(sheet.polygons[found], shapely.points(lon, lat)) < METRE / 10).all()


@ONE_SESSION
@given(lon=st.floats(107.2, 108.75), lat=st.floats(14.9, 16.1), code=st.sampled_from(EDITIONS))
def test_one_pin_and_many_pins_agree_wherever_they_are(
    session: Session, settings: Settings, lon: float, lat: float, code: str
) -> None:
    many = route_many(session, np.array([lon]), np.array([lat]), edition=code, settings=settings)
    try:
        one = route(session, lon, lat, edition=code, settings=settings)
    except QuangnamError:
        assert many.refusal[0]
        return
    assert (many.refusal[0], many.unit_id[0], many.reason[0]) == ("", one.unit.id, one.reason.code)
    assert many.area_code[0] == (one.area.code if one.area else None)


@pytest.mark.parametrize("code", EDITIONS)
def test_a_pin_that_is_sure_is_routed_to_an_area_that_covers_it(
    session: Session, settings: Settings, code: str
) -> None:
    lon, lat = places(session, 12)
    many = route_many(session, lon, lat, edition=code, settings=settings)
    unsure = many.needs_confirmation
    assert not unsure.all()
    for x, y, area_code, commune, open_ in zip(lon, lat, many.area_code, many.commune_code, unsure, strict=True):
        covering = areas_at(session, float(x), float(y), edition=code)
        assert {area.level for area in covering} == {level for name, level in LEVELS if name == code}
        # By a border the likeliest area may be the other one: a person confirms it.
        assert open_ or {area_code, commune} <= {area.code for area in covering}


@pytest.fixture
def reports(session: Session, make_report: Callable[..., Report]) -> int:
    lon, lat = places(session, 40)
    for x, y in zip(lon, lat, strict=True):
        make_report(lon=float(x), lat=float(y))
    make_report(lon=109.2, lat=15.7)  # in the sea
    return len(lon)


def pairs(first: str, second: str) -> list[tuple[str, str]]:
    of = {code: [level for name, level in LEVELS if name == code] for code in EDITIONS}
    return list(product(of[first], of[second]))


@pytest.mark.parametrize(("first", "second"), list(product(EDITIONS, EDITIONS)))
def test_shares_of_land_and_of_reports_add_up_to_one(session: Session, reports: int, first: str, second: str) -> None:
    for level, other in pairs(first, second):
        found = correspondence(session, editions.find(session, first), editions.find(session, second), level, other)
        land: dict[str, float] = defaultdict(float)
        said: dict[str, float] = defaultdict(float)
        for part in found:
            land[part.old] += part.area_share
            said[part.old] += part.report_share or 0
        assert land == pytest.approx(dict.fromkeys(land, 1.0))
        some = {part.old for part in found if part.reports}
        assert {old: said[old] for old in some} == pytest.approx(dict.fromkeys(some, 1.0))
        assert sum(part.reports for part in found) == reports
        whole = sum(part.square_metres for part in found)
        assert whole == pytest.approx(_size(session, first, level))


def _size(session: Session, code: str, level: str) -> float:
    query = select(func.sum(Area.area_m2)).join(Edition).where(Edition.code == code, Area.level == level)
    return float(session.scalar(query) or 0)


@pytest.mark.parametrize(("first", "second"), [("2020", "2025-01"), ("2020", "2025-07"), ("2025-01", "2025-07")])
def test_both_directions_share_the_same_ground(session: Session, reports: int, first: str, second: str) -> None:
    one, other = editions.find(session, first), editions.find(session, second)

    def ground(parts: list[Part], back: bool) -> dict[tuple[str, str | None], tuple[float, int]]:
        of = {(p.old, p.new): (p.square_metres, p.reports) for p in parts}
        return {(new, old): value for (old, new), value in of.items()} if back else of  # type: ignore[misc] (never None here)

    for level, to in pairs(first, second):
        there = ground(correspondence(session, one, other, level, to), back=False)
        again = ground(correspondence(session, other, one, to, level), back=True)
        assert set(there) == set(again)
        assert {key: there[key][1] for key in there} == {key: again[key][1] for key in there}
        assert {key: there[key][0] for key in there} == pytest.approx({key: again[key][0] for key in there}, rel=1e-6)


@pytest.mark.parametrize("code", EDITIONS)
def test_an_edition_differs_in_nothing_from_itself(session: Session, reports: int, code: str) -> None:
    one = editions.find(session, code)
    for found in difference(session, one, one).comparisons:
        assert {change.what for change in found.changes} == {"kept"}
        assert found.pieces == []
        assert found.handed.square_metres == found.handed.reports == 0


@pytest.mark.parametrize(("first", "second"), [("2020", "2025-01"), ("2020", "2025-07"), ("2025-01", "2025-07")])
def test_a_difference_is_the_mirror_of_the_one_back(session: Session, reports: int, first: str, second: str) -> None:
    one, other = editions.find(session, first), editions.find(session, second)
    back_of = {"merged": "split", "split": "merged", "new": "gone", "gone": "new"}

    def pieces(told: Comparison, back: bool) -> Any:
        if back:
            return {(p.new, p.old): (back_of.get(p.what, p.what), p.hands, p.reports, p.open) for p in told.pieces}
        return {(p.old, p.new): (p.what, p.hands, p.reports, p.open) for p in told.pieces}

    for there, again in zip(
        difference(session, one, other).comparisons, difference(session, other, one).comparisons, strict=True
    ):
        assert pieces(there, back=False) == pieces(again, back=True)
        assert there.handed.square_metres == pytest.approx(again.handed.square_metres, rel=1e-9)
        assert (there.handed.reports, there.handed.open) == (again.handed.reports, again.handed.open)
        assert (there.authority is None) == (again.authority is None)


def test_routing_by_an_edition_does_not_see_what_is_imported_or_activated_after_it(
    session: Session, settings: Settings
) -> None:
    lon, lat = places(session, 700)

    def answers() -> dict[str, Routings]:
        return {code: route_many(session, lon, lat, edition=code, settings=settings) for code in EDITIONS}

    before = answers()
    later = edition(session, "2031", area("502", "Khác", box(107, 14, 109, 17)))
    importing.write(session, later, [area("503", "Khác nữa", box(107, 14, 110, 17))])
    editions.activate(session, "2025-01")
    editions.activate(session, "2025-07")
    editions.activate(session, "2031")
    after = answers()
    for code in EDITIONS:
        for name in ("area_code", "area_name", "commune_code", "unit_id", "reason", "needs_confirmation", "refusal"):
            assert (getattr(before[code], name) == getattr(after[code], name)).all(), (code, name)


def test_routing_again_says_the_same(session: Session, settings: Settings) -> None:
    lon, lat = places(session, 700)
    first, second = (route_many(session, lon, lat, edition="2020", settings=settings) for _ in range(2))
    for name, column in first.columns().items():
        if name not in {"distance", "candidates", "others"}:
            assert (column == getattr(second, name)).all(), name
    assert first.candidates.tolist() == second.candidates.tolist()


def test_few_reports_are_counted_as_many_are(session: Session, reports: int, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = editions.find(session, "2020"), editions.find(session, "2025-07")
    few = correspondence(session, one, other, "district", "commune")
    monkeypatch.setattr(reported, "MANY", 0)
    assert correspondence(session, one, other, "district", "commune") == few
    assert sum(part.reports for part in few) == reports
