"""What other people's programs make of a server that really serves."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pyogrio
import pytest
from owslib.ogcapi.features import Features
from pyproj import Transformer

from maps.assets.npm import NODE
from tests.browser.conftest import Live, running
from tests.conftest import clone

ROOT = Path(__file__).parents[3]
REPORTS = 25_000


@pytest.fixture(scope="module")
def live(database_url: str, worker_id: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A server over 25,000 demonstration reports."""
    with running(clone(f"ogc_{worker_id}"), tmp_path_factory.mktemp("ogc")) as found:
        found.demo(REPORTS)
        yield found


@pytest.fixture(scope="module")
def address(live: Live) -> str:
    return f"{live.url}/ogc"


def run(*command: str | Path, **options: Any) -> str:
    if not Path(command[0]).exists() and shutil.which(str(command[0])) is None:
        pytest.skip(f"{command[0]} is not here")
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=300, check=False, **options)
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def get(address: str) -> dict[str, Any]:
    with urlopen(address) as answer:
        return dict(json.load(answer))


def test_debians_gdal_lists_all_collections(address: str) -> None:
    said = run("ogrinfo", "-ro", "-al", "-so", f"OAPIF:{address}")
    assert "using driver `OAPIF' successful" in said
    for name, shape in (("reports", "Point"), ("areas-2020-district", "Multi Polygon"), ("units", "Point")):
        part = said.split(f"Layer name: {name}\n")[1].split("Layer name:")[0]
        assert f"Geometry: {shape}" in part
    assert f"Feature Count: {REPORTS}" in said
    assert "created_at: DateTime" in said


def test_debians_gdal_copies_all_reports_into_a_geopackage(address: str, tmp_path: Path) -> None:
    path = tmp_path / "reports.gpkg"
    run("ogr2ogr", path, f"OAPIF:{address}", "reports", "-oo", "PAGE_SIZE=5000")
    info = pyogrio.read_info(path, layer="reports")
    assert info["features"] == REPORTS
    frame = pyogrio.read_dataframe(path)
    assert frame["id"].nunique() == REPORTS
    first = get(f"{address}/collections/reports/items?limit=1")["features"][0]
    row = frame[frame["id"] == first["id"]].iloc[0]
    assert [row.geometry.x, row.geometry.y] == first["geometry"]["coordinates"]


def by_pyogrio(address: str, **options: Any) -> dict[str, Any]:
    return dict(json.loads(run(sys.executable, ROOT / "tests/api/ogc/pyogrio_reads.py", address, json.dumps(options))))


@pytest.mark.parametrize("code", [5899, 32649, 3857])
def test_a_newer_gdal_has_them_in_the_system_it_asks_for(address: str, code: int) -> None:
    seen = by_pyogrio(address, max_features=50, CRS=f"EPSG:{code}")
    plain = by_pyogrio(address, max_features=50)
    assert seen["crs"] == code
    assert seen["ids"] == plain["ids"]
    x, y = Transformer.from_crs(4326, code, always_xy=True).transform(plain["x"], plain["y"])
    assert seen["x"] == pytest.approx(x, abs=0.02)  # seven decimals of a degree
    assert seen["y"] == pytest.approx(y, abs=0.02)


def test_a_newer_gdal_leaves_filters_to_us(address: str) -> None:
    where, box = "category = 'cay-xanh' AND recurrence > 1", (108, 15.5, 108.4, 16)
    seen = by_pyogrio(address, where=where, bbox=box)
    query = "filter=category%3D%27cay-xanh%27%20AND%20recurrence%3E1&bbox=108,15.5,108.4,16&limit=1"
    assert len(seen["ids"]) == get(f"{address}/collections/reports/items?{query}")["numberMatched"] > 0


def test_owslib_asks_by_box_time_filter_and_reads_queryables(address: str) -> None:
    features = Features(address)
    assert "reports" in features.feature_collections()
    assert "cql2-text" in " ".join(features.conformance()["conformsTo"])
    assert features.api()["openapi"].startswith("3.0")
    assert features.collection_queryables("reports")["properties"]["state"]["enum"]
    everything = features.collection_items("reports", limit=1)
    assert everything["numberMatched"] == REPORTS
    boxed = features.collection_items("reports", bbox=[108.2, 15.7, 108.5, 16.0], limit=500)
    assert 0 < boxed["numberMatched"] < REPORTS
    assert all(108.2 <= one["geometry"]["coordinates"][0] <= 108.5 for one in boxed["features"])
    moment = everything["features"][0]["properties"]["created_at"]
    timed = features.collection_items("reports", datetime_=f"../{moment}", limit=1)
    assert timed["numberMatched"] == REPORTS
    felt = features.collection_items("reports", filter="category = 'cay-xanh' AND state = 'closed'", limit=10)
    assert {one["properties"]["category"] for one in felt["features"]} == {"cay-xanh"}
    code = felt["features"][0]["id"]
    assert features.collection_item("reports", code)["id"] == code


@pytest.mark.parametrize(("name", "count", "points"), [("units", None, True), ("areas-2025-07-commune", 78, False)])
def test_qgis_opens_a_collection_by_the_address_alone(address: str, name: str, count: int | None, points: bool) -> None:
    if not Path("/usr/lib/python3/dist-packages/qgis").exists():
        pytest.skip("Debian's QGIS is not here (apt-get install python3-qgis qgis-providers)")
    seen = json.loads(run("/usr/bin/python3", ROOT / "tests/api/ogc/qgis_reads.py", address, name).splitlines()[-1])
    assert seen["valid"]
    assert seen["count"] == seen["read"] == (count or get(f"{address}/collections/units/items")["numberMatched"])
    assert seen["points"] is points
    assert "name" in seen["fields"]
    box = get(f"{address}/collections/{name}")["extent"]["spatial"]["bbox"][0]
    assert seen["extent"] == pytest.approx(box)


def test_the_standards_own_tests_pass(address: str) -> None:
    """All of `features/core`; one wants a feature in every collection, and there may be no hot spot."""
    python = ROOT / ".venv/ogctests/bin/python"
    if not python.exists():
        pytest.skip("the environment of the standard's tests is not here (make test)")
    hot = get(f"{address}/collections/hotspots/items")["numberReturned"]
    command = [str(python), "-m", "ogctests", "features/core", "-v", "True", "-i", address]
    for _again in range(3):
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, cwd=ROOT)
        # They wait five seconds for an answer, which says more of the machine than of the standard.
        if "ReadTimeout" not in done.stdout:
            break
    failed = [line for line in done.stdout.splitlines() if line.startswith("FAILED")]
    # With CI in the environment pytest writes the reason behind the name.
    names = [line.partition(" - ")[0].rpartition("::")[2] for line in failed]
    assert names == ([] if hot else ["test_ast22"]), done.stdout
    if not hot:
        assert "No features listed at /collections/hotspots/items" in done.stdout
    assert "29 passed" in done.stdout or "28 passed" in done.stdout


def test_redocly_finds_nothing_in_the_description(address: str, tmp_path: Path) -> None:
    program = ROOT / "tests/tools/node_modules/@redocly/cli/bin/cli.js"
    if not program.exists():
        pytest.skip("the Node tools of the tests are not here (make test)")
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(get(f"{address}/api?f=json&lang=en")), encoding="utf-8")
    (tmp_path / "redocly.yaml").write_text("extends: [recommended]\n", encoding="utf-8")
    run(
        NODE / "bin/node",
        program,
        "lint",
        path,
        cwd=tmp_path,
        env={"REDOCLY_TELEMETRY": "off", "PATH": str(NODE / "bin")},
    )
