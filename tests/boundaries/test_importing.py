from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from geoalchemy2.shape import to_shape
from shapely import MultiPolygon, box
from sqlalchemy import select
from sqlalchemy.orm import Session

from boundaries import bringing, editions, importing
from boundaries.bringing import About
from boundaries.files import Fields, Reading, read
from boundaries.importing import NewArea
from boundaries.models import Area, AreaPart, Edition
from geo.errors import ConflictError, InvalidError
from geo.models import Unit

ABOUT = About("own", "Của tỉnh", date(2026, 1, 1))
WEST, EAST = box(108.0, 15.5, 108.1, 15.6), box(108.1, 15.5, 108.2, 15.6)


def reading(tmp_path: Path, level: str = "district", **columns: Any) -> Reading:
    values = {"code": ["502", "503"], "name": ["Tam Kỳ", "Hội An"], "kind": ["thành phố", "thành phố"]} | columns
    geometry = values.pop("geometry", [WEST, EAST])
    path = tmp_path / "own.gpkg"
    gpd.GeoDataFrame(values, geometry=geometry, crs=4326).to_file(path)
    return read(path, level, Fields())


def areas(session: Session, edition: Edition) -> list[Area]:
    return list(session.scalars(select(Area).where(Area.edition_id == edition.id).order_by(Area.level, Area.code)))


def draft(session: Session) -> Edition:
    edition = Edition(
        code="draft", name="x", state="draft", valid_from=date(2030, 1, 1), routing_level="commune", source="",
        licence="", attribution="", redistributable=True,
    )  # fmt: skip
    session.add(edition)
    return edition


def test_a_level_is_written_whole_and_others_stay(session: Session) -> None:
    edition = draft(session)
    one = NewArea("commune", "1", "A", "xã", None, coastal=False, polygon=MultiPolygon([WEST]))
    importing.write(session, edition, [one, NewArea("neighbour", "48", "B", "tỉnh", None, False, MultiPolygon([EAST]))])
    importing.write(session, edition, [NewArea("commune", "2", "C", "phường", None, True, MultiPolygon([WEST]))])
    found = areas(session, edition)
    assert [(a.level, a.code, a.coastal) for a in found] == [("commune", "2", True), ("neighbour", "48", False)]
    assert found[0].area_m2 == pytest.approx(10_728 * 11_065, rel=0.001)
    assert session.scalars(select(Unit.name).where(Unit.code == "ubnd-2")).one() == "UBND phường C"
    parts = list(session.scalars(select(AreaPart).where(AreaPart.edition_id == edition.id)))
    assert {part.area_id for part in parts} == {a.id for a in found}


def test_a_large_polygon_is_cut_into_parts_with_few_vertices(session: Session) -> None:
    edition = draft(session)
    round_ = shapely.Point(108.1, 15.5).buffer(0.3, quad_segs=500)
    importing.write(session, edition, [NewArea("commune", "1", "A", "xã", None, False, MultiPolygon([round_]))])
    (area,) = areas(session, edition)
    parts = [to_shape(p.geometry) for p in session.scalars(select(AreaPart).where(AreaPart.edition_id == edition.id))]
    assert len(to_shape(area.geometry).geoms[0].exterior.coords) == 2001  # the original is kept
    assert len(to_shape(area.outline).geoms[0].exterior.coords) < 200
    assert len(parts) > 10
    assert max(shapely.get_num_coordinates(part) for part in parts) <= 64
    assert sum(part.area for part in parts) == pytest.approx(area.area_m2, rel=0.01)


def test_outlines_of_neighbours_stay_neighbours() -> None:
    border = [(108.1 + (0.001 if i % 2 else 0), 15.5 + i / 1000) for i in range(101)]
    left = shapely.Polygon([(108.0, 15.5), *border, (108.0, 15.6)])
    right = shapely.Polygon([*border, (108.2, 15.6), (108.2, 15.5)])
    drawn = importing.outlines([MultiPolygon([left]), MultiPolygon([right])], 0.002)
    assert shapely.get_num_coordinates(drawn).sum() < 40  # of 206
    assert shapely.coverage_is_valid(drawn)
    assert all((shapely.get_coordinates(one) == shapely.get_coordinates(one).round(5)).all() for one in drawn)


