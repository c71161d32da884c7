"""Cells counted from the reports themselves: for words, and for a part of a day, which the kept counts do not know."""

from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Select, func, literal_column, select
from sqlalchemy.orm import Session

from geo.density.grid import DEEPEST
from geo.filters import Filters, apply_filters
from geo.models import Report
from geo.permissions import PUBLIC, visible
from maps.counts import Window
from maps.samples import only

_Any = TypeVar("_Any", bound=Any)


def scanned(
    session: Session, filters: Filters, level: int, window: Window | None, demo: bool | None, *, daily: bool = False
) -> NDArray[np.int64]:
    """Columns x, y, count and demo of the cells of a level with the public reports that pass, as a 4 × n array.

    A window of cells takes the place of the bbox. With `daily` of each day apart, which is the last of then 5 columns.
    """
    x, y = _cell(level)
    query: Any = select(x.label("x"), y.label("y"), func.count(), func.count().filter(Report.demo))
    query = only(visible(apply_filters(query, replace(filters, bbox=None)), PUBLIC), demo)
    if window:
        query = in_window(query, level, window)
    keys: list[ColumnElement[int]] = [literal_column("x"), literal_column("y")]
    if daily:
        query = query.add_columns(func.density_day(Report.created_at).label("day"))
        keys.append(literal_column("day"))
    rows = session.execute(query.group_by(*keys)).all()
    return np.array([tuple(row) for row in rows], np.int64).reshape(-1, 4 + daily).T


def in_window(query: Select[_Any], level: int, window: Window) -> Select[_Any]:
    """A select over reports cut down to those in a window of cells of a level."""
    x, y = _cell(level)
    return query.where(x.between(*window[:2]), y.between(*window[2:]))


def _cell(level: int) -> tuple[ColumnElement[int], ColumnElement[int]]:
    column, row = func.density_x(Report.public_point), func.density_y(Report.public_point)
    return column.op(">>")(DEEPEST - level), row.op(">>")(DEEPEST - level)
