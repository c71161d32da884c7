"""Files of strangers: read by few drivers in a process of their own, whatever they hold."""

import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from boundaries import apart, readings, territory, unpacking
from boundaries.apart import Asked
from boundaries.columns import Fields
from boundaries.findings import Finding, Reading
from tests.boundaries import as_files

Read = Callable[..., Reading]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    scratch = tmp_path / "scratch"
    scratch.mkdir()

    def of(data: bytes, name: str, **asked: str) -> Reading:
        found = apart.read(data, Asked(name, **asked), None, scratch)  # type: ignore[arg-type]  # texts alone
        assert list(scratch.iterdir()) == []
        return found

    return of


def said(found: Reading) -> str:
    return "\n".join(map(str, found.findings))


def test_the_formats_named_are_read(session: Session, tmp_path: Path, read: Read) -> None:
    areas = as_files.frame(session, "2025-01")
    for ending in ("gpkg", "geojson", "fgb"):
        areas.to_file(tmp_path / f"own.{ending}")
        found = read((tmp_path / f"own.{ending}").read_bytes(), f"C:\\Địa giới\\own.{ending}")
        assert (len(found.areas), found.serious, found.source) == (17, False, f"own.{ending}")
    found = read(as_files.shapefile(areas, tmp_path), "Địa giới.zip")
    assert (len(found.areas), found.serious, found.areas[0].name) == (17, False, "Tam Kỳ")


def test_a_reading_goes_out_and_comes_back(session: Session, tmp_path: Path, read: Read) -> None:
    found = read(as_files.geopackage(as_files.with_a_hole(as_files.frame(session, "2020")), tmp_path), "own.gpkg")
    assert found.serious
    assert readings.load(readings.dump(found)) == found


def test_what_gdal_would_follow_elsewhere_is_never_opened(session: Session, tmp_path: Path, read: Read) -> None:
    inside = tmp_path / "inside.gpkg"
    as_files.frame(session, "2025-01").to_file(inside)
    layer = f"<OGRVRTLayer name='inside'><SrcDataSource>{inside}</SrcDataSource></OGRVRTLayer>"
    vrt = f"<OGRVRTDataSource>{layer}</OGRVRTDataSource>".encode()
    assert read(vrt, "own.vrt").serious
    assert read(vrt, "own.geojson").areas == []
    assert read(as_files.zipped({"own.vrt": vrt}), "own.zip").areas == []
    # As a GeoJSON by its first letter, and by its name alone the file of another driver.
    assert "không phải GeoPackage, GeoJSON" in said(read(b'{"type": "Topology", "objects": {}}', "own.geojson"))
    assert str(tmp_path) not in said(read(b'{"type": "Topology", "objects": {}}', "own.geojson"))
    assert "/vsicurl" not in str(unpacking.cleaned("/vsicurl/http://example.vn/own.gpkg"))


def test_a_path_in_a_zip_leads_nowhere(session: Session, tmp_path: Path, read: Read) -> None:
    data = as_files.geopackage(as_files.frame(session, "2025-01"), tmp_path)
    found = read(as_files.zipped({"../../outside.gpkg": data, "/etc/own.txt": "x", "a/../b.dbf": "x"}), "own.zip")
    assert len(found.areas) == 17
    assert not list(tmp_path.parent.glob("outside*"))
    assert "cùng tên" in said(read(as_files.zipped({"a/own.gpkg": data, "b/own.gpkg": data}), "own.zip"))


