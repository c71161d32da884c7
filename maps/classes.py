"""Classes of a choropleth: about as many areas in each, between round numbers."""

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

from geo.i18n import _

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


def legend(
    bounds: Sequence[float],
    say: Callable[..., str],
    number: Callable[[float], str],
    *,
    none: str = _("Chưa có phản ánh"),
    some: str = _("Có phản ánh"),
) -> list[tuple[int, str]]:
    """The classes from the highest to the lowest, each with its words; `none` and `some` are those of 0 and above."""
    words: list[tuple[int, str]] = [(0, say(none))]
    if not bounds:
        words.append((1, say(some)))
    else:
        words.append((1, say(_("Dưới {most}"), most=number(bounds[0]))))
        words += [(place, f"{number(low)} – {number(high)}") for place, (low, high) in enumerate(pairwise(bounds), 2)]
        words.append((len(bounds) + 1, say(_("Từ {least}"), least=number(bounds[-1]))))
    return words[::-1]


def _round(value: float) -> float:
    """The nearest of 1, 1.5, 2, 3, 4, 5, 6, 8 times a power of ten, whole where it is above 1."""
    power = 10.0 ** math.floor(math.log10(value))
    nearest = min((1, 1.5, 2, 3, 4, 5, 6, 8, 10), key=lambda step: abs(step * power - value))
    return math.ceil(nearest * power) if value > 1 else nearest * power
