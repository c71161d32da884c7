"""Other people's programs read the tiles from a really served program."""

import http.server
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import orjson
import pytest

from api.ogc import tiles
from tests.browser.conftest import Live, running

OGRINFO = shutil.which("ogrinfo")


@pytest.fixture
def live(fresh_database_url: str, tmp_path: Path) -> Iterator[Live]:
    with running(fresh_database_url, tmp_path) as live:
        yield live


@contextmanager
def collection(live: Live, name: str) -> Iterator[str]:
    """The address of a collection's own document, with no more in it than its place and its tiles."""
    document = orjson.dumps(
        {
            "id": name,
            "extent": {"spatial": {"bbox": [[108.3, 15.85, 108.4, 15.92]]}},
            "links": tiles.collection_links(f"{live.url}/ogc", name),
        }
    )

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(document)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the library's name)
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


# GDAL takes the bounds for metres of the grid, and the bbox of a collection too, which is in degrees.
HOI_AN = ("12057000", "1788000", "12063000", "1793000")


READ = """
import sys
import pyogrio
address, layer, *bounds = sys.argv[1:]
options = dict(zip(("MINX", "MINY", "MAXX", "MAXY"), bounds))
print(pyogrio.read_dataframe(address, layer=layer, API="TILES", **options).to_crs(4326).to_json())
"""


def read(address: str, layer: str) -> list[dict[str, Any]]:
    """What GDAL finds, by a process of its own: in this one it would keep the server from answering."""
    command = [sys.executable, "-c", READ, f"OGCAPI:{address}", layer, *HOI_AN]
    told = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout
    return list(orjson.loads(told)["features"])


def test_gdal_reads_the_reports_of_a_zoom(live: Live) -> None:
    code = live.report()
    with collection(live, "reports") as address:
        (found,) = read(address, "Zoom level 12")
    assert found["properties"]["code"] == code
    assert found["geometry"]["coordinates"] == pytest.approx((108.338, 15.8794), abs=1e-4)


def test_gdal_reads_the_areas_of_a_zoom(live: Live) -> None:
    with collection(live, "areas-2020-district") as address:
        found = read(address, "Zoom level 10")
    assert "Hội An" in {one["properties"]["name"] for one in found}
    assert {one["properties"]["level"] for one in found} == {"district"}
    assert {one["geometry"]["type"] for one in found} <= {"Polygon", "MultiPolygon"}


def test_debians_gdal_reads_a_tile_that_tilejson_tells_of(live: Live, tmp_path: Path) -> None:
    if OGRINFO is None:
        pytest.skip("Debian's gdal-bin is not here (apt-get install gdal-bin)")
    code = live.report()
    told = httpx2.get(f"{live.url}/ogc/collections/reports/tiles/WebMercatorQuad?f=tilejson").json()
    path = tmp_path / "12" / "3280" / "1864.mvt"  # by which GDAL knows a tile's place
    path.parent.mkdir(parents=True)
    path.write_bytes(httpx2.get(told["tiles"][0].format(z=12, x=3280, y=1864)).content)
    command = [OGRINFO, "-ro", str(path), told["vector_layers"][0]["id"]]
    read = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    assert f"code (String) = {code}" in read
