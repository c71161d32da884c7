"""Classes of a choropleth: about as many areas in each, between round numbers."""

import math
from bisect import bisect_right
from collections.abc import Sequence

import numpy as np

CLASSES = 5  # colours of a palette; areas without any report have one more of their own


def breaks(values: Sequence[float]) -> list[float]:
    """The rising lower bounds of the classes after the first, for the values above zero."""
    found = [value for value in values if value > 0]
    if not found:
        return []
    shares = np.arange(1, CLASSES) / CLASSES
    rounded = (_round(value) for value in np.quantile(found, shares).tolist())
    return sorted({bound for bound in rounded if min(found) < bound <= max(found)})


def class_of(value: float, bounds: Sequence[float]) -> int:
    """0 for none at all, else 1 and up to CLASSES by the bounds that the value reaches."""
    return 0 if value <= 0 else 1 + bisect_right(bounds, value)


def _round(value: float) -> float:
    """The nearest of 1, 1.5, 2, 3, 4, 5, 6, 8 times a power of ten, whole where it is above 1."""
    power = 10.0 ** math.floor(math.log10(value))
    nearest = min((1, 1.5, 2, 3, 4, 5, 6, 8, 10), key=lambda step: abs(step * power - value))
    return math.ceil(nearest * power) if value > 1 else nearest * power
