import sys
from pathlib import Path

import pytest

from boundaries import sources
from geo.errors import SetupError

SQUARE = [[0.0, 0.0], [0.0, 4.0], [4.0, 4.0], [4.0, 0.0], [0.0, 0.0]]
INNER = [[1.0, 1.0], [2.0, 1.0], [2.0, 2.0], [1.0, 2.0], [1.0, 1.0]]
ISLAND = [[9.0, 9.0], [9.0, 10.0], [10.0, 10.0], [9.0, 9.0]]


def test_rings_are_cut_where_the_first_point_comes_again() -> None:
    assert list(sources.rings(SQUARE + INNER + ISLAND)) == [SQUARE, INNER, ISLAND]
    assert list(sources.rings([])) == []
    with pytest.raises(ValueError, match="not closed"):
        list(sources.rings(SQUARE + INNER[:-1]))


def test_holes_and_islands_are_told_apart_by_where_they_lie() -> None:
    shape = sources.assemble(SQUARE + INNER + ISLAND)
    assert len(shape.geoms) == 2
    assert shape.area == pytest.approx(16 - 1 + 0.5)
    # An island in a lake on an island.
    nested = sources.assemble(SQUARE + INNER + [[1.2, 1.2], [1.4, 1.2], [1.4, 1.4], [1.2, 1.2]])
    assert nested.area == pytest.approx(16 - 1 + 0.02)


def test_the_default_polygons_of_the_province() -> None:
    wards = sources.read_wards(frozenset({sources.PROVINCE}))
    assert len(wards) == 244
    assert all(ward.polygon.is_valid for ward in wards)
    islands = {ward.name: len(ward.polygon.geoms) for ward in wards if len(ward.polygon.geoms) > 1}
    assert islands == {"Tân Hiệp": 9, "Tam Hải": 3, "Tam Quang": 2}


def test_without_the_package_it_says_how_to_bring_own_polygons(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    with pytest.raises(SetupError, match="quangnam boundaries import"):
        sources.read_wards(frozenset({sources.PROVINCE}))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[1]",
        b'[{"province": "Qu\xe1\xba\xa3ng Nam"}]',
        '[{"province": "Quảng Nam", "district": "a", "ward": "b", "coordinates": [[1, 2], [3, 4]]}]'.encode(),
        '[{"province": "Quảng Nam", "district": "a", "ward": "b", "coordinates": [[1, 2], [3, 4], [1, 2]]}]'.encode(),
    ],
)
def test_a_broken_file_is_named(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "vie.json"
    path.write_bytes(content)
    with pytest.raises(SetupError, match=r"vie\.json"):
        sources.read_wards(frozenset({sources.PROVINCE}), path)
