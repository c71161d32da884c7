"""Density in time: what a map plays day by day or week by week."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Date, cast, func, literal_column, select
from sqlalchemy.orm import Session

from geo.deadlines import ZONE
from geo.errors import InvalidError
from geo.filters import Filters
from geo.i18n import _
from maps.density import DEEPER, grid
from maps.features import select_public
from maps.samples import only

By = Literal["day", "week"]
DAYS: dict[By, int] = {"day": 1, "week": 7}
LONGEST = 800  # frames
DAILY = 120  # days; what is longer plays by the week where nobody asks otherwise
START = 12  # zoom; 1.2 km a cell


@dataclass(frozen=True)
class Film:
    """Counts as columns: `frame`, `cell` and `count`; cells are the middles of tiles, in degrees; starts are days."""

    by: By
    starts: list[date]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    frame: NDArray[np.int64]
    cell: NDArray[np.int64]
    count: NDArray[np.int64]


def film(session: Session, filters: Filters, *, by: By | None, demo: bool | None, most: int) -> Film:
    """The reports in frames of Vietnam's days or weeks (from Monday), in the finest cells with `most` counts in all.

    InvalidError for more than LONGEST frames.
    """
    report = only(select_public(filters), demo).subquery("report")
    day = cast(func.timezone(ZONE.key, report.c.created_at), Date)
    first, last = session.execute(select(func.min(day), func.max(day))).one()
    if first is None:
        nothing = np.zeros(0)
        empty = nothing.astype(np.int64)
        return Film(by or "day", [], nothing, nothing, empty, empty, empty)
    by = by or ("day" if (last - first).days < DAILY else "week")
    step = DAYS[by]
    if by == "week":
        first -= timedelta(days=first.weekday())
    frames = (last - first).days // step + 1
    if frames > LONGEST:
        raise InvalidError(
            _("Khoảng thời gian có {frames} khung hình, nhiều nhất {most}; hãy chọn khoảng ngắn hơn hoặc xem tuần."),
            field="since",
            frames=frames,
            most=LONGEST,
        )
    x, y = grid(report.c.lon, report.c.lat, START)
    frame = ((day - first) / step).label("frame")
    order: list[ColumnElement[int]] = [literal_column(name) for name in ("frame", "y", "x")]
    query = select(frame, y.label("y"), x.label("x"), func.count()).group_by(*order).order_by(*order)
    found = np.array([tuple(row) for row in session.execute(query)], np.int64).T
    zoom = START
    while found.shape[1] > most and zoom > 0:
        zoom, found = zoom - 1, _coarser(found)
    places, cell = np.unique(found[1:3], axis=1, return_inverse=True)
    lon, lat = _middles(places[1], places[0], zoom)
    starts = [first + timedelta(days=step * number) for number in range(frames)]
    return Film(by, starts, lon, lat, found[0], cell.reshape(-1), found[3])


def _coarser(found: NDArray[np.int64]) -> NDArray[np.int64]:
    keys, group = np.unique(np.stack([found[0], found[1] >> 1, found[2] >> 1]), axis=1, return_inverse=True)
    return np.vstack([keys, np.bincount(group.reshape(-1), found[3]).astype(np.int64)])


def _middles(x: NDArray[np.int64], y: NDArray[np.int64], zoom: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    across = 1 << (zoom + DEEPER)
    lon = (x + 0.5) / across * 360 - 180
    lat = np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * (y + 0.5) / across)))).astype(np.float64)
    return np.round(lon, 4), np.round(lat, 4)
