"""Heat cells: how many reports lie in each tile of the web mercator grid, by their public points.

The cells of zoom z are the tiles of zoom z + DEEPER of the usual XYZ scheme, 32 × 32 pixels of a map at zoom z, but
never finer than `geo.density.grid.DEEPEST`.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from geo.density.grid import DEEPEST, LEVELS, SIDE
from geo.errors import InvalidError
from geo.filters import Filters
from geo.geometry import BBox
from geo.i18n import _
from maps.counts import Window, asked, by_cell, finer, parts, within
from maps.rows import scanned
from maps.spans import spans

DEEPER = 3
FINEST = 19  # the last zoom that can be asked for
MOST = 20_000  # cells in one answer
START = 17  # level; 300 m a cell, of which the province has 120,000 at most


@dataclass(frozen=True)
class Cells:
    """Cells of one level as columns: place in the grid, middle (degrees), how many reports, how many of them demo."""

    level: int
    x: NDArray[np.int64]
    y: NDArray[np.int64]
    count: NDArray[np.int64]
    demo: NDArray[np.int64]

    @property
    def zoom(self) -> int:
        """The zoom of a map on which a cell is 32 × 32 pixels."""
        return max(self.level - DEEPER, 0)

    @property
    def lon(self) -> NDArray[np.float64]:
        """The longitude of the middles."""
        return np.round((self.x + 0.5) / (1 << self.level) * 360 - 180, 5)

    @property
    def lat(self) -> NDArray[np.float64]:
        """The latitude of the middles."""
        north = np.pi * (1 - 2 * (self.y + 0.5) / (1 << self.level))
        return np.round(np.degrees(np.arctan(np.sinh(north))), 5).astype(np.float64)

    def coarser(self, level: int) -> "Cells":
        """The same reports in the cells of a level that is not finer."""
        return _gathered(level, self.x >> self.level - level, self.y >> self.level - level, self.count, self.demo)


def cells(session: Session, filters: Filters, zoom: int, *, demo: bool | None = None, most: int | None = MOST) -> Cells:
    """The cells of a zoom that hold reports, in the order of the grid; InvalidError for more than `most`.

    Of a bbox those that it touches, each with all of its reports.
    """
    found = at_level(session, filters, min(zoom + DEEPER, DEEPEST), demo=demo)
    if most is not None and len(found.count) > most:
        raise InvalidError(
            _("Có hơn {most} ô ở mức phóng này; hãy thu hẹp bbox hoặc giảm zoom."), field="zoom", most=most
        )
    return found


def at_level(session: Session, filters: Filters, level: int, *, demo: bool | None = None) -> Cells:
    """The cells of a level that hold reports: whole days from the kept counts, what is left of days from the rows."""
    window = touched(filters.bbox, level) if filters.bbox else None
    days, rest = spans(filters)
    found = [scanned(session, one, level, window, demo) for one in rest]
    if days is not None:
        found.append(_kept(session, filters, days, level, window=window, demo=demo))
    return _gathered(level, *np.concatenate(found, axis=1))


def fitting(session: Session, filters: Filters, *, demo: bool | None, most: int) -> Cells:
    """The finest cells, of START at most, that are not more than `most`."""
    found = at_level(session, filters, LEVELS[1], demo=demo)
    for level in LEVELS[2:]:
        if len(found.count) > most // 4:
            break  # four times as many as there are would be too many, whatever it costs to know
        found = at_level(session, filters, level, demo=demo)
    level = min(found.level, START)
    found = found.coarser(level)
    while len(found.count) > most and found.level > 0:
        found = found.coarser(found.level - 1)
    return found


def total(session: Session, filters: Filters, *, demo: bool | None = None) -> int:
    """How many public reports pass; with a bbox, those of the cells that it touches, some 32 across."""
    level = spanning(filters.bbox) if filters.bbox else 0
    return int(at_level(session, filters, level, demo=demo).count.sum())


def spanning(box: BBox) -> int:
    """The level of which some 32 cells span a bbox."""
    across = max((box.east - box.west) / 360, 2.0**-DEEPEST)
    return min(int(np.log2(32 / across)), DEEPEST)


def touched(box: BBox, level: int) -> Window:
    """The cells of a level that a bbox touches: first and last column, first and last row."""
    last = (1 << level) - 1

    def column(lon: float) -> int:
        return min(max(int((lon + 180) / 360 * (last + 1)), 0), last)

    def row(lat: float) -> int:
        angle = np.radians(min(max(lat, -89.9), 89.9))
        return min(max(int((1 - np.arcsinh(np.tan(angle)) / np.pi) / 2 * (last + 1)), 0), last)

    return column(box.west), column(box.east), row(box.north), row(box.south)


def _kept(
    session: Session, filters: Filters, days: tuple[int, int], level: int, *, window: Window | None, demo: bool | None
) -> NDArray[np.int64]:
    question = asked(session, filters, days, demo=demo)
    fine, wide = finer(level, window)
    columns = [np.zeros((4, 0), np.int64)]
    for (x, y), counts in by_cell(parts(session, question, fine, wide)).items():
        at = np.flatnonzero(counts.any(axis=0))
        columns.append(
            np.stack([(x << SIDE) + (at & 31), (y << SIDE) + (at >> SIDE), counts.sum(axis=0)[at], counts[1][at]])
        )
    found = np.concatenate(columns, axis=1)
    found[:2] >>= fine - level
    return found[:, within(found[0], found[1], window)] if window else found


def _gathered(level: int, x: Any, y: Any, count: Any, demo: Any) -> Cells:
    keys, group = np.unique(y << 32 | x, return_inverse=True)
    totals = [np.bincount(group, values, len(keys)).astype(np.int64) for values in (count, demo)]
    some = totals[0] != 0
    return Cells(level, keys[some] & 0xFFFFFFFF, keys[some] >> 32, totals[0][some], totals[1][some])
