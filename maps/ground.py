"""The ground that two editions share, as it may be shown: whole where both licences allow it, else simplified."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray

from boundaries.importing import TOLERANCE, outlines
from boundaries.models import Edition
from boundaries.overlay import Overlay
from boundaries.pieces import Indices

Shapes = NDArray[Any]


def simplified(laid: Overlay, levels: Iterable[str]) -> Shapes:
    """The pieces of an overlay simplified together, so that they still share their borders; WGS 84."""
    found = np.empty(len(laid.shapes), object)
    found[:] = outlines(list(laid.shapes), min(TOLERANCE[one] for one in levels))
    return found


def given(laid: Overlay, levels: Iterable[str], editions: Iterable[Edition]) -> Shapes:
    """The pieces as the licences of both editions let them out."""
    return laid.shapes if all(one.redistributable for one in editions) else simplified(laid, levels)


def dissolved(shapes: Shapes, owner: Indices, count: int) -> Shapes:
    """The areas that pieces make up, by their number; empty where none does."""
    found = np.empty(count, object)
    for area in range(count):
        found[area] = shapely.union_all(shapes[owner == area])
    return found


def borders(areas: Shapes) -> shapely.Geometry:
    """Every border of areas once, as lines."""
    return shapely.line_merge(shapely.union_all(shapely.boundary(areas)))


def feature(number: Any, shape: shapely.Geometry, decimals: int, **properties: Any) -> dict[str, Any]:
    """A GeoJSON feature with coordinates of so many decimals of a degree, rings as RFC 7946 has them."""
    rounded = shapely.transform(shapely.orient_polygons(shape), lambda points: points.round(decimals))
    return {
        "type": "Feature",
        "id": number,
        "geometry": orjson.loads(shapely.to_geojson(rounded)),
        "properties": properties,
    }


def middle(shape: Any) -> Sequence[float]:
    """Longitude and latitude of where a name has the most room."""
    lon, lat = shapely.maximum_inscribed_circle(shape, 0.001).coords[0]
    return [round(lon, 4), round(lat, 4)]
