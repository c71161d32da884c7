"""The province's own borders in files as offices make them: overlaid in degrees, and with letters nobody announced."""

from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from sqlalchemy.orm import Session

from boundaries import checks, files
from boundaries.importing import area_m2
from tests.boundaries.as_files import frame


def said(found: files.Reading) -> str:
    return "\n".join(str(finding) for finding in found.findings)


@pytest.fixture
def areas(session: Session) -> gpd.GeoDataFrame:
    """The districts of 2025-01 with a part of Hội An given to Điện Bàn: their edges cross in metres, not in degrees."""
    found = frame(session, "2025-01").set_index("MA")
    part = shapely.intersection(found.geometry["503"], shapely.box(108.29, 15.88, 108.318, 15.93))
    found.loc["503", "geometry"] = shapely.difference(found.geometry["503"], part)
    found.loc["507", "geometry"] = shapely.union(found.geometry["507"], part)
    return found.reset_index()


def test_edges_that_cross_in_metres_alone_are_mended(areas: gpd.GeoDataFrame, tmp_path: Path) -> None:
    assert areas.geometry.is_valid.all()
    assert not shapely.is_valid(checks.to_metres(areas.geometry.to_numpy())).all()
    areas.to_file(tmp_path / "own.geojson")
    found = files.read(tmp_path / "own.geojson")
    assert not found.serious
    assert "đã sửa đa giác không hợp lệ (Self-intersection[108." in said(found)
    (coverage,) = found.coverages
    assert coverage.sound
    assert coverage.square_metres == pytest.approx(sum(map(area_m2, areas.geometry)), rel=1e-6)


def test_they_hide_no_overlap(areas: gpd.GeoDataFrame, tmp_path: Path) -> None:
    wide = areas["MA"] == "506"
    areas.loc[wide, "geometry"] = shapely.buffer(areas.geometry[wide].to_numpy(), 0.01)
    areas.to_file(tmp_path / "own.geojson")
    found = files.read(tmp_path / "own.geojson")
    assert found.serious
    assert found.coverages[0].overlap_m2 > 1e7
    assert "giữa 506, 507" in said(found)


def test_names_in_utf_8_are_read_where_no_file_says_so(session: Session, tmp_path: Path) -> None:
    whole = frame(session, "2025-01")
    whole.to_file(tmp_path / "own.shp", encoding="utf-8")
    (tmp_path / "own.cpg").unlink()
    found = files.read(tmp_path / "own.shp")
    assert "đọc theo UTF-8" in said(found)
    assert [(area.code, area.name) for area in found.areas] == list(zip(whole["MA"], whole["TEN"], strict=True))
    assert {area.kind for area in found.areas} == set(whole["LOAI"])
