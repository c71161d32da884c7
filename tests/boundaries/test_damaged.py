"""Files as offices really send them: each damage is found and named."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from shapely import Polygon, box
from sqlalchemy.orm import Session

from boundaries import editions, files, territory
from boundaries.files import Fields, Reading
from boundaries.models import Area
from tests.boundaries.test_encodings import windows_1258

HALVES = [
    ("502", "Thành phố Tam Kỳ"),
    ("503", "Thành phố Hội An"),
    ("504", "Huyện Đại Lộc"),
    ("505", "Thị xã Điện Bàn"),
]


@pytest.fixture
def land(session: Session) -> Any:
    found = territory.known(session)
    assert found is not None
    return found


@pytest.fixture
def whole(land: Any) -> gpd.GeoDataFrame:
    """The province in four quarters."""
    west, south, east, north = land.bounds
    x, y = (west + east) / 2, (south + north) / 2
    boxes = [box(west, south, x, y), box(x, south, east, y), box(west, y, x, north), box(x, y, east, north)]
    shapes = [shapely.intersection(land, one) for one in boxes]
    columns = {"MA": [code for code, _name in HALVES], "TEN": [name for _code, name in HALVES]}
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=4326)


@pytest.fixture
def read(session: Session, land: Any, tmp_path: Path) -> Callable[..., Reading]:
    def of(frame: gpd.GeoDataFrame, name: str = "own.gpkg", **options: Any) -> Reading:
        frame.to_file(tmp_path / name)
        found = files.read(tmp_path / name, **({"land": land} | options))
        territory.check(session, found, "own", land)
        return found

    return of


def said(found: Reading) -> str:
    return "\n".join(str(finding) for finding in found.findings)


def test_a_sound_file_comes_in_with_its_columns_guessed(whole: gpd.GeoDataFrame, read: Callable[..., Reading]) -> None:
    found = read(whole)
    assert said(found) == "Các cột được đoán: mã = MA; tên = TEN."
    assert found.levels == ["district"]
    assert found.coverages[0].square_metres == pytest.approx(10_570.71e6, rel=1e-6)


def test_a_large_bow_tie_is_refused_with_its_place_and_a_small_one_mended(
    whole: gpd.GeoDataFrame, read: Callable[..., Reading]
) -> None:
    def crossed(size: float) -> gpd.GeoDataFrame:
        tie = Polygon([(109, 15), (109 + size, 15 + size), (109 + size, 15), (109, 15 + size)])
        parts = [*shapely.get_parts(whole.geometry[0]), tie]
        return whole.assign(geometry=[shapely.MultiPolygon(parts), *whole.geometry[1:]])

    large = read(crossed(0.1))
    assert large.serious
    assert "502: đa giác không hợp lệ (Self-intersection[109.05 15.05])" in said(large)
    small = read(crossed(0.0002))
    assert not small.serious
    assert "502: đã sửa đa giác không hợp lệ (Self-intersection[109.0001 15.0001])" in said(small)


def test_slivers_are_dropped_and_counted(whole: gpd.GeoDataFrame, read: Callable[..., Reading]) -> None:
    specks = [box(109, 15 + i / 100, 109.000001, 15.000001 + i / 100) for i in range(3)]
    parts = [*shapely.get_parts(whole.geometry[0]), *specks]
    found = read(whole.assign(geometry=[shapely.MultiPolygon(parts), *whole.geometry[1:]]))
    assert "502: đã bỏ 3 mảnh vụn dưới 1 m²." in said(found)
    assert not found.serious


def test_a_missing_island_is_named(session: Session, whole: gpd.GeoDataFrame, read: Callable[..., Reading]) -> None:
    parts = shapely.get_parts(whole.geometry[3])
    island = max((part for part in parts if part.bounds[0] > 108.45), key=lambda part: part.area)
    kept = shapely.MultiPolygon([part for part in parts if part is not island])
    found = read(whole.assign(geometry=[*whole.geometry[:3], kept]))
    assert "km² của tỉnh không còn nằm trong đơn vị nào, tại 108.5" in said(found)
    assert "(xã Tân Hiệp)" in said(found)


def test_what_is_missing_is_named_beside_other_faults(
    session: Session, whole: gpd.GeoDataFrame, read: Callable[..., Reading]
) -> None:
    parts = shapely.get_parts(whole.geometry[3])
    island = max((part for part in parts if part.bounds[0] > 108.45), key=lambda part: part.area)
    kept = shapely.MultiPolygon([part for part in parts if part is not island])
    found = read(whole.assign(TEN=["", *whole.TEN[1:]], geometry=[*whole.geometry[:3], kept]))
    assert found.serious
    assert "502: thiếu tên." in said(found)
    assert "km² của tỉnh không còn nằm trong đơn vị nào, tại 108.5" in said(found)
    assert said(found).count("không còn nằm trong") == 1  # the area without a name is there all the same


def test_a_hole_is_refused_with_its_place(whole: gpd.GeoDataFrame, read: Callable[..., Reading]) -> None:
    place = shapely.point_on_surface(whole.geometry[0])
    x, y = round(place.x, 2), round(place.y, 2)
    lake = box(x, y, x + 0.01, y + 0.01)
    found = read(whole.assign(geometry=[shapely.difference(shape, lake) for shape in whole.geometry]))
    assert found.serious
    assert f"m² cạnh 502, tại {x + 0.005:.3f}, {y + 0.005:.3f}." in said(found)


def test_swapped_axes_are_noticed(whole: gpd.GeoDataFrame, read: Callable[..., Reading]) -> None:
    found = read(whole.assign(geometry=shapely.transform(whole.geometry.to_numpy(), lambda xy: xy[:, ::-1])))
    assert found.serious
    assert "Kinh độ và vĩ độ bị đổi chỗ" in said(found)
    # Metres with the northing first, as Vietnamese surveyors write them.
    metric = whole.to_crs(5899)
    metric = metric.assign(geometry=shapely.transform(metric.geometry.to_numpy(), lambda xy: xy[:, ::-1]))
    turned = read(metric)
    assert turned.serious
    assert "Hai trục tọa độ bị đổi chỗ: đổi lại thì tệp khớp với tỉnh theo EPSG:5899." in said(turned)


def test_a_province_in_the_sea_is_refused_with_the_system_that_fits(
    whole: gpd.GeoDataFrame, read: Callable[..., Reading]
) -> None:
    found = read(whole.to_crs(5899).set_crs(32649, allow_override=True))
    assert found.serious
    assert "hãy chọn hệ tọa độ EPSG:5899" in said(found)


@pytest.mark.parametrize("code", [5899, 5897, 5898, 9216, 9217, 9218, 3405, 32648])
def test_whichever_zone_a_file_without_a_prj_was_drawn_in_is_named(
    code: int, whole: gpd.GeoDataFrame, read: Callable[..., Reading], tmp_path: Path, land: Any
) -> None:
    read(whole.to_crs(code), "own.shp")
    (tmp_path / "own.prj").unlink()
    with pytest.raises(files.InvalidError, match=rf"khớp nhất với tỉnh \((99\.[5-9]|100\.0) %\) là EPSG:{code} "):
        files.read(tmp_path / "own.shp", land=land)


def test_a_neighbouring_zone_is_refused_with_the_right_one(
    whole: gpd.GeoDataFrame, read: Callable[..., Reading]
) -> None:
    found = read(whole.to_crs(9216).set_crs(5899, allow_override=True))
    assert found.serious
    assert "Tệp không nằm đúng chỗ" in said(found)
    assert "hãy chọn hệ tọa độ EPSG:9216" in said(found)


def test_a_part_of_the_province_is_no_misplaced_province(whole: gpd.GeoDataFrame, read: Callable[..., Reading]) -> None:
    assert not read(whole[:1]).serious


def test_a_shapefile_without_its_index_says_what_to_copy(
    whole: gpd.GeoDataFrame, read: Callable[..., Reading], tmp_path: Path
) -> None:
    read(whole, "own.shp")
    (tmp_path / "own.shx").unlink()
    with pytest.raises(files.InvalidError, match=r"thiếu own\.shx"):
        files.read(tmp_path / "own.shp")


def test_an_area_within_another_becomes_a_hole_in_it(whole: gpd.GeoDataFrame, read: Callable[..., Reading]) -> None:
    place = shapely.point_on_surface(whole.geometry[0])
    within = box(place.x, place.y, place.x + 0.0007, place.y + 0.0007)
    rows = [{"MA": "506", "TEN": "Huyện Duy Xuyên", "geometry": within}]
    found = read(gpd.GeoDataFrame(gpd.pd.concat([whole, gpd.GeoDataFrame(rows, crs=4326)]), crs=4326))
    assert "Đã khép 1 khe hở và chỗ chồng lấn nhỏ" in said(found)
    assert not found.serious
    assert found.coverages[0].overlap_m2 == 0


def test_vn_2000_without_a_prj_is_recognised(
    whole: gpd.GeoDataFrame, read: Callable[..., Reading], tmp_path: Path, land: Any
) -> None:
    read(whole.to_crs(5899), "own.shp")
    (tmp_path / "own.prj").unlink()
    with pytest.raises(files.InvalidError, match=r"là EPSG:5899 \(VN-2000 / TM-3 107-45\)"):
        files.read(tmp_path / "own.shp", land=land)
    found = files.read(tmp_path / "own.shp", crs="EPSG:5899", land=land)
    assert found.coverages[0].square_metres == pytest.approx(10_570.71e6, rel=1e-6)


@pytest.mark.parametrize("cpg", [None, "1258"])
def test_names_in_windows_1258_are_read(
    cpg: str | None, whole: gpd.GeoDataFrame, read: Callable[..., Reading], tmp_path: Path
) -> None:
    raw = [windows_1258(name).decode("latin-1") for name in whole["TEN"]]
    whole.assign(TEN=raw).to_file(tmp_path / "own.shp", encoding="ISO-8859-1")
    path = tmp_path / "own.cpg"
    path.write_text(cpg) if cpg else path.unlink(missing_ok=True)
    found = files.read(tmp_path / "own.shp")
    assert "đọc theo Windows-1258" in said(found)
    assert [f"{area.kind} {area.name}".capitalize() for area in found.areas] == [
        name.capitalize() for _code, name in HALVES
    ]


def test_duplicate_codes_are_named(whole: gpd.GeoDataFrame, read: Callable[..., Reading]) -> None:
    assert "Mã 502 có 2 lần" in said(read(whole.assign(MA=["502", "502", "504", "505"]), fields=Fields(code="MA")))


def test_communes_without_their_district_or_beyond_it_are_refused(
    whole: gpd.GeoDataFrame, read: Callable[..., Reading]
) -> None:
    communes = whole.assign(
        MA=["20501", "20502", "20503", "20504"],
        TEN=["Xã A", "Xã B", "Xã C", "Xã D"],
        MAHUYEN=["502", "502", "504", "999"],
    )
    both = gpd.GeoDataFrame(gpd.pd.concat([whole, communes]), crs=4326)
    found = read(both, fields=Fields(parent="MAHUYEN"))
    assert found.serious
    assert found.levels == ["district", "commune"]
    assert "20502 B: 100 % diện tích nằm ngoài huyện 502, chẳng hạn tại 10" in said(found)
    assert "20504 D: không có huyện mã “999”" in said(found)
    assert "20501" not in said(found)


def test_the_default_polygons_pass_as_they_are(session: Session, read: Callable[..., Reading]) -> None:
    edition = editions.find(session, "2020")
    rows = session.query(Area).filter(Area.edition_id == edition.id, Area.level == "commune").all()
    shapes = [shapely.from_wkb(bytes.fromhex(row.geometry.desc)) for row in rows]
    columns = {"code": [r.code for r in rows], "name": [r.name for r in rows], "kind": [r.kind for r in rows]}
    found = read(gpd.GeoDataFrame(columns, geometry=shapes, crs=4326))
    assert not found.serious
    assert found.levels == ["commune"]
    assert [str(one) for one in found.findings] == []
