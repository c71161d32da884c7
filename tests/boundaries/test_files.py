import json
import re
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from shapely import box

from boundaries.files import Fields, Reading, read
from geo.errors import InvalidError

WEST, EAST = box(108.0, 15.5, 108.1, 15.6), box(108.1, 15.5, 108.2, 15.6)


def frame(**columns: Any) -> gpd.GeoDataFrame:
    values = {"code": ["502", "503"], "name": ["Tam Kỳ", "Hội An"], "kind": ["thành phố", "thành phố"]} | columns
    geometry = values.pop("geometry", [WEST, EAST])
    return gpd.GeoDataFrame({k: v for k, v in values.items() if v is not None}, geometry=geometry, crs=4326)


def reading(tmp_path: Path, made: gpd.GeoDataFrame, name: str = "areas.gpkg", **options: Any) -> Reading:
    path = tmp_path / name
    made.to_file(path)
    return read(path, "district", options.pop("fields", Fields()), **options)


def said(found: Reading) -> str:
    return "\n".join(str(finding) for finding in found.findings)


@pytest.mark.parametrize("name", ["areas.geojson", "areas.gpkg", "areas.shp"])
@pytest.mark.parametrize("crs", [4326, 5899, 32648])
def test_any_format_in_any_crs_comes_in_as_wgs84(name: str, crs: int, tmp_path: Path) -> None:
    if name.endswith("geojson"):
        crs = 4326  # RFC 7946 knows no other
    found = reading(tmp_path, frame().to_crs(crs), name)
    assert found.findings == []
    assert [(area.code, area.name, area.kind) for area in found.areas] == [
        ("502", "Tam Kỳ", "thành phố"),
        ("503", "Hội An", "thành phố"),
    ]
    # Without the datum shift of VN-2000 they would lie 225 m off.
    for area, shape in zip(found.areas, (WEST, EAST), strict=True):
        assert shapely.hausdorff_distance(area.polygon, shape) < 1e-7


def test_columns_by_other_names_codes_as_numbers_and_kinds_in_names(tmp_path: Path) -> None:
    made = frame(code=None, name=None, kind=None, MA=[502.0, 503.0], TEN=["Thành phố Tam Kỳ", "thị xã  Hội An"])
    found = reading(tmp_path, made, fields=Fields(code="MA", name="TEN"))
    assert found.findings == []
    assert [(a.code, a.name, a.kind) for a in found.areas] == [
        ("502", "Tam Kỳ", "thành phố"),
        ("503", "Hội An", "thị xã"),
    ]
    assert not found.knows_coast


