"""What other people's validators and Debian's GDAL say of the files."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import geoparquet_validator
import pytest
from geojson_validator import validate_geometries, validate_structure
from lxml import etree
from sqlalchemy import Connection

from maps.export import FORMATS, Asked
from tests.maps.export.reading import written

SAMPLES = Path("/usr/lib/python3/dist-packages/osgeo_utils/samples/validate_gpkg.py")
gdal = pytest.mark.skipif(shutil.which("ogrinfo") is None, reason="Debian's gdal-bin is not installed")
samples = pytest.mark.skipif(not SAMPLES.exists(), reason="Debian's python3-gdal is not installed")
FILES = pytest.mark.parametrize("name", [name for name in FORMATS if name not in ("csv", "xlsx", "geoparquet")])


def run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Warning" not in done.stderr
    return done.stdout


def test_geojson_validator(filled: Connection, tmp_path: Path) -> None:
    path = written(filled, Asked(), "geojson", tmp_path)
    assert validate_structure(path, check_crs=True) == {}
    found: dict[str, Any] = validate_geometries(path)
    assert (found["invalid"], found["count_geometry_types"]) == ({}, {"Point": 5})
    assert set(found["problematic"]) <= {"excessive_coordinate_precision"}


@pytest.mark.parametrize("code", [4326, 5899])
def test_geoparquet_validator(filled: Connection, tmp_path: Path, code: int) -> None:
    report = geoparquet_validator.check(str(written(filled, Asked(crs=code), "geoparquet", tmp_path)))
    assert geoparquet_validator.failed(report) == []
    passed = {one["id"] for one in report["outcomes"] if one["status"] == "pass"}
    assert any(one.startswith("/conf/core/") for one in passed)
    assert any(one.startswith("/conf/covering/") for one in passed)


@samples
@pytest.mark.parametrize("code", [4326, 5899])
def test_validate_gpkg(filled: Connection, tmp_path: Path, code: int) -> None:
    path = written(filled, Asked(crs=code), "gpkg", tmp_path)
    run("/usr/bin/python3", "-m", "osgeo_utils.samples.validate_gpkg", str(path))


@gdal
@FILES
def test_debians_gdal_reads_it(filled: Connection, tmp_path: Path, name: str) -> None:
    code = 5899 if FORMATS[name].any_crs else 4326
    path = str(written(filled, Asked(crs=code), name, tmp_path))
    said = run("ogrinfo", "-ro", "-al", f"/vsizip/{path}" if name == "shp" else path)
    assert "Feature Count: 5" in said
    assert "Đèn đường hỏng ở Tam Kỳ" in said
    assert f'ID["EPSG",{code}]' in said
    assert ("POINT (577453.96" if code == 5899 else "POINT (108.474 15.5736)") in said


def test_a_sequence_is_of_rfc_8142(filled: Connection, tmp_path: Path) -> None:
    data = written(filled, Asked(), "geojsonseq", tmp_path).read_bytes()
    assert data.count(b"\x1e") == data.count(b"\n") == 5
    for text in data.split(b"\x1e")[1:]:
        assert validate_structure({"type": "FeatureCollection", "features": [json.loads(text)]}) == {}


def test_a_kml_is_xml_whatever_was_written(filled: Connection, tmp_path: Path) -> None:
    root = etree.parse(written(filled, Asked(), "kml", tmp_path)).getroot()
    space = "{http://www.opengis.net/kml/2.2}"
    assert len(root.findall(f".//{space}Placemark")) == 5
    assert any("<b>&" in (one.text or "") for one in root.iter(f"{space}SimpleData"))
