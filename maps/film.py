"""Density in time: what a map plays day by day or week by week."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from geo.density.grid import EPOCH
from geo.errors import InvalidError
from geo.filters import Filters
from geo.i18n import _
from maps.counts import asked, parts, within
from maps.density import total, touched
from maps.rows import scanned
from maps.spans import spans

By = Literal["day", "week"]
DAYS: dict[By, int] = {"day": 1, "week": 7}
LONGEST = 800  # frames
DAILY = 120  # days; what is longer plays by the week where nobody asks otherwise
DETAILED, COARSE = 16, 12  # levels: cells of 0.6 km, and of 9.4 km where the days of so many reports take too long
FEW = 200_000  # reports


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
    level = DETAILED if total(session, filters, demo=demo) <= FEW else COARSE
    day, y, x, count = _daily(session, filters, level, demo)
    if not len(day):
        nothing = np.zeros(0)
        empty = nothing.astype(np.int64)
        return Film(by or "day", [], nothing, nothing, empty, empty, empty)
    first, last = (EPOCH + timedelta(days=int(at)) for at in (day.min(), day.max()))
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
    frame = (day - (first - EPOCH).days) // step
    found = _summed(np.stack([frame, y, x]), count)
    while found.shape[1] > most and level > 0:
        level -= 1
        found = _summed(np.stack([found[0], found[1] >> 1, found[2] >> 1]), found[3])
    places, cell = np.unique(found[1:3], axis=1, return_inverse=True)
    lon, lat = _middles(places[1], places[0], level)
    starts = [first + timedelta(days=step * number) for number in range(frames)]
    return Film(by, starts, lon, lat, found[0], cell.reshape(-1), found[3])


def _daily(session: Session, filters: Filters, level: int, demo: bool | None) -> NDArray[np.int64]:
    """Columns day, row, column and count of what was reported in the cells of a kept level."""
    window = touched(filters.bbox, level) if filters.bbox else None
    days, rest = spans(filters)
    columns = [np.zeros((4, 0), np.int64)]
    for one in rest:
        x, y, count, _demo, day = scanned(session, one, level, window, demo, daily=True)
        columns.append(np.stack([day, y, x, count]))
    if days is not None:
        question = asked(session, filters, days, demo=demo)
        for part in parts(session, question, level, window, daily=True):
            x, y = part.cells()
            columns.append(np.stack([part.entries.day, y, x, part.entries.count]))
    found = np.concatenate(columns, axis=1)
    if window:
        found = found[:, within(found[2], found[1], window)]
    begin = found[0].min(initial=0)
    summed = _summed(found[:3] - [[begin], [0], [0]], found[3])
    summed[0] += begin
    return summed


def _summed(keys: NDArray[np.int64], count: NDArray[np.int64]) -> NDArray[np.int64]:
    """Rows frame, row, column and count, equal cells of a frame added up, in order."""
    packed, group = np.unique(keys[0] << 40 | keys[1] << 20 | keys[2], return_inverse=True)
    totals = np.bincount(group.reshape(-1), count).astype(np.int64)
    mask = (1 << 20) - 1
    found = np.stack([packed >> 40, packed >> 20 & mask, packed & mask, totals])
    return found[:, totals != 0]


def _middles(x: NDArray[np.int64], y: NDArray[np.int64], level: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    across = 1 << level
    lon = (x + 0.5) / across * 360 - 180
    lat = np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * (y + 0.5) / across)))).astype(np.float64)
    return np.round(lon, 4), np.round(lat, 4)
