"""Routing of rows by whole columns, each by the edition of its own day."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from boundaries.models import Edition
from boundaries.routing import Routings, route_many
from geo.deadlines import ZONE
from geo.models import Rule, Unit
from geo.settings import Settings


@dataclass(frozen=True)
class Routed:
    """What routing found, one element a row; `refusal` is why no unit answers, empty where one does."""

    refusal: NDArray[np.object_]
    edition_id: NDArray[np.int64]  # 0 where no edition was in force
    area_code: NDArray[np.object_]
    commune_code: NDArray[np.object_]
    unit_id: NDArray[np.int64]
    reason: NDArray[np.object_]
    distance: NDArray[np.float64]
    needs_confirmation: NDArray[np.bool_]
    confidence: NDArray[np.float64]
    correction_id: NDArray[np.int64]  # 0 where there is none
    candidates: NDArray[np.object_]  # as an assignment keeps them, or None
    others: NDArray[np.object_]  # ids of the candidates' units beside the responsible one, or None
    rule_id: NDArray[np.int64]  # 0 where no rule decided

    def take(self, rows: NDArray[Any]) -> "Routed":
        """The chosen rows, in the order of their positions."""
        return Routed(*(getattr(self, field.name)[rows] for field in fields(self)))


def route(
    session: Session, rows: pd.DataFrame, settings: Settings, category: NDArray[np.object_] | None = None
) -> Routed:
    """The units of rows with lon, lat, accuracy and created_at (UTC), by the edition active on the day of each.

    `category` has the code of each, None where the rules of categories do not matter.
    """
    empty = _empty(len(rows))
    lon, lat = rows["lon"].to_numpy(np.float64), rows["lat"].to_numpy(np.float64)
    accuracy = rows["accuracy"].to_numpy(np.float64)
    day = rows["created_at"].dt.tz_localize("UTC").dt.tz_convert(ZONE).dt.tz_localize(None).to_numpy("datetime64[D]")
    period = np.searchsorted(_turns(session), day, "right")
    for index in np.unique(period):
        mine = np.flatnonzero(period == index)
        found = route_many(
            session,
            lon[mine],
            lat[mine],
            accuracy=accuracy[mine],
            on=day[mine].max().item(),
            category=None if category is None else category[mine],
            settings=settings,
        )
        _fill(empty, mine, found)
    return empty


def _turns(session: Session) -> NDArray[np.datetime64]:
    """The days on which an edition, a rule or a unit begins or ends: between two of them all days route alike."""
    editions = select(Edition.valid_from, Edition.valid_until).where(Edition.state == "active")
    rules = select(Rule.valid_from, Rule.valid_until).where(Rule.replaces)
    units = select(Unit.valid_from, Unit.valid_until).where(Unit.kind != "committee")  # whose days are the editions'
    found = [turn for query in (editions, rules, units) for pair in session.execute(query) for turn in pair if turn]
    return np.unique(np.array(found, "datetime64[D]"))


def _empty(count: int) -> Routed:
    return Routed(
        refusal=np.full(count, "", object),
        edition_id=np.zeros(count, np.int64),
        area_code=np.full(count, None, object),
        commune_code=np.full(count, None, object),
        unit_id=np.zeros(count, np.int64),
        reason=np.full(count, "", object),
        distance=np.full(count, np.nan),
        needs_confirmation=np.zeros(count, np.bool_),
        confidence=np.full(count, np.nan),
        correction_id=np.zeros(count, np.int64),
        candidates=np.full(count, None, object),
        others=np.full(count, None, object),
        rule_id=np.zeros(count, np.int64),
    )


def _fill(target: Routed, rows: NDArray[np.intp], found: Routings) -> None:
    target.edition_id[rows] = found.edition.id if found.edition else 0
    for field in fields(target):
        if field.name != "edition_id":
            getattr(target, field.name)[rows] = getattr(found, field.name)
