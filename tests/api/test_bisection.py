"""Whoever looks for the exact place of a sensitive report by asking ever smaller questions ends at its public point."""

import math
from collections.abc import Callable

import mapbox_vector_tile
import pytest
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from geo.density.keeping import keep
from geo.geometry import position
from geo.models import Report

Make = Callable[..., Report]
EXACT = (108.33931, 15.88117)  # in the corner of its cell, some 300 m from the middle
Box = tuple[float, float, float, float]
Asks = Callable[[TestClient, Box], int]


def listed(client: TestClient, box: Box) -> int:
    found = client.get("/api/v1/reports", params={"bbox": ",".join(map(str, box))}).json()
    return len(found["features"])


def counted(client: TestClient, box: Box) -> int:
    found = client.get("/api/v1/statistics", params={"bbox": ",".join(map(str, box))}).json()
    return int(found["total"])


def in_cells(client: TestClient, box: Box) -> int:
    found = client.get("/api/v1/density", params={"bbox": ",".join(map(str, box)), "zoom": 15}).json()
    return int(found["total"])


@pytest.mark.parametrize("asks", [listed, counted, in_cells])
@pytest.mark.parametrize("folded", [False, True])
def test_halving_a_box_leads_to_the_public_point(
    client: TestClient, session: Session, make_report: Make, asks: Asks, folded: bool
) -> None:
    report = make_report(category="an-ninh-trat-tu", lon=EXACT[0], lat=EXACT[1])
    if folded:
        keep(session)
    public = position(report.public_point)
    box: Box = (107.9, 15.5, 108.7, 16.1)
    for turn in range(20):
        west, south, east, north = box
        middle = ((west + east) / 2, (south + north) / 2)
        halves: list[Box] = (
            [(west, south, middle[0], north), (middle[0], south, east, north)]
            if turn % 2
            else [(west, south, east, middle[1]), (west, middle[1], east, north)]
        )
        # Cells are whole: both halves may touch the one that holds it. Then the one nearer to the exact place is taken.
        holding = [half for half in halves if asks(client, half)]
        box = min(holding, key=lambda half: distance(half, EXACT))
    assert distance(box, EXACT) > 0.0009  # some 100 m: a cell of counts may reach from the public point towards it
    assert distance(box, public) < 0.0014  # the side of such a cell


def distance(box: Box, place: tuple[float, float]) -> float:
    """From a box to a place, in degrees."""
    west, south, east, north = box
    across = max(west - place[0], 0, place[0] - east)
    along = max(south - place[1], 0, place[1] - north)
    return float(max(across, along))


def test_no_tile_and_no_commune_knows_more(client: TestClient, session: Session, make_report: Make) -> None:
    make_report(category="an-ninh-trat-tu", lon=EXACT[0], lat=EXACT[1], area_code="503", commune_code="20410")
    x, y = tile(*EXACT, 18)
    answer = client.get(f"/tiles/reports/18/{x}/{y}.mvt")
    assert answer.status_code == 200
    layers = mapbox_vector_tile.decode(answer.content) if answer.content else {}
    assert not any(layer["features"] for layer in layers.values())
    for path in ("reports", "statistics", "density"):
        text = client.get(f"/api/v1/{path}", params={"area": "20410"}).json()
        assert (text.get("features") or []) == []
        assert text.get("total", 0) == 0
    assert client.get("/api/v1/statistics", params={"area": "503"}).json()["total"] == 1


def tile(lon: float, lat: float, zoom: int) -> tuple[int, int]:
    """Column and row of the tile that holds a place: the formula of the OpenStreetMap wiki."""
    row = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return int((lon + 180) / 360 * 2**zoom), int(row * 2**zoom)
