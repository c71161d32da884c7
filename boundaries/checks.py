"""Whether polygons are what an edition needs: valid shapes that share their borders; gaps and overlaps in m²."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from geoalchemy2.shape import to_shape
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from boundaries.importing import area_m2
from boundaries.models import Area, Edition

GAP_WIDTH = 20.0  # metres: a slit between two areas that is narrower is taken for a gap, not for a river mouth or a bay
_TINY = 0.01  # m²: below this, arithmetic speaks and not the map
# Metres in a degree of longitude and of latitude at 15.6° N: what is stored has straight edges in degrees, and only a
# plain scaling, unlike a projection, keeps a point on the edge that it lies on.
_METRES = np.array([107_250.0, 110_650.0])
Shapes = NDArray[Any]


@dataclass(frozen=True)
class Flaw:
    """A place where areas do not fit: their codes, square metres, and a point in it (longitude, latitude)."""

    codes: tuple[str, ...]
    square_metres: float
    point: tuple[float, float]


@dataclass(frozen=True)
class Coverage:
    """What was found in the areas of one level; gaps and overlaps are largest first."""

    level: str
    count: int
    square_metres: float  # of its areas, on the ellipsoid
    invalid: dict[str, str] = field(default_factory=dict)  # code → what GEOS says of its polygon
    gaps: list[Flaw] = field(default_factory=list)
    overlaps: list[Flaw] = field(default_factory=list)

    @property
    def gap_m2(self) -> float:
        """The area of all gaps."""
        return sum(flaw.square_metres for flaw in self.gaps)

    @property
    def overlap_m2(self) -> float:
        """The area of all overlaps."""
        return sum(flaw.square_metres for flaw in self.overlaps)

    @property
    def sound(self) -> bool:
        """Whether neighbours share their borders exactly."""
        return not (self.invalid or self.gaps or self.overlaps)


def check(session: Session, edition: Edition) -> list[Coverage]:
    """The coverage of an edition's districts and communes, as they are stored."""
    found = []
    for level in ("district", "commune"):
        query = select(Area.code, Area.geometry).where(Area.edition_id == edition.id, Area.level == level)
        rows = list(session.execute(query.order_by(Area.code)))
        if rows:
            found.append(coverage(level, [row.code for row in rows], [to_shape(row.geometry) for row in rows]))
    return found


def coverage(level: str, codes: Sequence[str], polygons: Sequence[shapely.Geometry]) -> Coverage:
    """Measures polygons in WGS 84 that should cover a land without gaps and overlaps."""
    shapes = to_metres(np.array(polygons, object))
    bad = ~shapely.is_valid(shapes) | shapely.is_empty(shapes)
    invalid = {codes[int(i)]: fault(polygons[int(i)]) or "Empty" for i in np.flatnonzero(bad)}
    good = np.flatnonzero(~bad)
    names, shapes = [codes[int(i)] for i in good], shapes[good]
    # Where every edge is shared point by point nothing can overlap, and the slow way is not needed.
    overlaps = [] if shapely.coverage_is_valid(shapes) else _overlaps(names, shapes)
    union = shapely.union_all(shapes)
    gaps = _gaps(names, shapes, union)
    size = sum(area_m2(polygons[int(i)]) for i in good)
    return Coverage(level, len(codes), size, invalid, gaps, overlaps)


def fault(shape: shapely.Geometry) -> str:
    """What GEOS says is wrong with a shape in degrees, with the place in degrees; empty where nothing is.

    Edges that lie closer than the arithmetic of either plane can tell may cross in degrees or in metres alone.
    """
    planes: tuple[tuple[Any, Any], ...] = ((shape, np.ones(2)), (to_metres(shape), _METRES))
    for there, scale in planes:
        if not there.is_valid:
            words, _bracket, place = shapely.is_valid_reason(there).partition("[")
            if not place:
                return str(words)
            x, y = np.round(np.array(place.rstrip("]").split(), float) / scale, 6).tolist()
            return f"{words}[{x} {y}]"
    return ""


def _overlaps(codes: list[str], shapes: Shapes) -> list[Flaw]:
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pairs = first < second
    first, second = first[pairs], second[pairs]
    common = shapely.intersection(shapes[first], shapes[second])
    area = shapely.area(common)
    found = [_flaw((codes[first[i]], codes[second[i]]), common[i]) for i in np.flatnonzero(area > _TINY)]
    return sorted(found, key=lambda flaw: -flaw.square_metres)


def _gaps(codes: list[str], shapes: Shapes, union: shapely.Geometry) -> list[Flaw]:
    """Holes within the whole, and slits between two areas that lead out of it."""
    parts = shapely.get_parts(union)
    holes = [shapely.Polygon(ring) for part in parts for ring in part.interiors]
    edges = shapely.coverage_invalid_edges(shapes, gap_width=GAP_WIDTH)
    edges = edges[~shapely.is_empty(edges)]
    slits: list[shapely.Geometry] = []
    if len(edges):
        zone = shapely.union_all(edges).buffer(2 * GAP_WIDTH)
        near = shapely.intersection(union, zone)
        closed = near.buffer(GAP_WIDTH / 2, join_style="mitre").buffer(-GAP_WIDTH / 2, join_style="mitre")
        slits = list(shapely.get_parts(closed.difference(union).difference(shapely.union_all(holes))))
    tree = shapely.STRtree(shapes)
    found = []
    for gap in [*holes, *slits]:
        beside = sorted(codes[i] for i in tree.query(gap, predicate="dwithin", distance=0.01))
        # A corner that closing rounds off at one area's own border is no gap.
        if shapely.area(gap) > _TINY and (len(beside) > 1 or gap in holes):
            found.append(_flaw(tuple(beside), gap))
    return sorted(found, key=lambda flaw: -flaw.square_metres)


def _flaw(codes: tuple[str, ...], shape: shapely.Geometry) -> Flaw:
    there = to_degrees(shape)
    inside = shapely.point_on_surface(there)
    return Flaw(codes, area_m2(there), (round(inside.x, 5), round(inside.y, 5)))


def to_metres(shapes: Any) -> Any:
    """Shapes in degrees as metres of a plain scaling, in which a point stays on the edge that it lies on."""
    return shapely.transform(shapes, lambda points: points * _METRES)


def to_degrees(shape: Any) -> Any:
    """What `to_metres` gave, in degrees again."""
    return shapely.transform(shape, lambda points: points / _METRES)
