import re
from collections.abc import Callable
from typing import Any

import mapbox_vector_tile
import morecantile
import pytest
from fastapi.testclient import TestClient

from api.ogc import tiles
from geo.models import Report

Make = Callable[..., Report]
MVT, TILEJSON = "application/vnd.mapbox-vector-tile", "application/vnd.mapbox.tile+json"
REL = "http://www.opengis.net/def/rel/ogc/1.0/"
HOI_AN = "12/1864/3280"  # tile matrix, row, column
COLLECTIONS = ("reports", "areas-2020-district", "areas-2025-07-commune")
ORIGINS = ("/ogc", *(f"/ogc/collections/{one}" for one in COLLECTIONS))


def ok(client: TestClient, path: str, **headers: str) -> Any:
    answer = client.get(path, headers=headers)
    assert answer.status_code == 200, (path, answer.text)
    return answer.json()


def link(document: Any, rel: str, kind: str = "application/json") -> str:
    (found,) = [one["href"] for one in document["links"] if (one["rel"], one["type"]) == (rel, kind)]
    return str(found)


def layers(client: TestClient, path: str) -> dict[str, Any]:
    answer = client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, MVT)
    return dict(mapbox_vector_tile.decode(answer.content)) if answer.content else {}


def test_the_grid_is_the_one_that_everybody_has(client: TestClient) -> None:
    (entry,) = ok(client, "/ogc/tileMatrixSets")["tileMatrixSets"]
    grid = ok(client, link(entry, "self"))
    assert morecantile.TileMatrixSet.model_validate(grid).tile(108.338, 15.8794, 12) == (3280, 1864, 12)
    assert grid["crs"] == "http://www.opengis.net/def/crs/EPSG/0/3857"
    assert entry["uri"] == grid["uri"] == "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"


