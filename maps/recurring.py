"""Places where reports keep coming back after a result."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import ARRAY, BigInteger, Row, bindparam, func, select, true
from sqlalchemy.orm import Session, aliased

from geo import options
from geo.filters import Filters, apply_filters
from geo.models import Category, Report
from geo.permissions import PUBLIC, visible

MOST, SEEDS, CODES = 100, 1_000, 20  # places in one answer, reports they are found by, reports told of each
_DEGREE = 111_195.0  # metres of latitude
_ROOM = 1.2e-5  # degrees of a metre, with room to spare, so that the index finds the few that are measured


@dataclass(frozen=True)
class Recurring:
    """A place in degrees where a category was reported for the `count`th time; the newest public codes first."""

    lon: float
    lat: float
    category: str
    category_name: str
    category_name_en: str
    count: int
    first: datetime
    last: datetime
    demo: bool
    codes: tuple[str, ...]


def recurring(
    session: Session, filters: Filters, *, demo: bool | None = None, now: datetime | None = None
) -> list[Recurring]:
    """The places with a report of late that was not the first there, by the rule of the process, the oftenest first.

    Reports of sensitive categories are left out: their true places would tie them together.
    """
    since = (now or datetime.now(UTC)) - timedelta(days=options.value("recurrence_days"))
    seeds = _apart(_seeds(session, filters, demo, since))
    found = [_place(rows) for rows in _members(session, seeds)]
    return sorted(found, key=lambda one: (-one.count, -one.last.timestamp(), one.codes))[:MOST]


def _seeds(session: Session, filters: Filters, demo: bool | None, since: datetime) -> list[Row[Any]]:
    point = Report.public_point
    query = (
        select(Report.id, Report.category_id, func.ST_X(point).label("lon"), func.ST_Y(point).label("lat"))
        .join(Category, Category.id == Report.category_id)
        .where(Report.recurrence > 1, Report.created_at > since, ~Category.sensitive)
        .order_by(Report.created_at.desc(), Report.id.desc())
        .limit(SEEDS)
    )
    if demo is not None:
        query = query.where(Report.demo == demo)
    return list(session.execute(visible(apply_filters(query, filters), PUBLIC)))


def _apart(seeds: list[Row[Any]]) -> list[int]:
    """The ids of one report for each place: the newest, of those of a category that lie within the rule's metres."""
    metres = options.value("recurrence_metres")
    kept: list[Row[Any]] = []
    for seed in seeds:
        same = np.array([(one.lon, one.lat) for one in kept if one.category_id == seed.category_id]).reshape(-1, 2)
        east = (same[:, 0] - seed.lon) * np.cos(np.radians(seed.lat))
        if not (np.hypot(east, same[:, 1] - seed.lat) * _DEGREE <= metres).any():
            kept.append(seed)
    return [seed.id for seed in kept]


def _members(session: Session, seeds: list[int]) -> list[list[Row[Any]]]:
    """The reports at each place, the newest first; a place is at most CODES rows of the spatial index."""
    metres, seed = options.value("recurrence_metres"), aliased(Report)
    near = Report.public_point.op("&&")(func.ST_Expand(seed.public_point, metres * _ROOM))
    told: tuple[Any, ...] = (Report.code, Report.created_at, Report.recurrence)
    member = (
        visible(select(*told), PUBLIC)
        .where(Report.category_id == seed.category_id, Report.demo == seed.demo, near)
        .where(func.ST_DistanceSphere(Report.public_point, seed.public_point) <= metres)
        .order_by(Report.created_at.desc(), Report.id.desc())
        .limit(CODES)
        .lateral("member")
    )
    query = (
        select(
            seed.id,
            seed.demo,
            func.ST_X(seed.public_point).label("lon"),
            func.ST_Y(seed.public_point).label("lat"),
            Category.code.label("category"),
            Category.name,
            Category.name_en,
            *member.c,
        )
        .select_from(seed)
        .join(Category, Category.id == seed.category_id)
        .join(member, true())
        .where(seed.id == func.any(bindparam("seeds", type_=ARRAY(BigInteger))))
        .order_by(seed.id, member.c.created_at.desc())
    )
    places: dict[int, list[Row[Any]]] = {}
    for row in session.execute(query, {"seeds": seeds}):
        places.setdefault(row.id, []).append(row)
    return list(places.values())


def _place(rows: list[Row[Any]]) -> Recurring:
    one = rows[0]
    return Recurring(
        round(one.lon, 6),
        round(one.lat, 6),
        one.category,
        one.name,
        one.name_en,
        max(row.recurrence for row in rows),
        rows[-1].created_at,
        one.created_at,
        one.demo,
        tuple(row.code for row in rows),
    )
