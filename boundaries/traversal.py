"""Which cells of a grid a set of line segments touches, by whole arrays."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from boundaries.metric import Floats

FLAT = 1e-3  # rows: a segment lower than this takes its whole width, for dividing by its height would be inexact


class Segments(NamedTuple):
    """Ends of straight lines."""

    ax: Floats
    ay: Floats
    bx: Floats
    by: Floats

    def take(self, rows: NDArray[np.intp]) -> "Segments":
        """The segments at these positions, repeated as they are."""
        return Segments(*(values[rows] for values in self))


def touched(segments: Segments, pad: float) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Row and column of every cell within `pad` (cells) of a segment (in cells), some of them more than once.

    Each segment is cut into the rows it passes, and in each row takes the columns from its one end to its other:
    nothing that it touches is missed, corners and edges of cells included.
    """
    ax, ay, bx, by = segments
    up = ay <= by
    ax, bx = np.where(up, ax, bx), np.where(up, bx, ax)
    ay, by = np.where(up, ay, by), np.where(up, by, ay)
    first = np.floor(ay - pad).astype(np.intp)
    which, step = _spread(np.floor(by + pad).astype(np.intp) - first + 1)
    row = first[which] + step
    ax, ay, bx, by = Segments(ax, ay, bx, by).take(which)
    height = by - ay
    flat = height < FLAT
    height = np.where(flat, 1.0, height)
    low = np.where(flat, 0.0, np.clip((row - pad - ay) / height, 0, 1))
    high = np.where(flat, 1.0, np.clip((row + 1 + pad - ay) / height, 0, 1))
    x0, x1 = ax + low * (bx - ax), ax + high * (bx - ax)
    left = np.floor(np.minimum(x0, x1) - pad).astype(np.intp)
    which, step = _spread(np.floor(np.maximum(x0, x1) + pad).astype(np.intp) - left + 1)
    return row[which], left[which] + step


def _spread(counts: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Each position as often as its count says, and 0, 1, 2, … within it."""
    which = np.repeat(np.arange(len(counts)), counts)
    starts = np.cumsum(counts) - counts
    return which, np.arange(len(which)) - starts[which]
