"""Points, bounding boxes and what of a place is public."""

import math
import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
from geoalchemy2 import WKBElement
from numpy.typing import NDArray
from shapely import from_wkb, get_coordinates
from sqlalchemy import ColumnElement, Double, Numeric, SQLColumnExpression, cast, func

SRID = 4326
# A cell of about 500 m at 15.5° N: 0.0045° of latitude are 498 m, 0.0047° of longitude 504 m.
CELL_LON, CELL_LAT = 0.0047, 0.0045
Floats = NDArray[np.float64]
_POINT = struct.Struct("<BIdd")  # WKB: little-endian, a point, x, y


@dataclass(frozen=True)
class BBox:
    """West, south, east, north in degrees, WGS 84."""

    west: float
    south: float
    east: float
    north: float


def element(lon: float, lat: float) -> WKBElement:
    """A point for a geometry column."""
    return WKBElement(_POINT.pack(1, 1, lon, lat), srid=SRID)


def position(value: WKBElement) -> tuple[float, float]:
    """Longitude and latitude of a stored point."""
    lon, lat = get_coordinates(from_wkb(bytes.fromhex(value.desc)))[0]
    return float(lon), float(lat)


def blur(lon: float, lat: float) -> tuple[float, float]:
    """The centre of the cell of about 500 m that holds a point; never random, so that asking often teaches nothing."""
    return (
        round((math.floor(lon / CELL_LON) + 0.5) * CELL_LON, 6),
        round((math.floor(lat / CELL_LAT) + 0.5) * CELL_LAT, 6),
    )


def blur_many(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """`blur` for arrays of points."""
    return (
        np.round((np.floor(lon / CELL_LON) + 0.5) * CELL_LON, 6),
        np.round((np.floor(lat / CELL_LAT) + 0.5) * CELL_LAT, 6),
    )


def blurred(point: SQLColumnExpression[Any]) -> ColumnElement[Any]:
    """`blur` of a geometry column, in SQL."""

    def centre(value: ColumnElement[Any], cell: float) -> ColumnElement[Any]:
        return cast(func.round(cast((func.floor(value / cell) + 0.5) * cell, Numeric), 6), Double)

    x, y = centre(func.ST_X(point), CELL_LON), centre(func.ST_Y(point), CELL_LAT)
    return func.ST_SetSRID(func.ST_MakePoint(x, y), SRID)
