from collections.abc import Callable
from typing import Any

import mapbox_vector_tile
import numpy as np
import pytest
from sqlalchemy.orm import Session

from geo.filters import Filters
from geo.geometry import BBox, blur
from geo.models import Report
from maps import tiles
from maps.grid import FINEST, Tile
from maps.tiles import EXTENT, POINTS, reports
from tests.maps.test_hotspots import HOI_AN, write

Make = Callable[..., Report]
MOST_BYTES = 100_000


def tile_at(lon: float, lat: float, z: int) -> Tile:
    across = 2**z
    row = (1 - np.arcsinh(np.tan(np.radians(lat))) / np.pi) / 2 * across
    return Tile(z, int((lon + 180) / 360 * across), int(row))


def children(tile: Tile) -> list[Tile]:
    return [Tile(tile.z + 1, 2 * tile.x + right, 2 * tile.y + down) for right in (0, 1) for down in (0, 1)]


def decoded(content: bytes) -> dict[str, Any]:
    # Rows from the north, as the tile has them.
    return dict(mapbox_vector_tile.decode(content, default_options={"y_coord_down": True})) if content else {}


def held(content: bytes) -> int:
    """How many reports a tile holds: what its cells count, or the points in it but not in the strip around it."""
    layers = decoded(content)
    if "cells" in layers:
        return sum(one["properties"]["count"] for one in layers["cells"]["features"])
    points = [one["geometry"]["coordinates"] for one in layers.get("reports", {"features": []})["features"]]
    return sum(0 <= x < EXTENT and 0 <= y < EXTENT for x, y in points)


def crowd(session: Session, many: int, **values: Any) -> None:
    rng = np.random.default_rng(3)
    lon, lat = rng.normal(108.338, 0.02, many), rng.normal(15.879, 0.02, many)
    write(session, list(zip(lon.tolist(), lat.tolist(), strict=True)), np.linspace(0, 300, many).tolist(), **values)


def test_few_reports_are_points_with_their_public_properties(session: Session, make_report: Make) -> None:
    report = make_report(accepted=True)
    layers = decoded(reports(session, Filters(), tile_at(*HOI_AN, 12)))
    assert set(layers) == {"reports"}
    [feature] = layers["reports"]["features"]
    facts = feature["properties"]
    assert facts["code"] == report.code
    assert (facts["category"], facts["state"], facts["unit"]) == ("giao-thong", "in_progress", "ioc")
    assert facts["demo"] is False
    assert facts["created_at"].endswith("Z")
    assert not {"content", "name", "phone", "id"} & set(facts)
    assert feature.get("id", 0) == 0


def test_a_point_lies_where_the_report_does(session: Session, make_report: Make) -> None:
    make_report()
    tile = tile_at(*HOI_AN, 14)
    [feature] = decoded(reports(session, Filters(), tile))["reports"]["features"]
    x, y = feature["geometry"]["coordinates"]
    box = tile.box()
    assert box.west + x / EXTENT * (box.east - box.west) == pytest.approx(HOI_AN[0], abs=1e-5)
    assert box.north - y / EXTENT * (box.north - box.south) == pytest.approx(HOI_AN[1], abs=1e-5)


