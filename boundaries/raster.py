"""A grid whose cells lie wholly in one area, or else are marked as border: exact, and one look-up for most pins."""

from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy import ndimage

from boundaries.metric import Floats, to_degrees, to_metric
from boundaries.pieces import Indices, Pieces
from boundaries.traversal import Segments, touched

COLUMNS = 4_096  # of 40 m over this province: 24 MB, and one pin in thirty falls in a border cell
SPAN = 1_000.0  # metres: a longer border is cut, or as a straight line in degrees it would stray from one in metres
PAD = 0.1  # metres: more than such a line strays, and than a covered pin lies outside (pieces.TOUCH)
COARSE = 2  # cells of the grid to one of the clearance
BORDER = np.uint16(0xFFFF)
NOWHERE = np.uint16(0xFFFE)


class Frame(NamedTuple):
    """Where the grid lies: its south-western corner and cells a degree."""

    west: float
    south: float
    columns: int
    rows: int
    per_lon: float
    per_lat: float

    def cells(self, lon: Floats, lat: Floats) -> tuple[Indices, Indices]:
        """Row and column of degrees; the outermost ring of cells, which is always empty, stands for all beyond."""
        column = np.fmin(np.fmax((lon - self.west) * self.per_lon, 0), self.columns - 1).astype(np.intp)
        row = np.fmin(np.fmax((lat - self.south) * self.per_lat, 0), self.rows - 1).astype(np.intp)
        return row, column


