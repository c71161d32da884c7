"""The last day, week or year as frames of heat cells: what the control room plays."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy.orm import Session

from geo.deadlines import ZONE
from geo.filters import Filters
from maps.density import Cells, cells
from maps.past import start_of

Span = Literal["day", "week", "year"]
STEPS: dict[Span, tuple[timedelta, int]] = {
    "day": (timedelta(hours=1), 24),
    "week": (timedelta(days=1), 7),
    "year": (timedelta(days=7), 52),
}
ZOOM = 10  # 5 km a cell, some 500 in the province
COUNTS = 20_000  # of a cell in a frame, at most; beyond, cells become larger


@dataclass(frozen=True)
class Replay:
    """`starts` of the frames, and for each its cells as (lon, lat, count)."""

    span: Span
    starts: list[datetime]
    frames: list[list[tuple[float, float, int]]]


def replay(session: Session, filters: Filters, span: Span, now: datetime, *, demo: bool) -> Replay:
    """The frames up to now, the last one unfinished: hours of a day, days of a week, weeks of a year.

    `since` is not asked: the span says since when.
    """
    step, count = STEPS[span]
    local = now.astimezone(ZONE)
    last = local.replace(minute=0, second=0, microsecond=0) if span == "day" else start_of(local.date())
    # A week's frame ends with today, not with the calendar's week: the newest is then as long as the others.
    last = last - step + timedelta(days=1) if span == "year" else last
    starts = [last - step * back for back in range(count - 1, -1, -1)]
    found = [_cells(session, filters, start, start + step, demo) for start in starts]
    while sum(len(one.count) for one in found) > COUNTS:
        found = [one.coarser(max(one.level - 1, 0)) for one in found]
    return Replay(span, starts, [list(_rows(one)) for one in found])


def _cells(session: Session, filters: Filters, start: datetime, end: datetime, demo: bool) -> Cells:
    return cells(session, replace(filters, since=start, until=end), ZOOM, demo=demo)


def _rows(found: Cells) -> Iterator[Any]:
    columns = (found.lon.round(4).tolist(), found.lat.round(4).tolist(), found.count.tolist())
    return zip(*columns, strict=True)