@pytest.mark.parametrize("origin", ORIGINS)
def test_one_finds_a_tile_by_following_links(client: TestClient, make_report: Make, origin: str) -> None:
    make_report()
    (entry,) = ok(client, f"{origin}/tiles")["tilesets"]
    assert (entry["dataType"], entry["crs"][-5:]) == ("vector", "/3857")
    assert entry["tileMatrixSetURI"].endswith("/WebMercatorQuad")
    tileset = ok(client, link(entry, "self"))
    assert ok(client, link(tileset, REL + "tiling-scheme"))["id"] == "WebMercatorQuad"
    (item,) = [one for one in tileset["links"] if one["rel"] == "item"]
    assert item["templated"] is True
    matrix, row, column = HOI_AN.split("/")
    found = layers(client, item["href"].format(tileMatrix=matrix, tileRow=row, tileCol=column))
    assert found
    assert set(found) <= {one["id"] for one in tileset["layers"]}
    described = {one["id"]: set(one["propertiesSchema"]["properties"]) for one in tileset["layers"]}
    for name, layer in found.items():
        assert set(layer["features"][0]["properties"]) <= described[name]


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("collections/reports/tiles", "/tiles/reports/12/3280/1864.mvt"),
        ("collections/areas-2020-commune/tiles", "/tiles/areas/12/3280/1864.mvt?edition=2020"),
    ],
)
def test_they_are_the_very_tiles_of_the_maps(client: TestClient, make_report: Make, ours: str, theirs: str) -> None:
    make_report()
    one, other = client.get(f"/ogc/{ours}/WebMercatorQuad/{HOI_AN}"), client.get(theirs)
    assert one.content == other.content
    for name in ("etag", "cache-control", "content-type"):
        assert one.headers[name] == other.headers[name]
    again = client.get(f"/ogc/{ours}/WebMercatorQuad/{HOI_AN}", headers={"If-None-Match": one.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_level_is_drawn_at_every_zoom(client: TestClient) -> None:
    for level, zoom, row, column in (("commune", 6, 29, 51), ("district", 12, 1864, 3280)):
        found = layers(client, f"/ogc/collections/areas-2020-{level}/tiles/WebMercatorQuad/{zoom}/{row}/{column}")
        assert {one["properties"]["level"] for one in found["areas"]["features"]} == {level}


@pytest.mark.parametrize("origin", ORIGINS)
def test_beyond_the_limits_there_is_nothing(client: TestClient, make_report: Make, origin: str) -> None:
    make_report()
    address = f"{origin}/tiles/WebMercatorQuad"
    limits = {one["tileMatrix"]: one for one in ok(client, address)["tileMatrixSetLimits"]}
    assert sorted(map(int, limits)) == list(range(19))
    for zoom in ("5", "12"):
        one = limits[zoom]
        inside = (one["minTileRow"], one["minTileCol"]), (one["maxTileRow"], one["maxTileCol"])
        outside = (one["minTileRow"] - 1, one["minTileCol"]), (one["maxTileRow"], one["maxTileCol"] + 1)
        assert {client.get(f"{address}/{zoom}/{row}/{col}").status_code for row, col in inside} == {200}
        assert {client.get(f"{address}/{zoom}/{row}/{col}").status_code for row, col in outside} == {404}
    for place in ("19/0/0", "0/1/0", "-1/0/0", "12/1864/x", "x/0/0", "1/0/99999999999999999999", "0/0/%00", "0/²/0"):
        answer = client.get(f"{address}/{place}")
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/json"), place


def test_an_empty_tile_within_the_limits_has_no_bytes(client: TestClient, make_report: Make) -> None:
    make_report()
    answer = client.get("/ogc/collections/reports/tiles/WebMercatorQuad/18/119350/209951?category=khac")
    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, b"", MVT)


def test_no_report_is_beyond_the_limits(client: TestClient, make_report: Make) -> None:
    make_report(lon=109.4, lat=14.2)  # an island far out at sea
    limits = ok(client, "/ogc/collections/reports/tiles/WebMercatorQuad")["tileMatrixSetLimits"][10]
    tile = morecantile.tms.get("WebMercatorQuad").tile(109.4, 14.2, 10)
    assert limits["minTileRow"] <= tile.y <= limits["maxTileRow"]
    assert limits["minTileCol"] <= tile.x <= limits["maxTileCol"]


def test_the_filters_of_the_api_hold_and_stay_in_the_addresses(client: TestClient, make_report: Make) -> None:
    make_report(category="cay-xanh")
    for origin in ("/ogc", "/ogc/collections/reports"):
        for category, there in (("cay-xanh", True), ("giao-thong", False)):
            (entry,) = ok(client, f"{origin}/tiles?category={category}&since=P7D&demo=false")["tilesets"]
            (item,) = [one for one in ok(client, link(entry, "self"))["links"] if one["rel"] == "item"]
            address = item["href"].format(tileMatrix="12", tileRow="1864", tileCol="3280")
            assert f"category={category}&since=P7D&demo=false" in address
            assert ("reports" in layers(client, address)) is there


def test_the_collections_of_a_tile_can_be_chosen(client: TestClient, make_report: Make) -> None:
    make_report()
    address = f"/ogc/tiles/WebMercatorQuad/{HOI_AN}"
    assert set(layers(client, address)) == {"reports", "areas", "labels"}
    assert set(layers(client, f"{address}?collections=reports")) == {"reports"}
    assert set(layers(client, f"{address}?collections=areas-2025-07-commune")) == {"areas", "labels"}
    both = layers(client, f"{address}?collections=http://testserver/ogc/collections/reports,areas-2020-district")
    assert {one["properties"]["level"] for one in both["areas"]["features"]} == {"district"}
    assert "reports" in both
    for wrong in ("units", "reports,x", "areas-2020-district,areas-2020-commune", "areas-1900-district", "%00"):
        assert client.get(f"{address}?collections={wrong}").status_code == 400


@pytest.mark.parametrize("origin", ORIGINS)
def test_tilejson_has_all_that_its_specification_requires(client: TestClient, origin: str) -> None:
    address = f"{origin}/tiles/WebMercatorQuad"
    answer = client.get(f"{address}?f=tilejson")
    assert answer.headers["content-type"] == TILEJSON
    found = answer.json()
    assert found == ok(client, address, Accept=TILEJSON)
    assert re.fullmatch(r"3\.\d+\.\d+", found["tilejson"])
    assert found["scheme"] == "xyz"
    (template,) = found["tiles"]
    assert {"{z}", "{x}", "{y}"} <= set(re.findall(r"{\w+}", template))
    assert (found["minzoom"], found["maxzoom"]) == (0, 18)
    west, south, east, north = found["bounds"]
    assert -180 <= west < east <= 180
    assert -85.06 <= south < north <= 85.06
    lon, lat, zoom = found["center"]
    assert west <= lon <= east
    assert south <= lat <= north
    assert 0 <= zoom <= 18
    for layer in found["vector_layers"]:
        assert set(layer) >= {"id", "fields"}
        assert all(isinstance(value, str) for value in layer["fields"].values())
    assert client.get(template.format(z=8, x=204, y=116)).status_code == 200
    if "areas" in origin:
        assert "GADM" in found["attribution"]


def test_titles_are_in_the_readers_language(client: TestClient) -> None:
    assert ok(client, "/ogc/collections/areas-2020-district/tiles")["tilesets"][0]["title"].endswith("phiên bản 2020")
    english = ok(client, "/ogc/collections/areas-2020-district/tiles/WebMercatorQuad?lang=en")
    assert english["title"] == "Districts, edition 2020"


@pytest.mark.parametrize(
    "path",
    [
        "tiles?x=1",
        "tiles?f=xml",
        "tiles/WebMercatorQuad?f=mvt",
        f"tiles/WebMercatorQuad/{HOI_AN}?f=png",
        "tiles?category=khong-co",
        "tiles?bbox=1,2,3",
        "tiles?demo=perhaps",
        "tileMatrixSets?collections=reports",
        "tileMatrixSets/WebMercatorQuad?f=xml",
        "collections/reports/tiles?collections=reports",
        "collections/areas-2020-district/tiles/WebMercatorQuad?category=khac",
        f"collections/reports/tiles/WebMercatorQuad/{HOI_AN}?q=%00",
    ],
)
def test_what_means_nothing_is_a_400(client: TestClient, path: str) -> None:
    answer = client.get(f"/ogc/{path}")
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/json"
    assert answer.json().keys() == {"code", "description"}
    assert answer.json()["code"] == "InvalidParameterValue"


@pytest.mark.parametrize(
    "path",
    [
        "tileMatrixSets/WorldCRS84Quad",
        "tiles/WorldCRS84Quad",
        f"tiles/WorldCRS84Quad/{HOI_AN}",
        "collections/units/tiles",
        "collections/areas-1900-district/tiles",
        "collections/areas-2025-07-district/tiles",
        "collections/%00/tiles",
    ],
)
def test_what_is_not_there_is_a_404(client: TestClient, path: str) -> None:
    assert client.get(f"/ogc/{path}").status_code == 404


def test_collections_and_the_landing_page_are_told_where_their_tiles_are(client: TestClient) -> None:
    landing = {one["rel"]: one["href"] for one in tiles.landing_links("/ogc")}
    assert ok(client, landing[REL + "tilesets-vector"])["tilesets"]
    assert ok(client, landing[REL + "tiling-schemes"])["tileMatrixSets"]
    for one in COLLECTIONS:
        (told,) = tiles.collection_links("/ogc", one)
        assert ok(client, told["href"])["tilesets"]
    assert tiles.collection_links("/ogc", "units") == tiles.collection_links("/ogc", "hotspots") == []


def test_each_path_is_described_with_its_parameters() -> None:
    for path, operations in tiles.openapi_paths().items():
        told = {one["name"]: one for one in operations["get"]["parameters"]}
        assert set(re.findall(r"{(\w+)}", path)) == {name for name, one in told.items() if one["in"] == "path"}
        assert all(one["description"] for one in told.values())
        assert {"200", "400", "404", "503"} <= set(operations["get"]["responses"])
