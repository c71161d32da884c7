"""One pin by SQL and many by arrays are two ways to the same answer."""

import math
from collections.abc import Iterator
from datetime import date
from typing import Any

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from boundaries import atlas, editions
from boundaries.routing import Routings, assign, route, route_many
from geo.errors import NotFoundError, QuangnamError
from geo.models import Unit
from geo.settings import Settings
from tests.boundaries import points


def differences(session: Session, settings: Settings, lon: Any, lat: Any, accuracy: Any, **options: Any) -> list[str]:
    """Where one by one and all at once do not agree, in words."""
    many = route_many(session, lon, lat, accuracy=accuracy, settings=settings, **options)
    found = []
    for row in range(len(lon)):
        given = None if math.isnan(accuracy[row]) else float(accuracy[row])
        one = single(session, settings, float(lon[row]), float(lat[row]), given, options)
        other = element(many, row)
        if not same(one, other):
            found.append(f"{lon[row]!r} {lat[row]!r} ±{given}: {one} is not {other}")
    return found


def single(session: Session, settings: Settings, lon: float, lat: float, accuracy: float | None, options: Any) -> Any:
    try:
        got = route(session, lon, lat, accuracy=accuracy, settings=settings, **options)
    except QuangnamError as error:
        return {"refusal": str(error)}
    return {
        "refusal": "",
        "area": got.area and (got.area.code, got.area.name),
        "commune": got.commune and got.commune.code,
        "unit": (got.unit.id, got.unit.name),
        "reason": got.reason.code,
        "needs": got.needs_confirmation,
        "confidence": math.nan if got.confidence is None else got.confidence,
        "distance": math.nan if got.distance is None else got.distance,
        "candidates": {one.area.code: (one.unit.code, one.share) for one in got.candidates},
        "others": set(got.others),
    }


def element(many: Routings, row: int) -> Any:
    if many.refusal[row]:
        return {"refusal": many.refusal[row]}
    return {
        "refusal": "",
        "area": (many.area_code[row], many.area_name[row]) if many.area_code[row] else None,
        "commune": many.commune_code[row],
        "unit": (many.unit_id[row], many.unit_name[row]),
        "reason": many.reason[row],
        "needs": many.needs_confirmation[row],
        "confidence": many.confidence[row],
        "distance": many.distance[row],
        "candidates": {one["area"]: (one["unit"], one["share"]) for one in many.candidates[row] or []},
        "others": set(many.others[row] or []),
    }


def same(one: Any, other: Any) -> bool:
    if one["refusal"] or other["refusal"]:
        return bool(one["refusal"] == other["refusal"])
    rounded = ("distance", "candidates", "confidence")
    exact = all(one[key] == other[key] for key in one if key not in rounded)
    near = np.isclose(one["distance"], other["distance"], rtol=0, atol=1e-5, equal_nan=True)
    near &= np.isclose(one["confidence"], other["confidence"], rtol=0, atol=1e-4, equal_nan=True)
    a, b = one["candidates"], other["candidates"]
    shares = a.keys() == b.keys() and all(a[c][0] == b[c][0] and abs(a[c][1] - b[c][1]) < 1e-4 for c in a)
    return bool(exact and near and shares)


def polygons(session: Session, edition: str) -> NDArray[np.object_]:
    found = editions.find(session, edition)
    return atlas.sheet(session, found, found.routing_level).polygons


@pytest.fixture
def rng() -> Iterator[np.random.Generator]:
    return np.random.default_rng(20201222)