def test_many_reports_are_cells_in_few_bytes(session: Session) -> None:
    crowd(session, 5_000)
    tile = tile_at(*HOI_AN, 10)
    content = reports(session, Filters(), tile)
    assert len(content) <= MOST_BYTES
    cells = decoded(content)["cells"]["features"]
    assert 20 < len(cells) <= 256
    level, x, y = map(int, cells[0]["properties"]["cell"].split("/"))
    assert (level, x >> 4, y >> 4) == (14, tile.x, tile.y)
    column, row = cells[0]["geometry"]["coordinates"]
    assert (column // 256, row // 256) == (x - (tile.x << 4), y - (tile.y << 4))


@pytest.mark.parametrize("z", range(6, FINEST + 1))
def test_no_tile_is_larger_than_it_may_be(session: Session, z: int) -> None:
    crowd(session, 3_000)
    write(session, [HOI_AN] * POINTS, [1.0] * POINTS, start=5_000)
    assert len(reports(session, Filters(), tile_at(*HOI_AN, z))) <= MOST_BYTES


def test_as_many_points_as_there_may_be_fit(session: Session) -> None:
    rng = np.random.default_rng(8)
    spots = [(108.338 + right, 15.8794 + down) for right, down in rng.uniform(-1e-3, 1e-3, (POINTS, 2)).tolist()]
    write(session, spots, rng.uniform(0, 300, POINTS).tolist())
    content = reports(session, Filters(), tile_at(*HOI_AN, 12))
    assert len(decoded(content)["reports"]["features"]) == POINTS
    assert 30_000 < len(content) <= MOST_BYTES


@pytest.mark.parametrize("filters", [Filters(), Filters(category=("giao-thong",))])
def test_the_cells_of_four_children_add_up_to_their_parents(
    session: Session, monkeypatch: pytest.MonkeyPatch, filters: Filters
) -> None:
    monkeypatch.setattr(tiles, "POINTS", 0)  # cells everywhere: a point at an edge is drawn in both tiles
    crowd(session, 4_000)
    crowd(session, 500, category="cay-xanh", start=5_000)
    waiting = [tile_at(*HOI_AN, 6)]
    compared = 0
    while waiting:
        tile = waiting.pop()
        below = [(one, held(reports(session, filters, one))) for one in children(tile)]
        assert sum(count for _one, count in below) == held(reports(session, filters, tile)), tile
        compared += 1
        waiting += [one for one, count in below if count > 300 and one.z < FINEST]
    assert compared > 8


def test_a_point_near_an_edge_is_in_both_tiles_and_a_cell_in_one(session: Session, make_report: Make) -> None:
    tile = tile_at(*HOI_AN, 14)
    east = tile.box().east
    make_report(lon=east - 1e-5)
    neighbour = Tile(tile.z, tile.x + 1, tile.y)
    for one in (tile, neighbour):
        assert len(decoded(reports(session, Filters(), one))["reports"]["features"]) == 1
    assert [held(reports(session, Filters(), one)) for one in (tile, neighbour)] == [1, 0]


def test_filters_narrow_points_and_cells_alike(session: Session, make_report: Make) -> None:
    make_report(category="cay-xanh")
    make_report(category="giao-thong")
    tile = tile_at(*HOI_AN, 12)
    assert held(reports(session, Filters(category=("cay-xanh",)), tile)) == 1
    assert held(reports(session, Filters(), tile, demo=True)) == 0
    crowd(session, 2_000)
    assert held(reports(session, Filters(category=("cay-xanh",)), tile)) == 1
    assert reports(session, Filters(bbox=BBox(107, 15, 107.5, 15.2)), tile) == b""


def test_a_sensitive_report_is_only_where_its_blurred_place_lies(session: Session, make_report: Make) -> None:
    spot = (108.33812, 15.87943)
    make_report(category="an-ninh-trat-tu", lon=spot[0], lat=spot[1])
    deep = [tile_at(*blur(*spot), 18), tile_at(*spot, 18)]
    assert [held(reports(session, Filters(), tile)) for tile in deep] == [1, 0]
    crowd(session, 900, category="an-ninh-trat-tu")
    write(session, [spot] * 900, [1.0] * 900, start=5_000, category="an-ninh-trat-tu")
    layers = decoded(reports(session, Filters(), tile_at(*blur(*spot), 18)))
    assert layers["cells"]["features"][0]["properties"]["count"] > 900
    assert reports(session, Filters(), tile_at(*spot, 18)) == b""


def test_what_was_taken_back_is_in_no_tile(session: Session, make_report: Make) -> None:
    make_report().state = "withdrawn"
    session.flush()
    assert reports(session, Filters(), tile_at(*HOI_AN, 12)) == b""
