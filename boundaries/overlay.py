"""The areas of one edition laid over those of another: every piece of ground with what it was and what it is."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from boundaries.atlas import Sheet, sheet
from boundaries.checks import to_metres
from boundaries.importing import area_m2
from boundaries.metric import Floats
from boundaries.models import Edition
from boundaries.pieces import Indices
from geo.errors import NotFoundError
from geo.i18n import _

LEAST = 1.0  # m²: what two areas have in common by less is a rounded corner
NARROW = 150.0  # metres: two digitisations of one border differ by less nearly everywhere (docs/boundaries.md)
NONE = -1  # no area


@dataclass(frozen=True)
class Overlay:
    """Pieces of ground, each of the area at `left` of the old sheet and at `right` of the new one; NONE for none.

    `shapes` are in WGS 84, `sizes` in square metres on the ellipsoid. Together they are the land of both editions.
    """

    old: Sheet
    new: Sheet
    left: Indices
    right: Indices
    shapes: NDArray[np.object_]
    sizes: Floats

    @cached_property
    def narrow(self) -> NDArray[np.bool_]:
        """Whether each piece is nowhere as broad as two digitisations of one border may differ."""
        return np.asarray(shapely.is_empty(shapely.buffer(to_metres(self.shapes), -NARROW / 2, quad_segs=2)), np.bool_)


def overlay(session: Session, first: Edition, level: str, second: Edition, other: str) -> Overlay:
    """A level of one edition over a level of another; NotFoundError for a level that an edition lacks."""
    old, new = _sheet(session, first, level), _sheet(session, second, other)
    left, right = shapely.STRtree(new.polygons).query(old.polygons, predicate="intersects")
    shapes = _polygonal(shapely.intersection(old.polygons[left], new.polygons[right]))
    gone, come = _beyond(old, new), _beyond(new, old)
    nothing = np.full(len(old.code), NONE), np.full(len(new.code), NONE)
    left = np.concatenate([left, np.arange(len(old.code)), nothing[1]])
    right = np.concatenate([right, nothing[0], np.arange(len(new.code))])
    shapes = np.concatenate([shapes, gone, come])
    sizes = np.array([area_m2(shape) for shape in shapes])
    kept = np.flatnonzero(sizes >= LEAST)
    return Overlay(old, new, left[kept], right[kept], shapes[kept], sizes[kept])


def _sheet(session: Session, edition: Edition, level: str) -> Sheet:
    found = sheet(session, edition, level) if level in ("district", "commune") else None
    if found is None or not len(found.code):
        raise NotFoundError(_("Phiên bản {code} không có cấp {level}."), code=edition.code, level=level[:20])
    return found


def _beyond(sheet: Sheet, other: Sheet) -> NDArray[Any]:
    """What of each area lies in no area of the other sheet."""
    return _polygonal(shapely.difference(sheet.polygons, shapely.union_all(other.polygons)))


def _polygonal(shapes: NDArray[Any]) -> NDArray[Any]:
    """Shapes without the points and lines in which areas merely touch."""
    found = np.array(shapes, object)
    for place in np.flatnonzero(shapely.get_type_id(found) == shapely.GeometryType.GEOMETRYCOLLECTION):
        parts = shapely.get_parts(found[place])
        found[place] = shapely.union_all(parts[shapely.get_dimensions(parts) == 2])
    return found