def mixed(rng: np.random.Generator, areas: NDArray[np.object_], size: int) -> Any:
    """Uniform points, twice as many as all others: close to borders, on them and beyond; a quarter with an accuracy."""
    kinds = [
        points.uniform(rng, areas, 2 * size),
        points.near_borders(rng, areas, size, 30),
        points.near_borders(rng, areas, size // 2, 2_500),
        points.on_borders(rng, areas, size // 4),
        points.beyond(rng, areas, size),
    ]
    lon, lat = (np.concatenate(values) for values in zip(*kinds, strict=True))
    accuracy = rng.choice([math.nan, math.nan, math.nan, 5, 80, 900, 6_000], len(lon))
    return lon, lat, accuracy


def test_uniform_points_of_the_province_agree_and_all_get_a_unit(
    session: Session, settings: Settings, rng: np.random.Generator
) -> None:
    areas = polygons(session, "2020")
    lon, lat = points.uniform(rng, areas, 30_000)
    many = route_many(session, lon, lat, settings=settings)
    assert set(many.reason) == {"inside", "uncertain"}
    assert (many.unit_id > 0).all()
    assert all(many.commune_code)
    # Far from borders PostGIS, pin by pin, could only repeat what the polygons say of all at once: one in ten is asked.
    pin, area = shapely.STRtree(areas).query(shapely.points(lon, lat), predicate="within")
    codes = atlas.sheet(session, editions.find(session, "2020"), "district").code
    sure = np.flatnonzero(many.reason == "inside")
    assert (pin == np.arange(len(lon))).all()  # one area each
    assert (many.area_code[sure] == codes[area[sure]]).all()
    asked = np.union1d(np.flatnonzero(many.reason == "uncertain"), np.arange(0, len(lon), 10))
    assert differences(session, settings, lon[asked], lat[asked], np.full(len(asked), math.nan)) == []


def test_points_within_30_m_of_borders_agree(session: Session, settings: Settings, rng: np.random.Generator) -> None:
    lon, lat = points.near_borders(rng, polygons(session, "2020"), 2_000, 30)
    assert differences(session, settings, lon, lat, np.full(len(lon), math.nan)) == []


@pytest.mark.parametrize("edition", ["2020", "2025-01", "2025-07"])
def test_borders_the_sea_and_all_around_agree(
    session: Session, settings: Settings, rng: np.random.Generator, edition: str
) -> None:
    lon, lat, accuracy = mixed(rng, polygons(session, edition), 600)
    many = route_many(session, lon, lat, accuracy=accuracy, edition=edition, settings=settings)
    assert set(many.reason) == {"", "inside", "border", "uncertain", "nearest"}
    assert differences(session, settings, lon, lat, accuracy, edition=edition) == []


def test_bad_pins_agree(session: Session, settings: Settings) -> None:
    bad = [(math.nan, 15.8), (108.3, math.inf), (15.8, 108.3), (577453.9, 1722531.7), (181, 0), (0, -91), (108.3, 15.8),
           (108.3, 15.8), (108.338, 15.8794), (2.35, 48.85)]  # fmt: skip
    lon, lat = np.array(bad).T
    accuracy = np.array([math.nan] * 6 + [-1, 20_001, 20_000, 1])
    many = route_many(session, lon, lat, accuracy=accuracy, settings=settings)
    assert [bool(text) for text in many.refusal] == [True] * 8 + [False, True]
    assert differences(session, settings, lon, lat, accuracy) == []


def test_a_day_without_an_edition_goes_to_the_ioc(session: Session, settings: Settings) -> None:
    lon, lat, accuracy = np.array([108.338]), np.array([15.8794]), np.array([math.nan])
    many = route_many(session, lon, lat, on=date(1997, 1, 1), settings=settings)
    assert many.edition is None
    assert list(many.reason) == ["ioc"]
    assert differences(session, settings, lon, lat, accuracy, on=date(1997, 1, 1)) == []


def test_an_area_without_a_committee_goes_to_the_ioc(session: Session, settings: Settings) -> None:
    unit = session.query(Unit).filter_by(area_code="503").one()
    unit.area_code = None
    session.flush()
    lon, lat, accuracy = np.array([108.338, 108.3]), np.array([15.8794, 15.8801]), np.array([math.nan, 3000])
    many = route_many(session, lon, lat, accuracy=accuracy, settings=settings)
    assert many.reason[0] == "ioc"
    assert many.area_code[0] == "503"
    assert many.unit_name[0].endswith("(Trung tâm IOC)")
    assert differences(session, settings, lon, lat, accuracy) == []


def test_an_unknown_edition_is_refused(session: Session, settings: Settings) -> None:
    with pytest.raises(NotFoundError):
        route_many(session, np.array([108.3]), np.array([15.8]), edition="1976", settings=settings)


def test_nothing_in_nothing_out(session: Session, settings: Settings) -> None:
    many = route_many(session, np.empty(0), np.empty(0), settings=settings)
    assert len(many) == 0


def test_what_a_batch_keeps_is_what_an_assignment_keeps(session: Session, settings: Settings, make_report: Any) -> None:
    lon, lat = 108.3, 15.8801
    one = assign(session, make_report(lon=lon, lat=lat), route(session, lon, lat, accuracy=3000, settings=settings))
    many = route_many(session, np.array([lon]), np.array([lat]), accuracy=np.array([3000.0]), settings=settings)
    assert one.candidates == many.candidates[0]
    assert (one.area_code, one.unit_id, one.reason) == (many.area_code[0], many.unit_id[0], many.reason[0])
    assert len(one.candidates or []) > 1


def test_the_same_again(session: Session, settings: Settings, rng: np.random.Generator) -> None:
    lon, lat, accuracy = mixed(rng, polygons(session, "2020"), 300)
    first = route_many(session, lon, lat, accuracy=accuracy, settings=settings).columns()
    order = rng.permutation(len(lon))
    again = route_many(session, lon[order], lat[order], accuracy=accuracy[order], settings=settings).columns()
    for name, values in first.items():
        np.testing.assert_array_equal(values[order], again[name], err_msg=name)
