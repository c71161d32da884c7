"""Areas by the same writers, as their licence lets them out."""

from pathlib import Path

import geoparquet_validator
import numpy as np
import pytest
from geojson_validator import validate_geometries, validate_structure
from shapely import from_wkt, transform
from sqlalchemy import text
from sqlalchemy.orm import Session

from boundaries import editions
from geo.errors import NotFoundError
from maps.export import FORMATS, areas
from maps.export.crs import shift
from tests.maps.export.reading import read

FIELDS = {"name", "kind", "level", "parent", "edition", "source", "licence", "attribution", "simplified"}
SHORT = {"attribution": "credit"}


def made(session: Session, tmp_path: Path, name: str, crs: int, level: str = "district") -> Path:
    path = tmp_path / f"areas.{FORMATS[name].ending}"
    edition = editions.find(session, "2020")
    path.write_bytes(b"".join(areas.stream(session.connection(), edition, level, crs, name)))
    return path


@pytest.mark.parametrize("name", FORMATS)
def test_outlines_with_their_credit_in_every_format(session: Session, tmp_path: Path, name: str) -> None:
    crs = 5899 if FORMATS[name].any_crs else 4326
    frame = read(made(session, tmp_path, name, crs), name, crs)
    names = {SHORT.get(field, field) if name == "shp" else field for field in FIELDS}
    assert names <= set(frame.columns)
    assert len(frame) == 18
    frame.index = frame.index.astype(str)
    assert frame.loc["503", "name"] == "Hội An"
    assert frame["simplified"].astype(int).all()
    credit = frame["credit" if name == "shp" else "attribution"].iloc[0]
    assert credit == editions.find(session, "2020").attribution
    outline = from_wkt(session.scalar(text(
        "SELECT ST_AsText(outline) FROM areas JOIN editions ON editions.id = edition_id"
        " WHERE editions.code = '2020' AND level = 'district' AND areas.code = '503'"
    )))  # fmt: skip
    if way := shift(crs):
        outline = transform(outline, lambda at: np.column_stack(way(at[:, 0], at[:, 1])))
    assert frame.loc["503", "geometry"].symmetric_difference(outline).area < 0.01 * outline.area


def test_validators_of_areas(session: Session, tmp_path: Path) -> None:
    path = made(session, tmp_path, "geojson", 4326, "commune")
    assert validate_structure(path) == {}
    assert validate_geometries(path)["invalid"] == {}  # rings turn as RFC 7946 wants
    report = geoparquet_validator.check(str(made(session, tmp_path, "geoparquet", 5899, "commune")))
    assert geoparquet_validator.failed(report) == []


def test_an_operators_own_go_out_whole(session: Session, tmp_path: Path) -> None:
    edition = editions.find(session, "2020")
    edition.redistributable = True
    session.flush()
    frame = read(made(session, tmp_path, "gpkg", 4326), "gpkg")
    whole = session.scalar(text(
        "SELECT ST_NPoints(geometry) FROM areas WHERE edition_id = :id AND code = '503' AND level = 'district'"
    ), {"id": edition.id})  # fmt: skip
    found = frame.loc["503", "geometry"]
    assert sum(len(ring.coords) for part in found.geoms for ring in (part.exterior, *part.interiors)) == whole
    assert not frame["simplified"].any()


def test_a_level_that_is_not_there(session: Session, tmp_path: Path) -> None:
    for level in ("neighbour", "none"):
        with pytest.raises(NotFoundError):
            made(session, tmp_path, "csv", 4326, level)
