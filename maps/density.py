"""Heat cells: how many reports lie in each tile of the web mercator grid, by their public points.

A cell of zoom z is a tile of zoom z + DEEPER of the usual XYZ scheme: 32 × 32 pixels of a map at zoom z.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BigInteger, ColumnElement, Float, Subquery, cast, func, literal, select
from sqlalchemy.orm import Session

from geo.errors import InvalidError
from geo.filters import Filters
from geo.i18n import _
from maps.features import select_public
from maps.samples import only

DEEPER = 3
FINEST = 19  # the last zoom that can be asked for
MOST = 20_000  # cells in one answer
START = 14  # zoom; 300 m a cell, of which the province has 120,000 at most


@dataclass(frozen=True)
class Cells:
    """Cells of one zoom as columns: place in the grid, mean place of the reports (degrees), how many, how many demo."""

    zoom: int
    x: NDArray[np.int64]
    y: NDArray[np.int64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    count: NDArray[np.int64]
    demo: NDArray[np.int64]

    def coarser(self) -> "Cells":
        """The same reports in cells four times as large."""
        keys, group = np.unique(np.stack([self.y >> 1, self.x >> 1]), axis=1, return_inverse=True)
        group = group.reshape(-1)

        def total(values: NDArray[Any]) -> NDArray[np.float64]:
            return np.bincount(group, values, keys.shape[1]).astype(np.float64)

        count = total(self.count)
        return Cells(
            self.zoom - 1,
            keys[1],
            keys[0],
            np.round(total(self.lon * self.count) / count, 5),
            np.round(total(self.lat * self.count) / count, 5),
            count.astype(np.int64),
            total(self.demo).astype(np.int64),
        )


def cells(session: Session, filters: Filters, zoom: int, *, demo: bool | None = None, most: int | None = MOST) -> Cells:
    """The cells of a zoom that hold reports, in the order of the grid; InvalidError for more than `most`."""
    report = _reports(filters, demo)
    x, y = grid(report.c.lon, report.c.lat, zoom)
    found = session.execute(
        select(
            x.label("x"),
            y.label("y"),
            func.avg(report.c.lon),
            func.avg(report.c.lat),
            func.count(),
            func.count().filter(report.c.demo),
        )
        .group_by("x", "y")
        .order_by("y", "x")
        .limit(None if most is None else most + 1)
    ).all()
    if most is not None and len(found) > most:
        raise InvalidError(
            _("Có hơn {most} ô ở mức phóng này; hãy thu hẹp bbox hoặc giảm zoom."), field="zoom", most=most
        )
    columns = np.array([tuple(row) for row in found], np.float64).reshape(-1, 6).T
    whole = columns.astype(np.int64)
    return Cells(zoom, whole[0], whole[1], np.round(columns[2], 5), np.round(columns[3], 5), whole[4], whole[5])


def fitting(session: Session, filters: Filters, *, demo: bool | None, most: int) -> Cells:
    """The finest cells, from zoom START on outwards, that are not more than `most`."""
    found = cells(session, filters, START, demo=demo, most=None)
    while len(found.count) > most and found.zoom > 0:
        found = found.coarser()
    return found


def total(session: Session, filters: Filters, *, demo: bool | None = None) -> int:
    """How many public reports pass."""
    return session.scalar(select(func.count()).select_from(_reports(filters, demo))) or 0


def grid(lon: ColumnElement[Any], lat: ColumnElement[Any], zoom: int) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """Column and row of the cell of a zoom that holds a point in degrees; the formula of the OpenStreetMap wiki."""
    across = 1 << (zoom + DEEPER)
    angle = func.radians(cast(lat, Float))
    column = func.floor((cast(lon, Float) + 180) / 360 * across)
    row = func.floor((1 - func.asinh(func.tan(angle)) / func.pi()) / 2 * across)
    last = literal(across - 1)
    # Within the grid at its very edge, as beyond the latitudes where the projection ends.
    return (
        cast(func.least(func.greatest(column, 0), last), BigInteger),
        cast(func.least(func.greatest(row, 0), last), BigInteger),
    )


def _reports(filters: Filters, demo: bool | None) -> Subquery:
    return only(select_public(filters), demo).subquery("report")
