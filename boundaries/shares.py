"""How likely an uncertain pin truly lies in each area around it: the mean share of a few equally probable discs.

The model. Two errors move a pin from where it truly was, in the picture that our borders give:

* the phone's: `accuracy` is the radius within which the true place lies with 95 % confidence (W3C Geolocation, section
  "accuracy"); taken as a Gaussian alike in all directions, it has σ = accuracy / √(2 ln 20);
* the border's: independent digitisations differ by 26 m at the median and 150 m at the 95th percentile, a much heavier
  tail than any one Gaussian's. Three quarters of it are a Gaussian with σ = 0.2025 of that 150 m, one quarter one
  with 0.7803: that mixture has just these two quantiles along any direction.

Their sum is again a mixture of two Gaussians, and a Gaussian is a mixture of uniform discs whose radius R has
R² / 2σ² ~ Gamma(2) (Khinchine; Devroye, *Non-Uniform Random Variate Generation*, 1986, XI.4). Six quantiles of the
narrow and two of the wide one make eight equally probable discs, so the probability of an area is the mean of what it
has of each. What lies in no known area (the sea, Laos) is left out: nobody is supposed to report from there.
"""

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from boundaries.metric import Floats
from geo import options

QUARTER = 16  # segments of a quarter of a circle
DIGITS = 4  # of a share, as it is kept and compared
ACCURACY = float(np.sqrt(2 * np.log(20)))  # how many σ the radius of 95 % is
# σ of the border as a part of its 95th percentile, and R² / 2σ²: the middles of 6 and of 2 equal parts of Gamma(2).
SPREAD = np.array([0.2025] * 6 + [0.7803] * 2)
SQUARES = np.array([0.4771, 0.9613, 1.4247, 1.9610, 2.6926, 4.1176, 0.9613, 2.6926])
_ANGLES = np.arange(4 * QUARTER) * (np.pi / 2 / QUARTER)
_CIRCLE = np.column_stack([np.cos(_ANGLES), np.sin(_ANGLES)])
_AREA = 2 * QUARTER * np.sin(np.pi / 2 / QUARTER)  # of that polygon with radius 1


def enough() -> float:
    """The probability (0–1) from which on an area needs no confirmation, as the administrator has it."""
    return options.value("routing_confidence") / 100


def radii(accuracy: Floats | float, uncertainty: float) -> Floats:
    """The radii in metres (pins × discs) for accuracies in metres and the 95th percentile of the border's error."""
    phone = np.asarray(accuracy, np.float64)[..., None] / ACCURACY
    return np.asarray(np.sqrt(2 * SQUARES * (phone**2 + (SPREAD * uncertainty) ** 2)), np.float64)


def masses(x: Floats, y: Floats, discs: Floats, parts: NDArray[Any]) -> Floats:
    """The mean part (0–1) that the polygon at each place has of the discs (places × discs) around the pin there."""
    pins = shapely.points(x, y)
    away = shapely.distance(pins, parts)
    # A disc that no edge cuts needs no intersection, and most are such.
    edge = np.where(away > 0, 0.0, shapely.distance(pins, shapely.boundary(parts)))
    found = np.zeros(len(x))
    for radius in discs.T:
        whole = (edge >= radius) & (away == 0)
        found += whole
        cut = np.flatnonzero((away < radius) & ~whole)
        pieces = shapely.intersection(_circles(x[cut], y[cut], radius[cut]), parts[cut])
        found[cut] += shapely.area(pieces) / (_AREA * radius[cut] ** 2)
    return np.asarray(found / discs.shape[1], np.float64)


def reach(uncertainty: float) -> float:
    """The metres from a straight border at which a pin without an accuracy needs no confirmation any more."""
    discs, least, most = radii(0.0, uncertainty), 0.0, 10 * uncertainty
    for _step in range(30):
        middle = (least + most) / 2
        near = np.minimum(middle / discs, 1.0)
        # What a chord so far from the middle cuts off a circle.
        beyond = float(np.mean((np.arccos(near) - near * np.sqrt(1 - near**2)) / np.pi))
        least, most = (least, middle) if 1 - beyond >= enough() else (middle, most)
    return most


def _circles(x: Floats, y: Floats, radius: Floats) -> NDArray[Any]:
    corners = np.stack([x, y], axis=1)[:, None, :] + radius[:, None, None] * _CIRCLE
    return np.asarray(shapely.polygons(corners), object)
