"""How many reports there are of each kind, without a place: what statistics and the colours of areas add up."""

from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import ColumnElement, Select, case, func, literal_column, select
from sqlalchemy.orm import Session

from geo.density.block import Entries
from geo.density.grid import CELLS, STATES, owner_of, state_of
from geo.filters import Filters, apply_filters
from geo.models import Category, Report
from geo.permissions import PUBLIC, visible
from maps.counts import Owners, asked, parts
from maps.samples import only
from maps.spans import spans

KEYS = ["category", "state", "unit", "area", "commune", "day"]


def tally(session: Session, filters: Filters, *, demo: bool | None, daily: bool = False) -> pd.DataFrame:
    """Rows of KEYS and `count`: ids of category and unit, codes of the areas (no commune of a sensitive report), state.

    `day` counts from EPOCH where it was asked for, else it is 0. Whole days come from the kept counts; a bbox, words
    and parts of days are counted in the rows.
    """
    days, rest = (None, [filters]) if filters.bbox else spans(filters)
    found = [_counted(session, one, demo, daily=daily) for one in rest]
    if days is not None:
        found += _kept(session, filters, days, demo, daily=daily)
    if not found:
        return pd.DataFrame(columns=[*KEYS, "count"])
    summed = pd.concat(found).groupby(KEYS, dropna=False)["count"].sum()
    return summed[summed != 0].reset_index()


def _kept(
    session: Session, filters: Filters, days: tuple[int, int], demo: bool | None, *, daily: bool
) -> list[pd.DataFrame]:
    question = asked(session, filters, days, demo=demo, by_category=True)
    owners = Owners.read(session)
    found = []
    for part in parts(session, question, 0, None, owners, daily=daily):
        frame = _by_kind(part.entries, daily=daily)
        kind = frame.pop("kind").to_numpy(np.uint32)
        frame["state"] = np.array(STATES)[state_of(kind)]
        for name, values in owners.columns(owner_of(kind)).items():
            frame[name] = values
        frame["category"] = part.category
        if part.category in question.sensitive:
            frame["commune"] = None
        found.append(frame)
    return found


def _by_kind(entries: Entries, *, daily: bool) -> pd.DataFrame:
    """Columns kind (a series without its demo flag), day and count."""
    kind = entries.series & ~np.uint32(CELLS)
    frame = pd.DataFrame({"kind": kind, "day": entries.day if daily else 0, "count": entries.count})
    return frame.groupby(["kind", "day"], as_index=False).sum()


def _counted(session: Session, filters: Filters, demo: bool | None, *, daily: bool) -> pd.DataFrame:
    columns: dict[str, Any] = {
        "category": Report.category_id,
        "state": Report.state,
        "unit": Report.unit_id,
        "area": Report.area_code,
        "commune": case((~Category.sensitive, Report.commune_code)),
        "day": func.density_day(Report.created_at) if daily else literal_column("0"),
    }
    query: Select[Any] = select(*(value.label(name) for name, value in columns.items()), func.count().label("count"))
    query = only(visible(apply_filters(query.select_from(Report).join(Report.category), filters), PUBLIC), demo)
    positions: list[ColumnElement[Any]] = [literal_column(str(at + 1)) for at in range(len(columns))]
    rows = session.execute(query.group_by(*positions)).all()
    return pd.DataFrame([tuple(row) for row in rows], columns=[*KEYS, "count"])
