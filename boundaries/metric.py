"""Between WGS 84 degrees and the metres in which borders are measured."""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer

from boundaries.models.area import METRIC_SRID

Floats = NDArray[np.float64]


@cache
def _transformer() -> Transformer:
    return Transformer.from_crs(4326, METRIC_SRID, always_xy=True)


def to_metric(lon: Any, lat: Any) -> tuple[Any, Any]:
    """Easting and northing in metres of degrees, numbers or arrays alike; the same arithmetic for one and for many."""
    return _transformer().transform(lon, lat)


def to_degrees(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Longitude and latitude of metres."""
    return _transformer().transform(x, y, direction="INVERSE")
