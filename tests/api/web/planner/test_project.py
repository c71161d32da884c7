"""The project of QGIS, opened by QGIS itself against the program as it is served."""

import io
import json
import os
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import httpx2 as httpx
import pytest

from tests.browser.conftest import Live, running

PYTHON = "/usr/bin/python3"
OPENED = Path(__file__).parent / "opened.py"


@pytest.fixture
def live(fresh_database_url: str, tmp_path: Path) -> Iterator[Live]:
    with running(fresh_database_url, tmp_path) as live:
        yield live


def project(live: Live, query: str = "") -> bytes:
    answer = httpx.get(f"{live.url}/planner/quangnam.qgz{query}")
    answer.raise_for_status()
    assert answer.headers["content-disposition"] == 'attachment; filename="quangnam.qgz"'
    return answer.content


def opened(file: Path) -> dict[str, Any]:
    quiet = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [PYTHON, str(OPENED), str(file)],
        env=quiet | {"QT_QPA_PLATFORM": "offscreen", "HOME": str(file.parent)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def test_a_project_is_xml_in_a_zip_that_asks_this_server(live: Live) -> None:
    with zipfile.ZipFile(io.BytesIO(project(live, "?category=giao-thong,cay-xanh&area=503&since=2026-01-01"))) as file:
        root = ET.fromstring(file.read("quangnam.qgs"))
    sources = [one.text or "" for one in root.iter("datasource")]
    assert all(live.url in one for one in sources)
    assert len(sources) == 3
    asked = sources[0]
    assert r"category IN (\'giao-thong\', \'cay-xanh\')" in asked
    assert "2025-12-31T17:00:00Z" in asked


def test_qgis_opens_every_layer_in_vn_2000(live: Live, tmp_path: Path) -> None:
    has = subprocess.run([PYTHON, "-c", "import qgis.core"], capture_output=True, check=False)
    if has.returncode:
        pytest.skip("Debian's QGIS is not here (apt-get install python3-qgis)")
    if httpx.get(f"{live.url}/ogc/collections").status_code != 200:
        pytest.skip("OGC API - Features is not served")
    code = live.report(accepted=True)
    live.report(accepted=True, category="cay-xanh")
    whole, some = tmp_path / "whole.qgz", tmp_path / "some.qgz"
    whole.write_bytes(project(live))
    some.write_bytes(project(live, "?category=cay-xanh&since=P1D"))
    found = opened(whole)
    assert (found["read"], found["crs"]) == (True, "EPSG:5899")
    assert [(one["name"], one["valid"], one["shown"]) for one in found["layers"]] == [
        ("Phản ánh", True, True),
        ("Địa bàn", True, True),
        ("Mật độ phản ánh", True, False),
    ]
    reports, areas, _density = found["layers"]
    assert (reports["features"], areas["features"], areas["labels"]) == (2, 18, True)
    assert reports["names"]["category_name"] == "lĩnh vực"
    assert reports["legend"]["giao-thong"][0] == "Giao thông"
    assert len({colour for _name, colour in reports["legend"].values()}) == 14
    assert found["tam_ky"] == pytest.approx([577453.963, 1722531.703], abs=0.01)
    assert opened(some)["layers"][0]["features"] == 1
    assert areas["names"]["area_m2"] == "Diện tích, m²"
    for query, count in {
        "bbox=108.3,15.8,108.4,15.9": 2,
        "bbox=108.4,15.4,108.6,15.7": 0,
        "q=%25": 0,
        "q=o%20GA": 2,
        "q=ổ%20gà": 2,
        "q=ở%20gà": 0,
        f"q={code}": 1,
        "q=o%20ga&category=cay-xanh&bbox=108.3,15.8,108.4,15.9&area=503": 1,
    }.items():
        some.write_bytes(project(live, f"?{query}"))
        assert opened(some)["layers"][0]["features"] == count, query
