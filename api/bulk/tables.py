"""The columns of every table that a report has rows in."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from api.bulk.routed import Routed
from geo.copying import Column, blobs, booleans, constant, documents, floats, integers, points, texts, times
from geo.deadlines import HOURS_A_DAY, due_many
from geo.geometry import Floats, blur_many
from geo.models import Category
from geo.search import plain
from geo.senders import Contact, seal

TABLES = ("reports", "events", "assignments", "report_units", "senders")
Times = NDArray[np.datetime64]


def lay_out(
    rows: pd.DataFrame,
    routed: Routed,
    ids: NDArray[np.int64],
    *,
    categories: Sequence[Category],
    door: str,
    now: np.datetime64,
    secret: bytes,
) -> dict[str, dict[str, Column]]:
    """Columns by table for rows whose units are known; the codes come later."""
    accepted = rows["accepted_at"].notna().to_numpy(np.bool_)
    return {
        "reports": reports(rows, routed, ids, categories)
        | {
            "state": texts(np.where(accepted, "in_progress", "received").tolist()),
            "version": integers(1 + accepted),
            "door": constant(door, len(rows)),
            "demo": booleans(np.zeros(len(rows))),
        },
        "events": _events(rows, routed, ids, accepted, door),
        "assignments": assignments(routed, ids, now),
        "report_units": watched(routed, ids),
        "senders": _senders(rows, ids, secret),
    }


def assignments(routed: Routed, ids: NDArray[np.int64], now: np.datetime64) -> dict[str, Column]:
    """Why each report went where it went."""
    return {
        "report_id": integers(ids, size=8),
        "edition_id": integers(routed.edition_id, null=routed.edition_id == 0),
        "area_code": texts(routed.area_code.tolist()),
        "unit_id": integers(routed.unit_id),
        "reason": texts(routed.reason.tolist()),
        "distance": floats(routed.distance),
        "confidence": floats(routed.confidence),
        "correction_id": integers(routed.correction_id, null=routed.correction_id == 0),
        "candidates": documents(routed.candidates),
        "rule_id": integers(routed.rule_id, null=routed.rule_id == 0),
        "at": times(np.full(len(ids), now)),
    }


def reports(
    rows: pd.DataFrame, routed: Routed, ids: NDArray[np.int64], categories: Sequence[Category]
) -> dict[str, Column]:
    """What every report has, however far it has come; `words` where the rows bring them, else of the content."""
    words = rows["words"] if "words" in rows else rows["content"].map(plain)
    category_id = rows["category_id"].to_numpy()
    accept_due, resolve_due = _deadlines(moments(rows["created_at"]), category_id, categories)
    return {
        "id": integers(ids, size=8),
        "category_id": integers(category_id),
        "unit_id": integers(routed.unit_id),
        "area_code": texts(routed.area_code.tolist()),
        "commune_code": texts(routed.commune_code.tolist()),
        "needs_confirmation": booleans(routed.needs_confirmation),
        "content": texts(rows["content"]),
        "words": texts(words),
        "point": points(rows["lon"], rows["lat"]),
        "public_point": points(*public_places(rows, categories)),
        "accuracy": floats(rows["accuracy"]),
        "happened_at": times(moments(rows["happened_at"])),
        "created_at": times(moments(rows["created_at"])),
        "published_at": times(moments(rows["accepted_at"])),
        "accept_due": times(accept_due),
        "resolve_due": times(resolve_due),
    }


def public_places(rows: pd.DataFrame, categories: Sequence[Category]) -> tuple[Floats, Floats]:
    """Longitudes and latitudes that the public may know."""
    lon, lat = rows["lon"].to_numpy(np.float64), rows["lat"].to_numpy(np.float64)
    sensitive = rows["category_id"].isin([c.id for c in categories if c.sensitive]).to_numpy(np.bool_)
    hidden_lon, hidden_lat = blur_many(lon, lat)
    return np.where(sensitive, hidden_lon, lon), np.where(sensitive, hidden_lat, lat)


def _deadlines(created: Times, category_id: NDArray[Any], categories: Sequence[Category]) -> tuple[Times, Times]:
    accept, resolve = np.empty_like(created), np.empty_like(created)
    for category in categories:
        mine = category_id == category.id
        if mine.any():
            day = 24 if category.urgent else HOURS_A_DAY
            accept[mine] = due_many(created[mine], category.accept_hours, urgent=category.urgent)
            resolve[mine] = due_many(created[mine], category.resolve_days * day, urgent=category.urgent)
    return accept, resolve


def _events(
    rows: pd.DataFrame, routed: Routed, ids: NDArray[np.int64], accepted: NDArray[np.bool_], door: str
) -> dict[str, Column]:
    # First all that were received, then the accepted ones once more.
    count, more = len(rows), int(accepted.sum())
    at = np.concatenate([moments(rows["created_at"]), moments(rows["accepted_at"])[accepted]])
    units = np.concatenate([routed.unit_id, routed.unit_id[accepted]])
    return {
        "report_id": integers(np.concatenate([ids, ids[accepted]]), size=8),
        "at": times(at),
        "action": texts(["receive"] * count + ["accept"] * more),
        "from_state": texts([None] * count + ["received"] * more),
        "to_state": texts(["received"] * count + ["in_progress"] * more),
        "actor": constant("system", count + more),
        "door": constant(door, count + more),
        "unit_id": integers(units),
    }


def watched(routed: Routed, ids: NDArray[np.int64]) -> dict[str, Column]:
    """The other units that a report near a border may belong to."""
    pairs = [(ids[row], unit) for row in np.flatnonzero(pd.notna(routed.others)) for unit in routed.others[row]]
    return {
        "report_id": integers([report for report, _unit in pairs], size=8),
        "unit_id": integers([unit for _report, unit in pairs]),
        "role": constant("candidate", len(pairs)),
    }


def _senders(rows: pd.DataFrame, ids: NDArray[np.int64], secret: bytes) -> dict[str, Column]:
    known = rows["phone"].notna().to_numpy(np.bool_)
    people = rows.loc[known, ["name", "phone", "organisation", "email"]].astype(object)
    people = people.where(people.notna(), None)
    sealed = [seal(secret, Contact(*one)) for one in people.itertuples(index=False)]
    # Nobody was given a link to these reports, nor shown a notice.
    return {
        "report_id": integers(ids[known], size=8),
        "key": blobs([one.key for one in sealed]),
        "contact": blobs([one.contact for one in sealed]),
        "phone_hash": blobs([one.phone_hash for one in sealed]),
        "phone_checked": booleans(np.zeros(len(people))),
        "notice_version": constant("", len(people)),
    }


def moments(column: pd.Series) -> Times:
    """A column of UTC moments as an array."""
    return column.to_numpy(dtype="datetime64[us]")


def morton(lon: Floats, lat: Floats) -> NDArray[np.uint64]:
    """The Z-order of points, to about 2 m: near in number is near on the ground."""
    return _spread(lon, 180.0) | (_spread(lat, 90.0) << np.uint64(1))


def _spread(degrees: Floats, half: float) -> NDArray[np.uint64]:
    # The usual trick of "interleave bits by binary magic numbers", for 24 bits.
    value = ((degrees + half) / (2 * half) * (1 << 24)).astype(np.uint64)
    for shift, mask in (
        (16, 0x0000FFFF0000FFFF),
        (8, 0x00FF00FF00FF00FF),
        (4, 0x0F0F0F0F0F0F0F0F),
        (2, 0x3333333333333333),
        (1, 0x5555555555555555),
    ):
        value = (value | (value << np.uint64(shift))) & np.uint64(mask)
    return value
