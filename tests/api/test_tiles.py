from collections.abc import Callable
from pathlib import Path

import mapbox_vector_tile
import pyogrio
import pytest
from fastapi.testclient import TestClient

from geo.models import Report

Make = Callable[..., Report]
HOI_AN = "12/3280/1864"


def test_a_tile_is_kept_until_something_changes(client: TestClient, make_report: Make) -> None:
    first = client.get(f"/tiles/reports/{HOI_AN}.mvt")
    assert (first.status_code, first.content) == (200, b"")
    make_report()
    second = client.get(f"/tiles/reports/{HOI_AN}.mvt", headers={"If-None-Match": first.headers["etag"]})
    assert second.status_code == 200
    assert second.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    assert second.headers["cache-control"] == "no-cache"
    for tags in (second.headers["etag"], f'"x", {second.headers["etag"]}', "*"):
        third = client.get(f"/tiles/reports/{HOI_AN}.mvt", headers={"If-None-Match": tags})
        assert (third.status_code, third.content, third.headers["etag"]) == (304, b"", second.headers["etag"])


def test_the_filters_of_the_api_hold(client: TestClient, make_report: Make) -> None:
    make_report(category="cay-xanh")
    assert client.get(f"/tiles/reports/{HOI_AN}.mvt?category=giao-thong").content == b""
    assert client.get(f"/tiles/reports/{HOI_AN}.mvt?category=cay-xanh&state=received&demo=false").content
    assert client.get(f"/tiles/reports/{HOI_AN}.mvt?category=x").status_code == 422


@pytest.mark.parametrize("tile", ["-1/0/0", "19/0/0", "1/2/0", "1/0/2", "1/-1/0", "0/0/1"])
@pytest.mark.parametrize("layer", ["reports", "areas"])
def test_what_is_no_tile_is_not_found(client: TestClient, layer: str, tile: str) -> None:
    answer = client.get(f"/tiles/{layer}/{tile}.mvt")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_areas_of_a_named_edition_may_be_kept(client: TestClient) -> None:
    named = client.get("/tiles/areas/8/204/116.mvt?edition=2020")
    assert named.headers["cache-control"] == "public, max-age=3600"
    assert client.get("/tiles/areas/8/204/116.mvt").headers["cache-control"] == "no-cache"
    assert client.get("/tiles/areas/8/204/116.mvt?edition=2025-07").headers["cache-control"] == "no-cache"
    assert client.get("/tiles/areas/8/204/116.mvt?edition=1900").status_code == 404
    assert "areas" in mapbox_vector_tile.decode(named.content)


def test_gdal_reads_them_too(client: TestClient, make_report: Make, tmp_path: Path) -> None:
    report = make_report()
    for layer in ("reports", "areas"):
        path = tmp_path / layer / f"{HOI_AN}.mvt"
        path.parent.mkdir(parents=True)
        path.write_bytes(client.get(f"/tiles/{layer}/{HOI_AN}.mvt").content)
    found = pyogrio.read_dataframe(tmp_path / "reports" / f"{HOI_AN}.mvt", layer="reports")
    assert found["code"].tolist() == [report.code]
    # GDAL knows a tile's place by its path.
    point = found.to_crs(4326).geometry.iloc[0]
    assert (point.x, point.y) == pytest.approx((108.338, 15.8794), abs=1e-4)
    names = pyogrio.read_dataframe(tmp_path / "areas" / f"{HOI_AN}.mvt", layer="areas")["name"]
    assert "Cẩm Châu" in set(names)


def test_gdal_reads_a_folder_with_empty_tiles(client: TestClient, make_report: Make, tmp_path: Path) -> None:
    make_report()
    for x in (3280, 3281):
        path = tmp_path / "12" / str(x) / "1864.mvt"
        path.parent.mkdir(parents=True)
        path.write_bytes(client.get(f"/tiles/reports/12/{x}/1864.mvt").content)
    assert path.stat().st_size == 0
    found = pyogrio.read_dataframe(f"MVT:{tmp_path}/12", layer="reports", TILE_EXTENSION="mvt", METADATA_FILE="")
    assert len(found) == 1
