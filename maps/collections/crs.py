"""Coordinate reference systems by their addresses, and the one way between any two of them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from geo.crs import way
from geo.errors import InvalidError
from geo.i18n import _

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
_EPSG = "http://www.opengis.net/def/crs/EPSG/0/{code}"
_URI = re.compile(r"https?://www\.opengis\.net/def/crs/EPSG/0/(\d{4,6})")
_CURIE = re.compile(r"\[?EPSG:(\d{4,6})\]?", re.IGNORECASE)
WGS84 = 4326
# First the province's own (VN-2000, TM-3 107°45'), then UTM, the web's, VN-2000 in degrees and in its UTM zones.
OFFERED = (5899, 32648, 32649, 3857, WGS84, 4756, 3405, 3406)
_EDGE = 64  # pieces of each side of a box that is straight in one system and bent in another

Array = NDArray[Any]


@dataclass(frozen=True)
class Crs:
    """A system as a door names it: its EPSG code, and whether its first axis goes north (latitude before longitude)."""

    uri: str
    code: int
    name: str
    north_first: bool
    degrees: bool

    def swapped(self, coordinates: Array) -> Array:
        """Coordinates (n, 2) from x, y to the order of the axes, or back."""
        return coordinates[:, ::-1] if self.north_first else coordinates


@cache
def of_code(code: int) -> Crs:
    """The system of an EPSG code; pyproj's CRSError for one that it does not know."""
    found = pyproj.CRS.from_epsg(code)
    north = found.axis_info[0].direction == "north"
    return Crs(_EPSG.format(code=code), code, found.name, north, found.is_geographic)


LONLAT = Crs(CRS84, WGS84, "WGS 84 (CRS84)", north_first=False, degrees=True)


def stored(srid: int) -> Crs:
    """The system in which PostGIS keeps geometries of an SRID: always x, y."""
    return LONLAT if srid == WGS84 else of_code(srid)


def offered(srid: int) -> tuple[Crs, ...]:
    """What a collection that is kept in an SRID can be asked in: CRS84 first."""
    codes = OFFERED if srid in OFFERED else (*OFFERED, srid)
    return (LONLAT, *map(of_code, codes))


def find(written: str, srid: int, field: str) -> Crs:
    """One of `offered` by its address, also as EPSG:5899; InvalidError."""
    known = {one.uri: one for one in offered(srid)}
    match = _URI.fullmatch(written) or _CURIE.fullmatch(written)
    uri = _EPSG.format(code=int(match[1])) if match else written.replace("https://", "http://", 1)
    if uri not in known:
        raise InvalidError(
            _("Hệ tọa độ này không có ở đây; hãy dùng một trong các hệ nêu ở mục crs của bộ dữ liệu."), field=field
        )
    return known[uri]


def between(source: int, target: int) -> Callable[[Array], Array]:
    """From x, y to x, y, arrays (n, 2); what has no place in the target becomes infinite."""
    if source == target:
        return lambda coordinates: coordinates
    found = way(source, target)
    assert found is not None  # `unreachable` refuses at the start what has none

    def move(coordinates: Array) -> Array:
        return np.column_stack(found.transform(coordinates[:, 0], coordinates[:, 1]))

    return move


def unreachable(srid: int) -> int | None:
    """The first of OFFERED that coordinates of an SRID cannot be moved to or from here; None where all can be."""
    pairs = [(code, pair) for code in OFFERED if code != srid for pair in ((srid, code), (code, srid))]
    return next((code for code, pair in pairs if way(*pair) is None), None)


def moved(shape: Any, source: Crs, srid: int) -> Any:
    """A shapely geometry, written in the axes of a system, in x, y of an SRID; InvalidError where it has no place."""
    move = between(source.code, srid)
    found = shapely.transform(shape, lambda coordinates: move(source.swapped(coordinates)))
    x, y = source.swapped(np.abs(shapely.get_coordinates(shape))).T
    beyond = source.degrees and ((x > 180) | (y > 90)).any()
    if beyond or not np.isfinite(shapely.get_coordinates(found)).all():
        raise InvalidError(_("Tọa độ nằm ngoài phạm vi của hệ tọa độ đã chọn."))
    return found


def box(corners: tuple[float, float, float, float], source: Crs, srid: int) -> Any:
    """A box, given as two corners in the axes of a system, as a polygon in x, y of an SRID.

    West of longitude greater than east goes over the 180th meridian, as two boxes.
    """
    one, two, three, four = corners
    west, south, east, north = (two, one, four, three) if source.north_first else corners
    if south > north or (west > east and not source.degrees):
        raise InvalidError(_("Góc thứ nhất của khung phải nhỏ hơn góc thứ hai."))
    spans = [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]
    boxes = [_rectangle(begin, south, end, north) for begin, end in spans]
    shape = shapely.union_all(boxes) if len(boxes) > 1 else boxes[0]
    if source.code != srid:
        shape = shapely.segmentize(shape, max(east - west, north - south, 1e-9) / _EDGE)
    return moved(shapely.transform(shape, source.swapped), source, srid)


def around(corners: tuple[float, float, float, float], srid: int) -> tuple[float, float, float, float] | None:
    """West, south, east, north in degrees of a box in x, y of an SRID; None where it has no place there."""
    west, south, east, north = corners
    edge = shapely.segmentize(_rectangle(*corners), max(east - west, north - south, 1e-9) / _EDGE)
    there = between(srid, WGS84)(shapely.get_coordinates(edge))
    if not np.isfinite(there).all():
        return None
    (west, south), (east, north) = there.min(axis=0).tolist(), there.max(axis=0).tolist()
    return (west, south, east, north)


def _rectangle(west: float, south: float, east: float, north: float) -> Any:
    """A box as a polygon; without width or height a line, without either a point."""
    if west == east and south == north:
        return shapely.Point(west, south)
    if west == east or south == north:
        return shapely.LineString([(west, south), (east, north)])
    return shapely.box(west, south, east, north)