def test_a_zip_bomb_is_stopped_while_it_unpacks(tmp_path: Path, read: Read) -> None:
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as opened, opened.open("own.gpkg", "w") as member:
        for _turn in range(unpacking.MOST_UNPACKED // 2**20 + 2):
            member.write(b"\0" * 2**20)
    assert bomb.stat().st_size < 1_000_000
    assert "bung ra quá lớn" in said(read(bomb.read_bytes(), "bomb.zip"))
    many = as_files.zipped({f"{number}.dbf": "" for number in range(unpacking.MOST_MEMBERS + 1)})
    assert "quá nhiều tệp" in said(read(many, "many.zip"))


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("own.shp", b"x", "nén cả .shp"),
        ("own.kml", b"x", "không thuộc định dạng"),
        ("own", b"x", "không thuộc định dạng"),
        ("own.gpkg", b"PK\x03\x04", "không phải là loại"),
        ("own.zip", b"PK\x03\x04 broken", "Không mở được tệp nén"),
        ("own.zip", as_files.zipped({"read.me": "x"}), "đúng một tệp địa giới"),
        ("own.gpkg", b"SQLite format 3\0" + b"\0" * 2_000, "Không đọc được tệp own.gpkg"),
        ("own.geojson", b'{"type": "FeatureCollection", "features": [', "Không đọc được tệp own.geojson"),
    ],
)
def test_what_is_no_file_of_areas_is_told_in_a_sentence(name: str, data: bytes, told: str, read: Read) -> None:
    found = read(data, name)
    assert found.serious
    assert told in said(found)


def test_a_file_without_its_system_is_told_which_fits(session: Session, tmp_path: Path) -> None:
    areas = as_files.frame(session, "2025-01")
    data = as_files.shapefile(areas.to_crs(5899), tmp_path, without=(".prj",))
    land = areas.geometry.union_all()
    found = apart.read(data, Asked("own.zip"), land, tmp_path)
    assert [one.values["crs"] for one in found.findings] == ["EPSG:5899"]
    again = apart.read(data, Asked("own.zip", crs="EPSG:5899"), land, tmp_path)
    assert (len(again.areas), again.serious) == (17, False)


def test_the_process_also_compares_a_file_with_the_land_and_the_draft(session: Session, tmp_path: Path) -> None:
    areas = as_files.frame(session, "2025-01")
    land = territory.known(session)
    kept = as_files.geopackage(areas[areas["MA"] != "503"], tmp_path)
    found = apart.read(kept, Asked("own.gpkg"), land, tmp_path)
    assert "km² của tỉnh không còn nằm trong đơn vị nào" in said(found)
    assert "(" not in said(found).partition("không còn nằm trong")[2].partition("\n")[0]
    territory.name(session, found)
    assert "(xã Tân Hiệp)" in said(found)
    communes = as_files.geopackage(as_files.frame(session, "2020", "commune").assign(MACHA="502"), tmp_path)
    asked = Asked("own.gpkg", fields=Fields(parent="MACHA"))
    found = apart.read(communes, asked, land, tmp_path, territory.districts(session, "2020"))
    assert "100 % diện tích nằm ngoài huyện 502" in said(found)


def test_a_reader_that_does_not_start_is_not_the_fault_of_the_file(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, session: Session, tmp_path: Path, read: Read
) -> None:
    data = as_files.geopackage(as_files.frame(session, "2025-01"), tmp_path)
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho ImportError: of ours >&2\nexit 1\n")
    broken.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(broken))
    found = read(data, "own.gpkg")
    assert found.serious
    assert said(found) == apart.NOT_STARTED
    assert "ImportError: of ours" in caplog.text


def test_the_process_knows_no_secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("QUANGNAM_SECRET_KEY", "a key that nobody else should know")
    environment = apart._environment(tmp_path)
    assert not [name for name in environment if name.startswith("QUANGNAM_")]
    assert {"OGR_VRT", "HTTP", "SQLite", "ADBC"} <= set(environment["GDAL_SKIP"].split(","))


def test_a_finding_knows_its_place() -> None:
    assert Finding("", {"lon": "108.5", "lat": 15.5}).place == (108.5, 15.5)
    assert Finding("", {"reason": "Self-intersection[108.4 15.9]"}).place == (108.4, 15.9)
    assert Finding("", {"reason": "Too few points"}).place is None
