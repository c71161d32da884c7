"""A file of areas against what is known already: the province, and the level above."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely
from geoalchemy2.shape import to_shape
from sqlalchemy import select
from sqlalchemy.orm import Session

from boundaries import systems
from boundaries.checks import to_degrees, to_metres
from boundaries.findings import Reading
from boundaries.importing import NewArea, area_m2
from boundaries.models import Area, Edition
from geo.i18n import _

_NOISE = 150.0  # metres: two digitisations of one border differ by less nearly everywhere (docs/boundaries.md)
_OUTSIDE = 0.02  # of an area: less of it beyond its district is another digitisation
_TOLD = 10
_LOST = _("{area} km² của tỉnh không còn nằm trong đơn vị nào, tại {lon}, {lat}{name}.")


def known(session: Session) -> shapely.Geometry | None:
    """The land of the newest active edition, WGS 84; None before there is one."""
    newest = select(Edition.id).where(Edition.state == "active").order_by(Edition.valid_from.desc()).limit(1)
    query = select(Area.geometry).join(Edition).where(Edition.id == newest.scalar_subquery())
    shapes = [to_shape(one) for one in session.scalars(query.where(Area.level == Edition.routing_level))]
    return shapely.union_all(shapes) if shapes else None


def check(session: Session, reading: Reading, edition: str, land: shapely.Geometry | None) -> None:
    """Notes what lacks a district above it or leaves it, and what the land loses and gains."""
    compare(reading, districts(session, edition), land)
    name(session, reading)


def compare(reading: Reading, draft: Mapping[str, shapely.Geometry], land: shapely.Geometry | None) -> None:
    """What `check` notes, by the districts of a draft and without the names of what is lost: asks no database."""
    communes = [area for area in reading.areas if area.level == "commune"]
    if communes:
        own_districts = {area.code: area.polygon for area in reading.areas if area.level == "district"}
        _check_parents(reading, communes, own_districts or draft)
    own = [area for area in reading.areas if area.level == (reading.levels[0] if reading.levels else None)]
    # What is refused for another thing than its place is still there.
    own += [area for area in reading.aside if own and area.level == own[0].level]
    if land is not None and own and own[0].level != "neighbour":
        shapes = np.array([area.polygon for area in own], object)
        if not systems.astray(shapes, land):
            _compare(reading, shapes, land)


def name(session: Session, reading: Reading) -> None:
    """Tells of each place that the land loses which area it is in; no polygon of the file is touched."""
    for finding in reading.findings:
        if finding.message == _LOST and finding.place is not None:
            found = _at(session, shapely.Point(finding.place))
            finding.values["name"] = f" ({found})" if found else ""


def districts(session: Session, edition: str) -> dict[str, shapely.Geometry]:
    """The districts that a draft has already, by code; WGS 84."""
    query = select(Area).join(Edition).where(Edition.code == edition, Area.level == "district")
    return {area.code: to_shape(area.geometry) for area in session.scalars(query)}


def _check_parents(reading: Reading, communes: list[NewArea], above: Mapping[str, Any]) -> None:
    if not above:
        if any(area.parent_code for area in communes):
            reading.add(_("Bản nháp chưa có cấp huyện nên chưa kiểm được mã cấp trên của xã."), serious=False)
        return
    for area in communes:
        where = f"{area.code} {area.name}"
        parent = above.get(area.parent_code or "")
        if parent is None:
            said = _("{where}: không có huyện mã “{parent}” trong bản nháp.")
            reading.add(said, where=where, parent=area.parent_code or "")
            continue
        beyond = shapely.difference(area.polygon, parent)
        if (share := area_m2(beyond) / area_m2(area.polygon)) > _OUTSIDE:
            point = shapely.point_on_surface(beyond)
            said = _("{where}: {share} % diện tích nằm ngoài huyện {parent}, chẳng hạn tại {lon}, {lat}.")
            values = {"lon": f"{point.x:.5f}", "lat": f"{point.y:.5f}"}
            reading.add(said, serious=True, where=where, share=f"{100 * share:.0f}", parent=area.parent_code, **values)


def _compare(reading: Reading, own: Any, land: shapely.Geometry) -> None:
    mine = shapely.union_all(own)
    lost, won = _broad(shapely.difference(land, mine)), _broad(shapely.difference(mine, land))
    for part in lost[:_TOLD]:
        point = shapely.point_on_surface(part)
        values = {"lon": f"{point.x:.5f}", "lat": f"{point.y:.5f}", "name": ""}
        reading.add(_LOST, serious=False, area=f"{area_m2(part) / 1e6:.2f}", **values)
    for part in won[:_TOLD]:
        point = shapely.point_on_surface(part)
        said = _("{area} km² mới nằm ngoài tỉnh như đang biết, tại {lon}, {lat}.")
        values = {"lon": f"{point.x:.5f}", "lat": f"{point.y:.5f}"}
        reading.add(said, serious=False, area=f"{area_m2(part) / 1e6:.2f}", **values)


def _broad(shape: shapely.Geometry) -> list[shapely.Geometry]:
    """The parts that are more than the noise of a border, the largest first."""
    parts = shapely.get_parts(to_metres(shape))
    wide = [part for part in parts if not shapely.is_empty(shapely.buffer(part, -_NOISE / 2))]
    order = np.argsort([-shapely.area(part) for part in wide])
    return [to_degrees(wide[int(place)]) for place in order]


def _at(session: Session, point: shapely.Point) -> str | None:
    """The name of the finest area of the newest active edition at a point."""
    newest = select(Edition.id).where(Edition.state == "active").order_by(Edition.valid_from.desc()).limit(1)
    place = f"SRID=4326;{point.wkt}"
    query = select(Area).where(Area.edition_id == newest.scalar_subquery(), Area.level != "neighbour")
    query = query.where(Area.geometry.ST_Covers(place)).order_by(Area.level, Area.area_m2).limit(1)
    found = session.scalars(query).first()
    return f"{found.kind} {found.name}" if found else None
