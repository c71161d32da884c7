from typing import Any

import mapbox_vector_tile
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from boundaries import editions
from boundaries.models import Area
from maps.area_tiles import areas
from maps.grid import Tile
from maps.outlines import given
from tests.maps.test_tiles import MOST_BYTES, tile_at

TAM_KY = (108.474, 15.5736)


def decoded(content: bytes) -> dict[str, Any]:
    return dict(mapbox_vector_tile.decode(content))


def drawn(session: Session, z: int, edition: str = "2020") -> tuple[dict[str, Any], int]:
    content = areas(session, editions.find(session, edition), tile_at(*TAM_KY, z))
    return decoded(content), len(content)


@pytest.mark.parametrize(
    ("edition", "z", "level"), [("2020", 8, "district"), ("2020", 10, "commune"), ("2025-07", 8, "commune")]
)
def test_districts_give_way_to_communes(session: Session, edition: str, z: int, level: str) -> None:
    layers, size = drawn(session, z, edition)
    assert {one["properties"]["level"] for one in layers["areas"]["features"]} == {level}
    assert {one["geometry"]["type"] for one in layers["areas"]["features"]} <= {"Polygon", "MultiPolygon"}
    assert size <= MOST_BYTES


def test_each_area_has_its_name_code_and_credit(session: Session) -> None:
    layers, _size = drawn(session, 9)
    facts = {one["properties"]["code"]: one["properties"] for one in layers["areas"]["features"]}
    assert (facts["502"]["name"], facts["502"]["kind"]) == ("Tam Kỳ", "thành phố")
    assert "GADM" in facts["502"]["attribution"]
    assert {one["geometry"]["type"] for one in layers["labels"]["features"]} == {"Point"}


def test_each_name_is_in_one_tile(session: Session) -> None:
    edition = editions.find(session, "2020")
    codes: list[str] = []
    for x in range(400, 412):
        for y in range(230, 240):
            if content := areas(session, edition, Tile(9, x, y)):
                labels = decoded(content).get("labels", {"features": []})
                codes += [one["properties"]["code"] for one in labels["features"]]
    assert sorted(codes) == [str(code) for code in range(502, 520)]


def test_borders_that_may_not_be_passed_on_go_out_as_outlines(session: Session) -> None:
    edition = editions.find(session, "2020")
    assert given(edition) is Area.outline
    session.execute(text("UPDATE areas SET geometry = ST_Translate(geometry, 5, 0)"))
    assert decoded(areas(session, edition, tile_at(*TAM_KY, 12)))["areas"]["features"]


def test_far_away_there_is_nothing(session: Session) -> None:
    assert areas(session, editions.find(session, "2020"), Tile(8, 0, 0)) == b""
