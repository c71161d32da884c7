"""Demonstration reports of one thing: some are merged into their neighbour, some come back after a result."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from api.demo.lives import NEVER

NEAR, SAME = 120.0, 50.0  # metres: about the same thing; at the same spot
DAYS = np.timedelta64(90, "D")
MERGED = 0.7  # of those that have such a neighbour
METRES_LON, METRES_LAT = 107_000.0, 110_600.0  # a degree at 15.7° N


def relate(rows: pd.DataFrame, unit_id: NDArray[np.int64], ids: NDArray[np.int64], now: np.datetime64) -> pd.DataFrame:
    """The rows, in the order of their places, with `lead_id` (0 for none), `recurrence` and what merging changes.

    Each is held against the one before it of its category and unit alone: that costs nothing and finds enough.
    """
    rows = rows.reset_index(drop=True)
    order = np.lexsort([np.arange(len(rows)), rows["category_id"].to_numpy(), unit_id])
    before, after = order[:-1], order[1:]
    created, ended = (rows[name].to_numpy("datetime64[us]") for name in ("created_at", "ended_at"))
    category = rows["category_id"].to_numpy()
    kin = (category[before] == category[after]) & (unit_id[before] == unit_id[after])
    lon, lat = rows["lon"].to_numpy(), rows["lat"].to_numpy()
    away = np.hypot((lon[before] - lon[after]) * METRES_LON, (lat[before] - lat[after]) * METRES_LAT)
    resolved = rows["end"].to_numpy(object)[before] == "resolve"
    back = created[after] - ended[before]
    again = kin & resolved & (away <= SAME) & (back > np.timedelta64(0)) & (back < DAYS)
    told = created[after] + np.timedelta64(3, "h")
    waited = created[before] < created[after]
    leads = np.isin(rows["state"].to_numpy(object)[before], ("in_progress", "resolved", "closed"))
    at_work = ~(back > np.timedelta64(0))  # nobody merges into what was answered before
    merged = kin & leads & waited & at_work & (away <= NEAR) & (told <= now)
    merged &= rows["twin"].to_numpy()[after] < MERGED
    merged[1:] &= ~merged[:-1]  # a lead follows nobody
    lead, recurrence = np.zeros(len(rows), np.int64), np.ones(len(rows), np.int64)
    recurrence[after[again]] = 2
    lead[after[merged]] = ids[before[merged]]
    mine = lead > 0
    changed = {"state": "merged", "end": "merge", "stars": 0, "accepted_at": NEVER, "asked_at": NEVER}
    changed |= {"rated_at": NEVER, "closed_at": NEVER}
    for name, value in changed.items():
        rows[name] = rows[name].mask(mine, value)
    rows["ended_at"] = rows["ended_at"].mask(mine, rows["created_at"] + pd.Timedelta(3, "h"))
    return rows.assign(lead_id=lead, recurrence=recurrence)
