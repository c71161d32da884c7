"""Vector tiles (Mapbox Vector Tile 2.1) of the public reports, gathered into cells where they are many."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ARRAY, Integer, LargeBinary, Subquery, Text, bindparam, func, literal_column, select
from sqlalchemy.orm import Session

from geo.filters import Filters, newest_first
from geo.geometry import SRID, BBox
from geo.models import Report
from maps.density import DEEPER, cells
from maps.features import select_public
from maps.grid import Tile
from maps.samples import only

MERCATOR = 3857  # EPSG code
EXTENT = 4096  # units of a tile's width
BUFFER = EXTENT // 16  # around a tile, so that no icon is cut at its edge; as wide as a cell
GRID = 4  # zooms between a tile and its cells: 16 × 16 of them
SMALLEST = 18  # zoom of the smallest cells there are
POINTS = 800  # of more a tile has cells
# What a map needs to draw and to choose by; the report's page tells the rest.
SHOWN = ("code", "category", "state", "unit", "area", "created_at", "needs_confirmation", "recurrence", "demo")
Columns = NDArray[np.int64]  # x, y, count and demo of cells


def reports(session: Session, filters: Filters, tile: Tile, *, demo: bool | None = None) -> bytes:
    """A tile of the layer `reports`, points with public properties, or of `cells` with `count`, `demo` and `cell`.

    Which of the two depends on all reports there, whatever is asked for: few can be read one by one. The point of a
    cell is its middle, so that no cell is in two tiles.
    """
    everything = _cells(session, Filters(), None, tile)
    if _inside(everything, tile)[2].sum() <= POINTS:
        # Where the strip around is crowded its reports are cells in the next tile, and no icons reach over from there.
        return _points(session, filters, demo, tile, BUFFER if everything[2].sum() <= POINTS else 0)
    narrowed = filters != Filters() or demo is not None
    found = _cells(session, filters, demo, tile) if narrowed else everything
    return _gathered(session, _inside(found, tile), tile)


def _cells(session: Session, filters: Filters, demo: bool | None, tile: Tile) -> Columns:
    """The cells of a tile and of a strip one cell wide around it, as far as the filters leave them."""
    level = _level(tile)
    across = 1 << (level - tile.z)
    box = _both(tile.box(1.5 / across), filters.bbox)  # half a cell more than wanted: degrees are not exact
    if box is None:
        return np.zeros((4, 0), np.int64)
    found = cells(session, replace(filters, bbox=box), level - DEEPER, demo=demo, most=None)
    left, top = tile.x * across - 1, tile.y * across - 1
    near = (found.x >= left) & (found.x <= left + across + 1) & (found.y >= top) & (found.y <= top + across + 1)
    return np.stack([found.x, found.y, found.count, found.demo])[:, near]


def _inside(found: Columns, tile: Tile) -> Columns:
    deeper = _level(tile) - tile.z
    return found[:, (found[0] >> deeper == tile.x) & (found[1] >> deeper == tile.y)]


def _points(session: Session, filters: Filters, demo: bool | None, tile: Tile, buffer: int) -> bytes:
    box = tile.box(buffer / EXTENT)
    here = Report.public_point.intersects(func.ST_MakeEnvelope(box.west, box.south, box.east, box.north, SRID))
    report = newest_first(only(select_public(filters), demo).where(here)).limit(POINTS).subquery("report")
    spot = func.ST_SetSRID(func.ST_MakePoint(report.c.lon, report.c.lat, type_=None), SRID, type_=None)
    spot = func.ST_Transform(spot, MERCATOR, type_=None)
    frame = func.Box2D(func.ST_TileEnvelope(*tile, type_=None))
    drawn = func.ST_AsMVTGeom(spot, frame, EXTENT, buffer, True, type_=None).label("geom")
    created = func.to_char(func.timezone("UTC", report.c.created_at), 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
    shown = (created.label(name) if name == "created_at" else report.c[name] for name in SHOWN)
    return _encoded(session, select(drawn, *shown).subquery("reports"), "reports")


def _gathered(session: Session, found: Columns, tile: Tile) -> bytes:
    level = _level(tile)
    size = EXTENT >> (level - tile.z)
    x, y, count, demo = found
    values: dict[str, Any] = {
        "across": ((x - (tile.x << (level - tile.z))) * size + size // 2).tolist(),
        "down": ((y - (tile.y << (level - tile.z))) * size + size // 2).tolist(),
        "count": count.tolist(),
        "demo": demo.tolist(),
        "cell": [f"{level}/{column}/{row}" for column, row in zip(x.tolist(), y.tolist(), strict=True)],
    }
    arrays = [
        bindparam(name, value, type_=ARRAY(Text if name == "cell" else Integer)) for name, value in values.items()
    ]
    cell = func.unnest(*arrays).table_valued(*values).render_derived(name="cell")
    spot = func.ST_MakePoint(cell.c.across, cell.c.down, type_=None).label("geom")
    return _encoded(session, select(spot, cell.c.count, cell.c.demo, cell.c.cell).subquery("cells"), "cells")


def _encoded(session: Session, rows: Subquery, layer: str) -> bytes:
    tile = func.ST_AsMVT(literal_column(layer), layer, EXTENT, "geom", type_=LargeBinary)
    return bytes(session.scalar(select(tile).select_from(rows)) or b"")


def _level(tile: Tile) -> int:
    return min(tile.z + GRID, SMALLEST)


def _both(one: BBox, other: BBox | None) -> BBox | None:
    """What lies in both boxes, None for nothing."""
    if other is None:
        return one
    west, south = max(one.west, other.west), max(one.south, other.south)
    east, north = min(one.east, other.east), min(one.north, other.north)
    return BBox(west, south, east, north) if west <= east and south <= north else None