def test_the_coast_and_the_parent_are_read_where_the_file_has_them(tmp_path: Path) -> None:
    found = reading(tmp_path, frame(coastal=[True, False], parent=["49", None]))
    assert found.knows_coast
    assert [(area.coastal, area.parent_code) for area in found.areas] == [(True, "49"), (False, None)]


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"code": None}, "Không rõ cột nào là mã; các cột: name, kind"),
        ({"code": ["502", "502"]}, "Mã 502 có 2 lần"),
        ({"code": ["502", None]}, "Hội An: thiếu mã"),
        ({"name": [None, "Hội An"]}, "502: thiếu tên"),
        ({"kind": ["thành phố", "bang"]}, "503: không rõ loại đơn vị"),
        ({"kind": None}, "502: không rõ loại đơn vị"),
        ({"geometry": [WEST, None]}, "503: hình học rỗng"),
        ({"geometry": [WEST, shapely.Point(108, 15.5)]}, "503: không phải đa giác mà là Point"),
        (
            {"geometry": [WEST, shapely.Polygon([(108, 15), (109, 16), (109, 15), (108, 16)])]},
            "503: đa giác không hợp lệ (Self-intersection",
        ),
        ({"geometry": [box(15.5, 108.0, 15.6, 108.1), box(15.6, 108.0, 15.7, 108.1)]}, "Kinh độ và vĩ độ bị đổi chỗ"),
        ({"geometry": [box(0, 0, 1, 1), box(1, 0, 2, 1)]}, "nằm ngoài Việt Nam"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence_and_forbids_the_import(
    columns: dict[str, Any], sentence: str, tmp_path: Path
) -> None:
    found = reading(tmp_path, frame(**columns))
    assert found.serious
    assert sentence in said(found)


def test_a_column_that_is_named_must_be_there(tmp_path: Path) -> None:
    found = reading(tmp_path, frame(), fields=Fields(code="MA"))
    assert "không có cột “MA”; các cột: code, name, kind" in said(found)
    assert found.serious


def test_gaps_and_overlaps_are_refused_with_their_place(tmp_path: Path) -> None:
    found = reading(tmp_path, frame(geometry=[WEST, box(108.099, 15.5, 108.2, 15.6)]))
    assert "Chồng lấn 1,186,993.9 m² giữa 502, 503, tại 108.0995, 15.55." in said(found)
    assert found.serious
    assert found.coverages[0].overlap_m2 == pytest.approx(107.3 * 11_063, rel=0.01)
    gap = frame(geometry=[WEST, box(108.10015, 15.5, 108.2, 15.6)])  # 16 m
    assert "Khe hở 178,049.1 m² cạnh 502, 503, tại 108.10008, 15.55." in said(reading(tmp_path, gap))
    assert reading(tmp_path, gap).serious
    assert not reading(tmp_path, gap, tolerance=200_000).serious


def test_what_is_small_is_closed_and_listed(tmp_path: Path) -> None:
    for east in (box(108.100005, 15.5, 108.2, 15.6), box(108.099995, 15.5, 108.2, 15.6)):  # half a metre
        found = reading(tmp_path, frame(geometry=[WEST, east]))
        assert not found.serious
        assert "Đã khép 1 khe hở và chỗ chồng lấn nhỏ" in said(found)
        assert found.coverages[0].sound
        assert shapely.coverage_is_valid([area.polygon for area in found.areas])


def test_a_file_that_does_not_say_its_crs_asks_for_it(tmp_path: Path) -> None:
    path = tmp_path / "areas.shp"
    frame().to_crs(5899).to_file(path)
    path.with_suffix(".prj").unlink()
    with pytest.raises(InvalidError, match="EPSG:5899"):
        read(path, "district", Fields())
    found = read(path, "district", Fields(), crs="EPSG:5899")
    assert shapely.hausdorff_distance(found.areas[0].polygon, WEST) < 1e-7
    with pytest.raises(InvalidError, match="Không có hệ tọa độ EPSG:1;"):
        read(path, "district", Fields(), crs="EPSG:1")


@pytest.mark.parametrize("content", ["", "{", "hello", '{"type": "FeatureCollection", "features": [{"type": "Feature"'])
def test_a_file_that_is_none_is_refused_in_one_line(content: str, tmp_path: Path) -> None:
    path = tmp_path / "areas.geojson"
    path.write_text(content)
    with pytest.raises(InvalidError) as error:
        read(path, "district", Fields())
    assert "areas.geojson" in str(error.value)
    assert "\n" not in str(error.value)


ENGLISH = re.compile("recogni[sz]ed|support|failed|unable|not a|index|permission|no such|unterminated", re.IGNORECASE)


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("areas.gpkg", b"", "nó trống"),
        ("areas.zip", b"PK\x03\x04" + b"x" * 300, "đã hỏng hoặc bị cắt"),
        ("areas.gpkg", b"SQLite format 3\0" + b"x" * 3_000, "đã hỏng hoặc bị cắt"),
        ("areas.fgb", b"fgb\x03fgb\x00" + b"x" * 300, "đã hỏng hoặc bị cắt"),
        ("areas.txt", b"hello", "không phải GeoPackage, GeoJSON, FlatGeobuf, Shapefile"),
        ("areas.geojson", b'{"type":"FeatureCollection",\n"features":[{"type":"Fea', "sai ở dòng 2, ký tự"),
        ("areas.gpkg", None, "không có tệp hoặc thư mục này"),
    ],
)
def test_why_a_file_cannot_be_read_is_told_in_our_own_words(
    name: str, content: bytes | None, why: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InvalidError) as error:
        read(path, "district", Fields())
    assert f"Không đọc được tệp {name}: " in str(error.value)
    assert why in str(error.value)
    assert not ENGLISH.search(str(error.value))


def test_other_ways_of_being_no_file_of_areas(tmp_path: Path) -> None:
    with pytest.raises(InvalidError, match="Không đọc được"):
        read(tmp_path / "missing.gpkg", "district", Fields())
    table = tmp_path / "table.csv"
    table.write_text("code,name\n502,Tam Kỳ\n")
    with pytest.raises(InvalidError, match="không có hình học"):
        read(table, "district", Fields())
    empty = tmp_path / "empty.geojson"
    empty.write_text('{"type": "FeatureCollection", "features": []}')
    assert "không có đối tượng nào" in said(read(empty, "district", Fields()))
    short = tmp_path / "short.geojson"
    ring = {"type": "Polygon", "coordinates": [[[108, 15], [109, 16]]]}
    feature = {"type": "Feature", "properties": {"code": "1", "name": "Xã A"}, "geometry": ring}
    short.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    found = said(read(short, "district", Fields()))
    assert "1: hình học rỗng hoặc hỏng" in found
    assert "Khi đọc tệp: (Non closed ring" in found
    made = frame()
    made.to_file(tmp_path / "layers.gpkg", layer="a")
    with pytest.raises(InvalidError, match="không có lớp b; có: a"):
        read(tmp_path / "layers.gpkg", "district", Fields(), layer="b")


def test_of_many_faults_of_a_kind_some_are_told_and_the_rest_counted(tmp_path: Path) -> None:
    rows = 1_000
    made = gpd.GeoDataFrame(
        {"code": [str(row) for row in range(rows)], "name": [""] * rows, "kind": ["xã"] * rows},
        geometry=[box(108 + row / 1e4, 15.5, 108 + (row + 1) / 1e4, 15.6) for row in range(rows)],
        crs=4326,
    )
    found = reading(tmp_path, made)
    told = [str(one) for one in found.findings]
    assert len(told) == 201
    assert told[199:] == ["199: thiếu tên.", "… và 800 điều như vậy nữa."]
    assert sum(one.count for one in found.findings if one.serious) == rows
