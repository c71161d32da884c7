"""Places in any CRS, against pyproj and PostGIS both: under a centimetre."""

from pathlib import Path

import numpy as np
import pytest
from pyproj import CRS, Proj, Transformer
from pyproj.aoi import AreaOfInterest
from pyproj.transformer import TransformerGroup
from sqlalchemy import Connection, text

from geo.errors import InvalidError
from geo.filters import Filters
from maps.export import FORMATS, Asked, check, crs
from tests.maps.export.reading import read, written

CODES = (4326, 5899, 32648, 32649, 3857, 9210, 3405, 4756)
PAIRS = [(name, code) for name, one in FORMATS.items() for code in CODES if one.any_crs or code == 4326]
TAM_KY = (577453.963, 1722531.703)
CENTIMETRE = 0.01
IN_SQL = text("""
    SELECT code, ST_X(placed), ST_Y(placed), ST_X(public_point), ST_Y(public_point)
    FROM reports, ST_Transform(public_point, '+proj=longlat +datum=WGS84 +no_defs', CAST(:to AS text)) AS placed
    WHERE state <> 'withdrawn'
""")


def metres(code: int) -> float:
    return 111_320.0 if CRS.from_epsg(code).is_geographic else 1.0


@pytest.mark.parametrize(("name", "code"), PAIRS)
def test_a_place_comes_through_every_format_and_crs(filled: Connection, tmp_path: Path, name: str, code: int) -> None:
    frame = read(written(filled, Asked(crs=code), name, tmp_path), name, code)
    assert frame.crs.to_epsg() == code
    rows = filled.execute(IN_SQL, {"to": f"EPSG:{code}"}).all()
    assert len(rows) == len(frame) == 5
    group = TransformerGroup(4326, code, always_xy=True, area_of_interest=AreaOfInterest(107, 14.9, 109, 16.1))
    for one, x, y, lon, lat in rows:
        place = frame.loc[one, "geometry"]
        assert max(abs(place.x - x), abs(place.y - y)) * metres(code) < CENTIMETRE, "PostGIS"
        there = group.transformers[0].transform(lon, lat)
        assert np.abs(np.subtract((place.x, place.y), there)).max() * metres(code) < CENTIMETRE, "pyproj"
        back = Transformer.from_crs(code, 4326, always_xy=True).transform(place.x, place.y)
        assert np.abs(np.subtract(back, (lon, lat))).max() * 111_320 < CENTIMETRE, "and back"


@pytest.mark.parametrize("name", [name for name, one in FORMATS.items() if one.any_crs])
def test_tam_ky_in_vn_2000(filled: Connection, tmp_path: Path, name: str) -> None:
    frame = read(written(filled, Asked(Filters(area="502"), crs=5899), name, tmp_path), name, 5899)
    place = frame["geometry"].iloc[0]
    assert (place.x, place.y) == pytest.approx(TAM_KY, abs=0.001)


@pytest.mark.parametrize("place", [(108.474, 15.5736), (107.3, 15.0), (112.0, 16.5)])  # the last far off the coast
def test_the_shift_is_epsg_6960_wherever_the_place(place: tuple[float, float]) -> None:
    shift = crs.shift(5899)
    assert shift is not None
    x, y = (float(one[0]) for one in shift(np.array([place[0]]), np.array([place[1]])))
    lon, lat = Transformer.from_crs(5899, 4756, always_xy=True).transform(x, y)
    back = Transformer.from_pipeline("urn:ogc:def:coordinateOperation:EPSG::6960").transform(lat, lon)
    assert np.abs(np.subtract((back[1], back[0]), place)).max() * 111_320 < 0.001
    bare = Proj("+proj=tmerc +lat_0=0 +lon_0=107.75 +k=0.9999 +x_0=500000 +ellps=WGS84")(*place)
    assert 200 < np.hypot(x - bare[0], y - bare[1]) < 250


@pytest.mark.parametrize(
    ("code", "why"),
    [
        (2154, "không dùng ở Việt Nam"),
        (4978, "hai chiều"),
        (4979, "hai chiều"),
        (999_999, "Không có hệ tọa độ"),
        (24048, "Không có phép chuyển chính xác"),  # Indian 1975: only a guess is known here
        (5711, "hai chiều"),  # heights
    ],
)
def test_a_crs_that_would_mislead_is_refused_with_the_reason(code: int, why: str) -> None:
    with pytest.raises(InvalidError, match=why) as caught:
        check(Asked(crs=code), "gpkg")
    assert caught.value.field == "crs"


@pytest.mark.parametrize("name", ["geojson", "geojsonseq", "kml"])
def test_formats_of_wgs_84_stay_so(name: str) -> None:
    check(Asked(crs=4326), name)
    with pytest.raises(InvalidError, match="WGS 84") as caught:
        check(Asked(crs=5899), name)
    assert caught.value.field == "crs"


@pytest.mark.parametrize(
    "written_so",
    ["5899", "EPSG:5899", "epsg:5899", "[EPSG:5899]", "urn:ogc:def:crs:EPSG::5899",
     "http://www.opengis.net/def/crs/EPSG/0/5899", "https://www.opengis.net/def/crs/EPSG/0/5899"],
)  # fmt: skip
def test_a_crs_is_written_in_many_ways(written_so: str) -> None:
    assert crs.code_of(written_so) == 5899


def test_crs84_is_what_4326_is_in_files() -> None:
    assert crs.code_of("http://www.opengis.net/def/crs/OGC/1.3/CRS84") == 4326
    for nonsense in ("", "VN-2000", "EPSG:", "EPSG:5899;DROP", "5899.0", "99999999"):
        with pytest.raises(InvalidError):
            crs.code_of(nonsense)
