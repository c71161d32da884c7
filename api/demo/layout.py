"""Demonstration reports as rows of tables: their states and dates, and the history of the newest ones in full."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from api.bulk import tables
from api.bulk.routed import Routed
from api.bulk.tables import moments
from api.demo.kin import relate
from api.demo.texts import QUESTION, REFUSALS, RESULTS
from geo.copying import Column, booleans, constant, documents, integers, texts, times
from geo.models import Category

_Tables = dict[str, dict[str, Column]]
_WHEN = {"receive": "created_at", "accept": "accepted_at", "ask": "asked_at", "rate": "rated_at", "close": "closed_at"}
_ENDS = {"resolve": "resolved", "reject": "rejected", "merge": "merged"}
_WHO = {"receive": "sender", "rate": "sender", "close": "system"}


def lay_out(
    rows: pd.DataFrame,
    routed: Routed,
    ids: NDArray[np.int64],
    *,
    categories: Sequence[Category],
    door: str,
    now: np.datetime64,
    secret: bytes,  # noqa: ARG001 (nobody sent these)
) -> _Tables:
    """Columns by table; a row that is not `full` has its last step alone, and no explanation of its routing."""
    rows = relate(rows, routed.unit_id, ids, now)
    events = _events(rows, routed, ids)
    full = np.flatnonzero(rows["full"].to_numpy(np.bool_))
    return {
        "reports": tables.reports(rows, routed, ids, categories) | _progress(rows, events["report_id"], ids, door),
        "events": _told(events, door),
        "assignments": tables.assignments(routed.take(full), ids[full], now),
        "report_units": tables.watched(routed.take(full), ids[full]),
    }


def _progress(rows: pd.DataFrame, stepped: pd.Series, ids: NDArray[np.int64], door: str) -> dict[str, Column]:
    stars, asked = rows["stars"].to_numpy(np.int64), moments(rows["asked_at"])
    settled = rows["closed_at"].fillna(rows["ended_at"]).mask(rows["state"] == "merged")
    steps = np.bincount(stepped.to_numpy() - ids.min(), minlength=int(ids.max() - ids.min()) + 1)[ids - ids.min()]
    lead = rows["lead_id"].to_numpy()
    last = rows[["created_at", "accepted_at", "asked_at", "ended_at", "rated_at", "closed_at"]].max(axis=1)
    return {
        "state": texts(rows["state"].tolist()),
        "version": integers(np.maximum(steps, 1)),
        "asked_at": times(asked),
        "questions": integers(~np.isnat(asked)),
        "settled_at": times(moments(settled)),
        "stars": integers(stars, null=stars == 0),
        "updated_at": times(moments(last)),
        "lead_id": integers(lead, size=8, null=lead == 0),
        "recurrence": integers(rows["recurrence"].to_numpy()),
        "door": constant(door, len(rows)),
        "demo": booleans(np.ones(len(rows))),
    }


def _events(rows: pd.DataFrame, routed: Routed, ids: NDArray[np.int64]) -> pd.DataFrame:
    """The steps of the reports, each report's in their order."""
    end, full = rows["end"].to_numpy(object), rows["full"].to_numpy(np.bool_)
    accepted = rows["accepted_at"].notna().to_numpy()
    taken = np.where(accepted, "in_progress", "received").astype(object)
    first = np.array([RESULTS[number % len(RESULTS)] for number in range(30)], object)
    said = np.where(end == "resolve", first[ids % 30], np.array(REFUSALS, object)[ids % len(REFUSALS)])
    ended = np.array([_ENDS.get(one, "") for one in end], object)
    steps: list[tuple[str, NDArray[np.bool_], Any, Any, Any]] = [
        ("receive", full | ((end == "") & ~accepted), None, "received", None),
        ("accept", accepted & (full | (end == "")), "received", "in_progress", None),
        ("ask", full & rows["asked_at"].notna().to_numpy(), taken, "needs_info", QUESTION),
        *(
            (name, end == name, taken, state, said if name in ("resolve", "reject") else None)
            for name, state in _ENDS.items()
        ),
        ("rate", full & rows["rated_at"].notna().to_numpy(), "resolved", "resolved", None),
        ("close", full & rows["closed_at"].notna().to_numpy(), ended, "closed", None),
    ]
    parts = [_step(rows, routed, ids, step) for step in steps]
    found = pd.concat([part for part in parts if len(part)])
    return found.sort_index(kind="stable")


def _step(rows: pd.DataFrame, routed: Routed, ids: NDArray[np.int64], step: tuple[Any, ...]) -> pd.DataFrame:
    action, mask, source, target, said = step
    mine = np.flatnonzero(mask)
    at = moments(rows[_WHEN.get(action, "ended_at")])[mine]

    def of(value: Any) -> Any:
        return value[mine] if isinstance(value, np.ndarray) else np.full(len(mine), value, object)

    data = np.full(len(mine), None, object)
    if action == "rate":
        data = np.array([{"stars": stars} for stars in rows["stars"].to_numpy()[mine].tolist()], object)
    if action == "reject":
        data = np.full(len(mine), {"reason": "khac"}, object)
    columns = {"report_id": ids[mine], "at": at, "action": of(action), "from_state": of(source), "to_state": of(target)}
    columns |= {"text": of(said), "data": data, "unit_id": routed.unit_id[mine]}
    return pd.DataFrame(columns, index=mine)


def _told(events: pd.DataFrame, door: str) -> dict[str, Column]:
    action = events["action"].tolist()
    return {
        "report_id": integers(events["report_id"].to_numpy(), size=8),
        "at": times(moments(events["at"])),
        "action": texts(action),
        "from_state": texts(events["from_state"].tolist()),
        "to_state": texts(events["to_state"].tolist()),
        "actor": texts([_WHO.get(one, "officer") for one in action]),
        "door": constant(door, len(events)),
        "unit_id": integers(events["unit_id"].to_numpy()),
        "text": texts(events["text"].tolist()),
        "data": documents(events["data"]),
    }
