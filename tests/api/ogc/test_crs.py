"""Part 2: coordinate reference systems, the order of their axes, and the datum shift of VN-2000."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from fastapi.testclient import TestClient
from pyproj import Transformer
from pyproj.transformer import TransformerGroup
from sqlalchemy import text
from sqlalchemy.orm import Session

from geo import crs as geo_crs
from geo.models import Report
from maps.collections import crs
from tests.api.ogc.asking import EPSG, REPORTS, ids, items, refused

Make = Callable[..., Report]
TAM_KY = (108.474, 15.5736)
VN2000 = (577453.963, 1722531.703)
OFFERED = (5899, 32648, 32649, 3857, 4326, 4756, 3405, 3406)


def test_each_collection_says_what_it_can_be_had_in(client: TestClient) -> None:
    found = client.get("/ogc/collections").json()
    for one in found["collections"]:
        assert one["crs"] == found["crs"] == [crs.CRS84, *map(EPSG.format, OFFERED)]
        assert one["storageCrs"] == crs.CRS84


def test_tam_ky_is_where_it_is(client: TestClient, make_report: Make) -> None:
    code = make_report(lon=TAM_KY[0], lat=TAM_KY[1]).code
    answer = client.get(f"{REPORTS}/{code}", params={"crs": EPSG.format(5899)})
    assert answer.headers["content-crs"] == f"<{EPSG.format(5899)}>"
    assert answer.json()["geometry"]["coordinates"] == pytest.approx(VN2000, abs=0.001)
    plain = client.get(f"{REPORTS}/{code}")
    assert plain.headers["content-crs"] == f"<{crs.CRS84}>"
    assert plain.json()["geometry"]["coordinates"] == list(TAM_KY)


@pytest.mark.parametrize("code", OFFERED)
def test_coordinates_are_those_of_pyproj_and_postgis_in_the_order_of_the_axes(
    client: TestClient, session: Session, make_report: Make, code: int
) -> None:
    make_report(lon=TAM_KY[0], lat=TAM_KY[1])
    answer = client.get(REPORTS, params={"crs": EPSG.format(code)})
    found = answer.json()["features"][0]["geometry"]["coordinates"]
    assert answer.headers["content-crs"] == f"<{EPSG.format(code)}>"
    # In the order that the authority gives the axes: pyproj's own, without always_xy.
    expected = Transformer.from_crs(4326, code).transform(TAM_KY[1], TAM_KY[0])
    tolerance = 1e-7 if code in (4326, 4756) else 0.001
    assert found == pytest.approx(expected, abs=tolerance)
    point = session.execute(
        text("SELECT ST_X(p), ST_Y(p) FROM ST_Transform(ST_SetSRID(ST_MakePoint(:x, :y), 4326), :code) p"),
        {"x": TAM_KY[0], "y": TAM_KY[1], "code": code},
    ).one()
    assert found == pytest.approx(point[::-1] if code in (4326, 4756) else tuple(point), abs=max(tolerance, 1e-7))


def test_latitude_comes_first_in_epsg_4326_and_last_in_crs84(client: TestClient, make_report: Make) -> None:
    make_report(lon=TAM_KY[0], lat=TAM_KY[1])
    coordinates = [
        items(client, crs=one)["features"][0]["geometry"]["coordinates"] for one in (EPSG.format(4326), crs.CRS84)
    ]
    assert coordinates == [[15.5736, 108.474], [108.474, 15.5736]]
    box = {"bbox": "15.57,108.47,15.58,108.48", "bbox_crs": EPSG.format(4326)}
    assert len(ids(client, **box)) == 1
    assert refused(client, bbox=box["bbox"]).startswith("bbox: ")  # longitude first: 108 is no latitude


@pytest.mark.parametrize("code", OFFERED)
def test_a_box_in_a_system_holds_what_it_says(client: TestClient, make_report: Make, code: int) -> None:
    there = make_report(lon=TAM_KY[0], lat=TAM_KY[1]).code
    make_report(lon=TAM_KY[0] + 0.001, lat=TAM_KY[1] + 0.001)
    x, y = Transformer.from_crs(4326, code).transform(TAM_KY[1], TAM_KY[0])
    near = 0.000_001 if code in (4326, 4756) else 0.1  # a decimetre around it
    box = f"{x - near},{y - near},{x + near},{y + near}"
    assert ids(client, bbox=box, bbox_crs=EPSG.format(code), crs=EPSG.format(5899)) == [there]
    assert ids(client, bbox=box, bbox_crs=f"[EPSG:{code}]") == [there]
    shape = f"BBOX({box})"
    assert ids(client, filter=f"S_INTERSECTS(geometry,{shape})", filter_crs=EPSG.format(code)) == [there]


def test_a_box_that_is_straight_in_one_system_is_bent_in_the_other(client: TestClient, make_report: Make) -> None:
    # UTM 48 turns by half a degree here: the box of degrees around the box of metres holds more.
    to_utm = Transformer.from_crs(4326, 32648, always_xy=True)
    west, south = to_utm.transform(107.5, 15.3)
    east, north = west + 90_000, south + 60_000
    corner = Transformer.from_crs(32648, 4326, always_xy=True).transform(east, south)
    outside = make_report(lon=corner[0], lat=15.2999).code
    inside = make_report(lon=corner[0] - 0.01, lat=corner[1] + 0.02).code
    found = ids(client, bbox=f"{west},{south},{east},{north}", bbox_crs=EPSG.format(32648))
    assert inside in found
    x, y = to_utm.transform(corner[0], 15.2999)
    assert (outside in found) == (west <= x <= east and south <= y <= north)


@pytest.mark.parametrize("code", [3857, 5899, 32649])
def test_a_box_that_lies_nowhere_is_refused_or_empty(client: TestClient, make_report: Make, code: int) -> None:
    make_report()
    answer = client.get(REPORTS, params={"bbox": "1e30,1e30,2e30,2e30", "bbox-crs": EPSG.format(code)})
    assert answer.status_code == 400 or answer.json()["features"] == []


def test_the_shift_is_the_one_of_the_province_and_there_and_back_is_the_same() -> None:
    group = TransformerGroup(4326, 5899, always_xy=True, area_of_interest=geo_crs._HERE, allow_ballpark=False)
    assert "VN-2000 to WGS 84 (2)" in group.transformers[0].description  # EPSG:6960
    shifted = crs.between(4326, 5899)(np.array([TAM_KY]))[0]
    assert shifted.tolist() == pytest.approx(VN2000, abs=0.001)
    back = crs.between(5899, 4326)(shifted.reshape(1, 2))[0]
    assert back.tolist() == pytest.approx(TAM_KY, abs=1e-8)  # a millimetre
    without = Transformer.from_pipeline("+proj=tmerc +lat_0=0 +lon_0=107.75 +k=0.9999 +x_0=500000 +y_0=0 +ellps=WGS84")
    assert math.dist(without.transform(*map(math.radians, TAM_KY)), VN2000) > 100  # metres off without it


def test_outlines_move_whole(client: TestClient) -> None:
    path = "/ogc/collections/areas-2020-district/items/503"
    degrees = client.get(path).json()["geometry"]["coordinates"]
    metres = client.get(path, params={"crs": EPSG.format(5899)}).json()["geometry"]["coordinates"]
    to_metres = Transformer.from_crs(4326, 5899, always_xy=True)
    assert [[len(ring) for ring in polygon] for polygon in degrees] == [
        [len(ring) for ring in polygon] for polygon in metres
    ]
    for lonlat, xy in zip(degrees[0][0], metres[0][0], strict=True):
        assert to_metres.transform(*lonlat) == pytest.approx(xy, abs=10)  # four decimals of a degree, and whole metres
