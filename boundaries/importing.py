"""Areas into an edition: the full geometry, a small outline for public maps, and parts in metres for lookup."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from geoalchemy2 import WKBElement
from pyproj import Geod
from shapely import MultiPolygon, Polygon
from sqlalchemy import delete, exists, func, insert, select, text
from sqlalchemy.orm import Session

from boundaries import committees, forgetting
from boundaries.models import METRIC_SRID, Activation, Area, AreaPart, Assignment, Edition
from geo.errors import ConflictError
from geo.geometry import SRID
from geo.i18n import _

LEVELS = ("district", "commune", "neighbour")
# Side, in degrees, of the square as large as the smallest corner that an outline keeps. With these the default
# districts weigh about 55 kB as GeoJSON and the 241 communes 230 kB, and no border strays half a kilometre.
TOLERANCE = {"district": 0.0025, "commune": 0.002, "neighbour": 0.004}
_PART_VERTICES = 64  # what a lookup reads to answer for one pin fits in a page or two
_GEOD = Geod(ellps="WGS84")


@dataclass(frozen=True)
class NewArea:
    """An area on its way into an edition; WGS 84."""

    level: str
    code: str
    name: str
    kind: str
    parent_code: str | None
    coastal: bool
    polygon: MultiPolygon


def write(session: Session, edition: Edition, areas: Sequence[NewArea]) -> None:
    """Writes areas into a draft, in place of those it had at their levels; ConflictError on an active edition."""
    session.flush()
    # Somebody may be activating it at this moment.
    session.refresh(edition, with_for_update={"key_share": True})
    refuse_active(session, edition)
    levels = {area.level for area in areas}
    session.execute(delete(Area).where(Area.edition_id == edition.id, Area.level.in_(levels)))
    for level in levels:
        some = [area for area in areas if area.level == level]
        drawn = outlines([area.polygon for area in some], TOLERANCE[level])
        session.execute(insert(Area), [_row(edition, *pair) for pair in zip(some, drawn, strict=True)])
    session.execute(
        _PARTS, {"edition": edition.id, "srid": METRIC_SRID, "vertices": _PART_VERTICES, "levels": list(levels)}
    )
    forgetting.forget(session, edition.id)
    # Whoever caches an edition looks at this; a transaction, whose now() stands still, may write it twice.
    edition.created_at = func.clock_timestamp()
    session.flush()
    committees.create(session, edition)


def refuse_active(session: Session, edition: Edition) -> None:
    """ConflictError where an edition is or once was active, for such a one never changes, or a moment is set for it."""
    if edition.state == "active":
        raise ConflictError(
            _("Phiên bản địa giới {code} đang hiệu lực nên không sửa được; nhập thành một phiên bản mới."),
            code=edition.code,
        )
    if edition.state == "scheduled":
        raise ConflictError(
            _("Phiên bản địa giới {code} đã hẹn giờ kích hoạt nên không sửa được; hãy hủy hẹn trước."),
            code=edition.code,
        )
    if was_active(session, edition):
        raise ConflictError(
            _(
                "Phiên bản {code} đã từng hiệu lực; lịch sử của phản ánh còn dẫn tới nó nên không sửa được; "
                "nhập thành một phiên bản mới."
            ),
            code=edition.code,
        )


def was_active(session: Session, edition: Edition) -> bool:
    """Whether histories point to an edition: it was in force once, or is."""
    used = exists().where(Activation.edition_id == edition.id), exists().where(Assignment.edition_id == edition.id)
    return any(session.scalar(select(one)) for one in used)


def outlines(polygons: Sequence[Any], tolerance: float) -> list[MultiPolygon]:
    """Neighbours simplified together, so that they still share their borders; to five decimals, about a metre."""
    array = np.array(polygons, object)
    rounded = shapely.transform(shapely.coverage_simplify(array, tolerance), lambda points: points.round(5))
    # A corner that rounding folds over itself is rare and small: the full polygon is then the better outline.
    good = shapely.is_valid(rounded) & ~shapely.is_empty(rounded)
    return [_multi(new if fine else old) for new, old, fine in zip(rounded, array, good, strict=True)]


def area_m2(shape: shapely.Geometry) -> float:
    """The area of a shape in WGS 84 on its ellipsoid, in square metres; what is no polygon has none."""
    polygons = [part for part in shapely.get_parts(shape) if isinstance(part, Polygon)]
    return sum(abs(_GEOD.geometry_area_perimeter(shapely.orient_polygons(polygon))[0]) for polygon in polygons)


def _multi(geometry: shapely.Geometry) -> MultiPolygon:
    return MultiPolygon([part for part in shapely.get_parts(geometry) if isinstance(part, Polygon)])


def _row(edition: Edition, area: NewArea, outline: MultiPolygon) -> dict[str, object]:
    return {
        "edition_id": edition.id,
        "level": area.level,
        "code": area.code,
        "parent_code": area.parent_code,
        "name": area.name,
        "kind": area.kind,
        "coastal": area.coastal,
        "area_m2": area_m2(area.polygon),
        "geometry": WKBElement(shapely.to_wkb(area.polygon), srid=SRID),
        "outline": WKBElement(shapely.to_wkb(outline), srid=SRID),
    }


_PARTS = text(
    f"""
    INSERT INTO {AreaPart.__tablename__} (area_id, edition_id, level, geometry)
    SELECT a.id, a.edition_id, a.level, ST_Subdivide(ST_Transform(a.geometry, :srid), :vertices)
    FROM {Area.__tablename__} a
    WHERE a.edition_id = :edition AND a.level = ANY(:levels)
    ORDER BY a.id
    """  # noqa: S608 (both names are ours)
)
