"""How much of the circle around an uncertain pin lies in each area."""

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from boundaries.metric import Floats

QUARTER = 16  # segments of a quarter of the circle: 0.16 % less than a true one, the same for every area


def overlaps(x: Floats, y: Floats, radius: Floats | float, parts: NDArray[Any]) -> Floats:
    """Square metres that the circle of `radius` metres around each pin has in common with the part at its place."""
    circles = shapely.buffer(shapely.points(x, y), radius, quad_segs=QUARTER)
    return np.asarray(shapely.area(shapely.intersection(circles, parts)), np.float64)