def test_own_polygons_become_a_draft_that_can_be_activated(session: Session, tmp_path: Path) -> None:
    found = reading(tmp_path)
    bringing.complete(session, found)
    edition = bringing.bring(session, ABOUT, found)
    assert (edition.state, edition.routing_level, edition.source) == ("draft", "district", "own.gpkg")
    assert edition.redistributable
    assert [(a.code, a.name, a.coastal) for a in areas(session, edition)] == [
        ("502", "Tam Kỳ", True),
        ("503", "Hội An", True),
    ]
    editions.activate(session, "own")
    assert editions.find(session, on=date(2026, 5, 1)).code == "own"
    with pytest.raises(ConflictError, match="đang hiệu lực"):
        bringing.may_write(session, "own")
    with pytest.raises(ConflictError, match="đang hiệu lực"):
        bringing.bring(session, ABOUT, found)


def test_units_that_keep_another_name_are_told_in_one_line(session: Session, tmp_path: Path) -> None:
    found = reading(tmp_path, kind=["huyện", "huyện"])
    bringing.complete(session, found)
    (told,) = (str(one) for one in found.findings if "giữ tên cũ" in str(one))
    assert told.startswith("2 đơn vị xử lý đã có giữ tên cũ")
    assert "ubnd-502 “UBND thành phố Tam Kỳ” (“UBND huyện Tam Kỳ”), ubnd-503 “" in told


def test_a_second_level_joins_the_draft_and_keeps_what_it_says_of_itself(session: Session, tmp_path: Path) -> None:
    edition = bringing.bring(session, ABOUT, reading(tmp_path))
    communes = {"code": ["1", "2"], "name": ["A", "B"], "kind": ["xã", "xã"], "parent": ["502", "503"]}
    again = bringing.bring(session, About("own", attribution="© Sở"), reading(tmp_path, "commune", **communes))
    assert again is edition
    assert (again.name, again.attribution, again.routing_level) == ("Của tỉnh", "© Sở", "district")
    assert [(a.level, a.code, a.parent_code) for a in areas(session, edition)] == [
        ("commune", "1", "502"),
        ("commune", "2", "503"),
        ("district", "502", None),
        ("district", "503", None),
    ]


def test_a_new_edition_needs_a_name_and_a_day(session: Session, tmp_path: Path) -> None:
    with pytest.raises(InvalidError, match="cần tên và ngày hiệu lực"):
        bringing.bring(session, About("own"), reading(tmp_path))


def test_a_serious_finding_forbids_the_import(session: Session, tmp_path: Path) -> None:
    with pytest.raises(ConflictError, match="còn lỗi"):
        bringing.bring(session, ABOUT, reading(tmp_path, code=["502", "502"]))
    assert "own" not in [edition.code for edition in editions.every(session)]


def test_the_coast_is_taken_from_known_editions_where_the_file_is_silent(session: Session, tmp_path: Path) -> None:
    found = reading(tmp_path, code=["503", "504"], name=["Hội An", "Tây Giang"], kind=["thành phố", "huyện"])
    bringing.complete(session, found)
    assert [(area.code, area.coastal) for area in found.areas] == [("503", True), ("504", False)]
    assert "ven biển là: Hội An" in "\n".join(map(str, found.findings))
    told = reading(tmp_path, coastal=[False, False])
    bringing.complete(session, told)
    assert not any(area.coastal for area in told.areas)


def test_a_committee_by_another_name_is_told_and_kept(session: Session, tmp_path: Path) -> None:
    found = reading(tmp_path, code=["502", "503"], name=["Tam Kỳ", "Faifo"])
    bringing.complete(session, found)
    told = "\n".join(map(str, found.findings))
    assert "1 đơn vị xử lý đã có giữ tên cũ" in told
    assert "ubnd-503 “UBND thành phố Hội An” (“UBND thành phố Faifo”)" in told
    bringing.bring(session, ABOUT, found)
    assert session.scalars(select(Unit.name).where(Unit.code == "ubnd-503")).one() == "UBND thành phố Hội An"