class Raster:
    """Areas by their number, for arrays of degrees."""

    def __init__(self, polygons: NDArray[np.object_], pieces: Pieces) -> None:
        """`polygons` in degrees in the order of their codes, and the same areas as pieces in metres."""
        self.pieces = pieces
        lines = _cut(_segments(polygons))
        self.frame = _frame(lines)
        border = _borders(lines, self.frame)
        self.cells = _fill(border, self.frame, pieces)
        self.clearance = _clearance(border | (self.cells == BORDER), self.frame)

    def areas(self, lon: Floats, lat: Floats) -> NDArray[np.intp]:
        """The first area by code that covers each pin, -1 where none does."""
        row, column = self.frame.cells(lon, lat)
        code = self.cells[row, column]
        found = code.astype(np.intp)
        found[code == NOWHERE] = -1
        open_ = np.flatnonzero(code == BORDER)
        found[open_] = self.pieces.covering(*to_metric(lon[open_], lat[open_]))
        return found

    def clear(self, lon: Floats, lat: Floats) -> Floats:
        """Metres for which each pin is certainly clear of every border; often more in truth, never less."""
        row, column = self.frame.cells(lon, lat)
        return self.clearance[row // COARSE, column // COARSE]


def _frame(lines: Segments) -> Frame:
    """Around the borders as they run in metres: a long one leaves the box that its ends have in degrees."""
    lon, lat = np.append(lines.ax, lines.bx), np.append(lines.ay, lines.by)
    west, south, east, north = lon.min(), lat.min(), lon.max(), lat.max()
    per_lon = (COLUMNS - 4) / (east - west)
    # Cells about as high as wide.
    per_lat = per_lon * np.cos(np.radians((south + north) / 2))
    rows = int(np.ceil((north - south) * per_lat)) + 4
    return Frame(west - 2 / per_lon, south - 2 / per_lat, COLUMNS, rows, per_lon, per_lat)


def _cut(segments: Segments) -> Segments:
    """The same borders in degrees, in pieces of SPAN at most along their straight lines in metres."""
    ends = Segments(*to_metric(segments.ax, segments.ay), *to_metric(segments.bx, segments.by))
    pieces = np.maximum(np.ceil(np.hypot(ends.bx - ends.ax, ends.by - ends.ay) / SPAN).astype(np.intp), 1)
    long = np.flatnonzero(pieces > 1)
    cut = [segments.take(np.flatnonzero(pieces == 1))]
    for row in long:
        t = np.linspace(0, 1, pieces[row] + 1)
        lon, lat = to_degrees(
            ends.ax[row] + t * (ends.bx[row] - ends.ax[row]), ends.ay[row] + t * (ends.by[row] - ends.ay[row])
        )
        cut.append(Segments(lon[:-1], lat[:-1], lon[1:], lat[1:]))
    return Segments(*(np.concatenate(values) for values in zip(*cut, strict=True)))


def _borders(lines: Segments, frame: Frame) -> NDArray[np.bool_]:
    """Whether a border passes through each cell or within PAD of it."""
    ax, ay, bx, by = lines
    in_cells = Segments(
        (ax - frame.west) * frame.per_lon,
        (ay - frame.south) * frame.per_lat,
        (bx - frame.west) * frame.per_lon,
        (by - frame.south) * frame.per_lat,
    )
    border = np.zeros((frame.rows, frame.columns), np.bool_)
    width, height = _cell_metres(frame)
    border[touched(in_cells, PAD / min(width, height))] = True
    return border


def _segments(polygons: NDArray[np.object_]) -> Segments:
    """Every border between two areas once."""
    rings = shapely.get_rings(shapely.get_parts(polygons))
    points, ring = shapely.get_coordinates(rings, return_index=True)
    inner = ring[1:] == ring[:-1]
    a, b = points[:-1][inner], points[1:][inner]
    swap = (a[:, 0] > b[:, 0]) | ((a[:, 0] == b[:, 0]) & (a[:, 1] > b[:, 1]))
    a, b = np.where(swap[:, None], b, a), np.where(swap[:, None], a, b)
    order = np.lexsort((b[:, 1], b[:, 0], a[:, 1], a[:, 0]))
    a, b = a[order], b[order]
    new = np.ones(len(a), np.bool_)
    new[1:] = (a[1:] != a[:-1]).any(axis=1) | (b[1:] != b[:-1]).any(axis=1)
    return Segments(a[new, 0], a[new, 1], b[new, 0], b[new, 1])


def _fill(border: NDArray[np.bool_], frame: Frame, pieces: Pieces) -> NDArray[np.uint16]:
    """The area of each cell: one exact question for each set of cells that no border divides."""
    label, count = ndimage.label(~border)
    flat = label.ravel()
    some = np.zeros(count + 1, np.intp)
    some[flat] = np.arange(flat.size)  # of many cells with one label, any
    row, column = np.divmod(some[1:], frame.columns)
    x, y = to_metric(frame.west + (column + 0.5) / frame.per_lon, frame.south + (row + 0.5) / frame.per_lat)
    pairs = pieces.near(x, y, 0.0)
    areas = np.bincount(pairs.pin, minlength=count)
    code = np.full(count + 1, NOWHERE, np.uint16)
    code[1 + pairs.pin] = pairs.area
    # Where an operator's polygons overlap, no cell belongs to one area alone.
    code[1:][areas > 1] = BORDER
    code[0] = BORDER
    cells: NDArray[np.uint16] = code[label]
    return cells


def _clearance(border: NDArray[np.bool_], frame: Frame) -> Floats:
    """Metres from each block of cells to the nearest border, less the diagonal of a block at either end."""
    rows, columns = -(-frame.rows // COARSE), -(-frame.columns // COARSE)
    padded = np.zeros((rows * COARSE, columns * COARSE), np.bool_)
    padded[: frame.rows, : frame.columns] = border
    blocks = padded.reshape(rows, COARSE, columns, COARSE).any(axis=(1, 3))
    width, height = (COARSE * side for side in _cell_metres(frame))
    distance = ndimage.distance_transform_edt(~blocks, sampling=(height, width))
    clear: Floats = (distance - np.hypot(width, height) - PAD).astype(np.float32)
    return clear


def _cell_metres(frame: Frame) -> tuple[float, float]:
    """The least width and height in metres that a cell has anywhere in the frame, a thousandth less to be safe."""
    lon, lat = np.meshgrid(
        frame.west + np.linspace(0, frame.columns, 9) / frame.per_lon,
        frame.south + np.linspace(0, frame.rows, 9) / frame.per_lat,
    )
    x, y = to_metric(lon, lat)
    width = np.hypot(np.diff(x, axis=1), np.diff(y, axis=1)).min() * 8 / frame.columns
    height = np.hypot(np.diff(x, axis=0), np.diff(y, axis=0)).min() * 8 / frame.rows
    return float(width) * 0.999, float(height) * 0.999
