"""How many reports there are of each kind, without a place: what statistics and the colours of areas add up."""

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from sqlalchemy import ColumnElement, Select, case, func, literal_column, select
from sqlalchemy.orm import Session

from geo.density.block import Entries
from geo.density.grid import CELLS, STATES, owner_of, state_of
from geo.filters import Filters, apply_filters
from geo.models import Category, Report
from geo.permissions import PUBLIC, visible
from maps.counts import Asked, Owners, Part, Window, asked, finer, parts, within
from maps.density import spanning, touched
from maps.rows import in_window
from maps.samples import only
from maps.spans import spans

KEYS = ["category", "state", "unit", "area", "commune"]


class Tally(NamedTuple):
    """`kinds`: rows of KEYS (ids of category and unit, codes of areas) and `count`; `days`: counts by day since EPOCH.

    A sensitive report has no commune. Both are of one moment; `days` is empty where nobody asked for it.
    """

    kinds: pd.DataFrame
    days: pd.Series


def tally(session: Session, filters: Filters, *, demo: bool | None, daily: bool = False) -> Tally:
    """The public reports that pass: whole days from the kept counts; words and parts of days from the rows.

    Of a bbox those in the cells that it touches, some 32 of which span it, as `density.total` has them.
    """
    level = spanning(filters.bbox) if filters.bbox else 0
    window = touched(filters.bbox, level) if filters.bbox else None
    days, rest = spans(filters)
    found = [_counted(session, one, demo, level, window) for one in rest]
    if days is not None:
        question = asked(session, filters, days, demo=demo, by_category=True)
        found += _kept(session, question, *finer(level, window), daily=daily)
    if not found:
        return Tally(pd.DataFrame(columns=[*KEYS, "count"]), pd.Series(dtype=int))
    kinds = pd.concat([one.kinds for one in found]).groupby(KEYS, dropna=False)["count"].sum()
    summed = pd.concat([one.days for one in found])
    return Tally(kinds[kinds != 0].reset_index(), summed.groupby(level=0).sum() if daily else pd.Series(dtype=int))


def _kept(session: Session, question: Asked, level: int, window: Window | None, *, daily: bool) -> list[Tally]:
    owners = Owners()
    found = []
    for part in parts(session, question, level, window, owners=owners, daily=daily):
        entries = part.entries
        if window:
            inside = within(*part.cells(), window)
            entries = Entries(entries.series[inside], entries.count[inside], entries.day[inside])
        kinds = _by_kind(part._replace(entries=entries), owners)
        if part.category in question.sensitive:
            kinds["commune"] = None
        found.append(Tally(kinds, _summed(entries.day, entries.count)))
    return found


def _by_kind(part: Part, owners: Owners) -> pd.DataFrame:
    # Without the cell and the demo flag.
    kinds = _summed(part.entries.series & ~np.uint32(2 * CELLS - 1), part.entries.count)
    series = kinds.index.to_numpy(np.uint32)
    named = owners.columns(owner_of(series)) | {"state": np.array(STATES)[state_of(series)], "category": part.category}
    return pd.DataFrame(named | {"count": kinds.to_numpy()})


def _summed(keys: Any, count: Any) -> pd.Series:
    return pd.Series(count).groupby(keys).sum()


def _counted(session: Session, filters: Filters, demo: bool | None, level: int, window: Window | None) -> Tally:
    columns: dict[str, Any] = {
        "category": Report.category_id,
        "state": Report.state,
        "unit": Report.unit_id,
        "area": Report.area_code,
        "commune": case((~Category.sensitive, Report.commune_code)),
        "day": func.density_day(Report.created_at),
    }
    query: Select[Any] = select(*(value.label(name) for name, value in columns.items()), func.count().label("count"))
    query = apply_filters(query.select_from(Report).join(Report.category), replace(filters, bbox=None))
    query = only(visible(query, PUBLIC), demo)
    if window:
        query = in_window(query, level, window)
    positions: list[ColumnElement[Any]] = [literal_column(str(at + 1)) for at in range(len(columns))]
    rows = session.execute(query.group_by(*positions)).all()
    frame = pd.DataFrame([tuple(row) for row in rows], columns=[*columns, "count"])
    return Tally(frame.drop(columns="day"), frame.groupby("day")["count"].sum())
