"""The grid of the counts and the packing of what is counted into 32 bits.

A cell of a level is the tile {level}/{x}/{y} of the usual XYZ scheme. Some levels are kept, the others are sums of
finer cells. A chunk is 32 × 32 cells; level 0 is the whole world as one cell, which is where statistics read.
"""

from datetime import date, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.deadlines import ZONE

LEVELS = (0, 10, 12, 14, 16, 18)  # kept
DEEPEST = LEVELS[-1]  # cells of some 147 m at 15.5° N
SIDE = 5  # bits of a chunk's side
CELLS = 1 << 2 * SIDE
STATES = ("received", "needs_info", "in_progress", "resolved", "rejected", "merged", "closed")  # the public ones
EPOCH = date(2000, 1, 1)
NEVER, EVER = -(2**31), 2**31 - 1  # before the first day and after the last
_DEMO, _STATE, _OWNER = 2 * SIDE, 2 * SIDE + 1, 2 * SIDE + 4  # where each begins, in bits
MOST_OWNERS = 1 << 32 - _OWNER

Numbers = NDArray[np.int64]
Series = NDArray[np.uint32]


def kept(level: int) -> int:
    """The coarsest kept level that is at least as fine."""
    return next(one for one in LEVELS if one >= level)


def day_number(moment: datetime) -> int:
    """The day in Vietnam that holds a moment, as days since EPOCH."""
    return (moment.astimezone(ZONE).date() - EPOCH).days


def pack(cell: NDArray[Any], demo: NDArray[Any], state: NDArray[Any], owner: NDArray[Any]) -> Series:
    """Cell in its chunk, demo flag, index in STATES and owner as one number each."""
    parts = [(cell, 0), (demo, _DEMO), (state, _STATE), (owner, _OWNER)]
    packed = np.zeros(len(cell), np.uint32)
    for values, shift in parts:
        packed |= values.astype(np.uint32) << np.uint32(shift)
    return packed


def cell_and_demo(series: Series) -> Series:
    """The lower bits: the cell in its chunk, and CELLS more for demonstration reports."""
    return series & np.uint32((1 << _STATE) - 1)


def demo_of(series: Series) -> NDArray[np.bool_]:
    """Which are of demonstration reports."""
    return (series >> np.uint32(_DEMO) & np.uint32(1)).astype(bool)


def state_of(series: Series) -> Series:
    """The indices in STATES."""
    return series >> np.uint32(_STATE) & np.uint32(7)


def owner_of(series: Series) -> Series:
    """The ids of the owners."""
    return series >> np.uint32(_OWNER)
