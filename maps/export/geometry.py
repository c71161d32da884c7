"""Places as columns: WKB in any CRS, and the numbers in it."""

from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from geo.geometry import Floats
from maps.export.crs import shift

_POINT = np.dtype([("order", "u1"), ("kind", "<u4"), ("x", "<f8"), ("y", "<f8")])  # WKB, little-endian


def points(lon: pa.Array, lat: pa.Array, crs: int) -> pa.Array:
    """Longitudes and latitudes as a column of WKB points in a CRS."""
    x, y = np.asarray(lon), np.asarray(lat)
    if way := shift(crs):
        x, y = way(x, y)
    found = np.empty(len(x), _POINT)
    found["order"], found["kind"], found["x"], found["y"] = 1, 1, x, y
    ends = np.arange(len(x) + 1, dtype=np.int32) * _POINT.itemsize
    return pa.Array.from_buffers(pa.binary(), len(x), [None, pa.py_buffer(ends), pa.py_buffer(found)])


def shapes(hexadecimal: pa.Array, crs: int) -> pa.Array:
    """WKB of WGS 84 in hexadecimal digits as a column of WKB in a CRS."""
    found = shapely.from_wkb(np.asarray(hexadecimal.to_pandas(), object))
    if way := shift(crs):
        found = shapely.transform(found, lambda at: np.column_stack(way(at[:, 0], at[:, 1])))
    return pa.array(shapely.to_wkb(found, byte_order=1), pa.binary())


def xy(wkb: pa.Array) -> tuple[Floats, Floats]:
    """The coordinates of a column of `points`."""
    found = np.frombuffer(wkb.buffers()[2], _POINT, len(wkb), wkb.offset * _POINT.itemsize)
    return np.ascontiguousarray(found["x"]), np.ascontiguousarray(found["y"])


def bounds(wkb: pa.Array) -> Any:
    """West, south, east and north of each place, as four rows of numbers."""
    found = shapely.bounds(shapely.from_wkb(np.asarray(wkb.to_pandas(), object)))
    return found.T
