"""Other people's programs read the tiles from a really served program."""

import http.server
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import orjson
import pyogrio
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


def test_gdal_reads_the_reports_of_a_zoom(live: Live) -> None:
    code = live.report()
    with collection(live, "reports") as address:
        found = pyogrio.read_dataframe(f"OGCAPI:{address}", API="TILES", layer="Zoom level 12")
    assert found["code"].tolist() == [code]
    point = found.to_crs(4326).geometry.iloc[0]
    assert (point.x, point.y) == pytest.approx((108.338, 15.8794), abs=1e-4)


def test_debians_gdal_reads_the_areas(live: Live) -> None:
    if OGRINFO is None:
        pytest.skip("Debian's gdal-bin is not here (apt-get install gdal-bin)")
    with collection(live, "areas-2020-district") as address:
        command = [OGRINFO, "-ro", "-oo", "API=TILES", f"OGCAPI:{address}", "Zoom level 9"]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "Hội An" in told
    assert "Multi Polygon" in told or "Polygon" in told


def test_gdal_opens_the_tilejson_as_a_folder_of_tiles(live: Live) -> None:
    code = live.report()
    found = httpx2.get(f"{live.url}/ogc/collections/reports/tiles/WebMercatorQuad?f=tilejson").json()
    (template,) = found["tiles"]
    tile = template.format(z=12, x=3280, y=1864)
    # GDAL's driver for one tile wants to be told its place.
    read = pyogrio.read_dataframe(f"MVT:{tile}", layer=found["vector_layers"][0]["id"], X="3280", Y="1864", Z="12")
    assert read["code"].tolist() == [code]
