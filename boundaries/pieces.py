"""Subdivided polygons in metres: what SQL asks of them for one pin, GEOS answers here for many, on the same parts."""

from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from boundaries.metric import Floats

TOUCH = 0.001  # metres: nearer than this a point is covered; GEOS and arithmetic differ by less, no survey does
Indices = NDArray[np.intp]


class Pairs(NamedTuple):
    """Pins and the areas near them, by their positions, with the metres between; sorted by pin, then by area."""

    pin: Indices
    area: Indices
    distance: Floats

    def where(self, mask: NDArray[np.bool_]) -> "Pairs":
        """The pairs that a mask keeps."""
        return Pairs(self.pin[mask], self.area[mask], self.distance[mask])


class Pieces:
    """Polygons with few vertices, each of the area at `owner`; areas are numbered in the order of their codes."""

    def __init__(self, polygons: NDArray[np.object_], owner: Indices) -> None:
        self.polygons, self.owner = polygons, owner
        self._tree = shapely.STRtree(self.polygons)

    def near(self, x: Floats, y: Floats, radius: Floats | float) -> Pairs:
        """The areas within `radius` metres of pins in metres."""
        pin, part = self.parts(x, y, radius)
        distance = shapely.distance(shapely.points(x[pin], y[pin]), self.polygons[part])
        return _least(pin, self.owner[part], np.asarray(distance, np.float64))

    def parts(self, x: Floats, y: Floats, radius: Floats | float) -> tuple[Indices, Indices]:
        """Positions of pins and of the parts within `radius` metres of them."""
        pin, part = self._tree.query(shapely.points(x, y), predicate="dwithin", distance=radius)
        return pin, part

    def covering(self, x: Floats, y: Floats) -> Indices:
        """The first area that covers each pin, -1 where none does."""
        found = np.full(len(x), len(self.owner), np.intp)
        pin, part = self.parts(x, y, TOUCH)
        np.minimum.at(found, pin, self.owner[part])
        found[found == len(self.owner)] = -1
        return found

    def closest(self, x: Floats, y: Floats) -> Pairs:
        """The areas nearest to each pin, several where a millimetre does not tell them apart."""
        if not len(self.polygons):
            none = np.empty(0, np.intp)
            return Pairs(none, none, np.empty(0))
        points = shapely.points(x, y)
        (pin, _), distance = self._tree.query_nearest(points, return_distance=True, all_matches=False)
        least = np.empty(len(x))
        least[pin] = distance
        return self.near(x, y, least + TOUCH)


def _least(pin: Indices, area: Indices, distance: Floats) -> Pairs:
    """One pair for each pin and area: the nearest of its parts."""
    order = np.lexsort((distance, area, pin))
    pin, area, distance = pin[order], area[order], distance[order]
    first = np.ones(len(pin), np.bool_)
    first[1:] = (pin[1:] != pin[:-1]) | (area[1:] != area[:-1])
    return Pairs(pin[first], area[first], distance[first])
