"""Demonstration reports into the database and out of it again."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd
from numpy.random import Generator
from sqlalchemy import Engine, delete, func, select, text
from sqlalchemy.orm import Session

from api.bulk.importing import ahead, analyse, raw_connection
from api.bulk.routed import Routed
from api.bulk.storing import Prepared, Preparer, lighten, write
from api.demo import moments, places, texts
from boundaries.models import Area
from geo.models import Category, Report
from geo.settings import Settings
from geo.workflow import CHANNEL

CHUNK = 50_000  # reports in memory at a time
SURPLUS = 1.15  # some of the points drawn lie in the sea or in the next province
Progress = Callable[[int], None]  # reports stored so far


def load(
    engine: Engine,
    settings: Settings,
    reports: int = 2_000,
    *,
    seed: int = 49,
    now: datetime | None = None,
    progress: Progress = lambda _stored: None,
) -> int:
    """Stores plausible reports marked as demonstration data and commits; how many.

    The same seed and moment give the same reports, but for their codes.
    """
    stored = 0
    with engine.connect() as connection:
        raw = raw_connection(connection)
        lighten(raw)
        for prepared in ahead(_prepared(engine, settings, reports, seed, now or datetime.now(UTC))):
            write(raw, prepared)
            stored += prepared.count
            progress(stored)
        raw.execute("SELECT pg_notify(%s, '')", (CHANNEL,))
        connection.commit()
    analyse(engine)
    return stored


def clear(engine: Engine) -> int:
    """Deletes the demonstration reports, with all that hangs on them and nothing else, and commits; how many."""
    with Session(engine) as session, session.begin():
        session.execute(text("SET LOCAL statement_timeout = 0"))
        gone = delete(Report).where(Report.demo).returning(Report.id).cte()
        return session.scalar(select(func.count()).select_from(gone)) or 0


def _prepared(engine: Engine, settings: Settings, wanted: int, seed: int, now: datetime) -> Iterator[Prepared]:
    rng = np.random.default_rng(seed)
    with Session(engine) as session:
        preparer = Preparer(session, settings, door="demo", now=now, demo=True)
        category_id = {category.code: category.id for category in session.scalars(select(Category))}
        names = _names(session)
        while wanted > 0:
            drawn = _drawn(rng, min(int(wanted * SURPLUS) + 20, CHUNK), now)
            routed = preparer.route(drawn)
            keep = np.flatnonzero(routed.refusal == "")[:wanted]
            rows, routed = drawn.iloc[keep].reset_index(drop=True), routed.take(keep)
            wanted -= len(rows)
            yield preparer.lay_out(_told(rng, rows, routed, names=names, ids=category_id, now=now), routed)


def _drawn(rng: Generator, count: int, now: datetime) -> pd.DataFrame:
    created, stormy = moments.draw(rng, count, now)
    spots = places.draw(rng, count, stormy)
    accuracy = np.round(rng.lognormal(2.7, 0.7, count), 0)
    where = {"lon": spots.lon, "lat": spots.lat, "kind": spots.kind, "accuracy": accuracy}
    return pd.DataFrame(where | {"created_at": created, "stormy": stormy})


def _told(
    rng: Generator,
    rows: pd.DataFrame,
    routed: Routed,
    *,
    names: dict[tuple[int, str], str],
    ids: dict[str, int],
    now: datetime,
) -> pd.DataFrame:
    """The rows with what was seen, when, and how far the unit has come; senders have none."""
    kind, stormy = rows["kind"].to_numpy(), rows["stormy"].to_numpy()
    category = texts.categories(rng, kind, stormy)
    codes = np.where(pd.isna(routed.commune_code), routed.area_code, routed.commune_code)
    place = [names.get(key, "Quảng Nam") for key in zip(routed.edition_id.tolist(), codes, strict=True)]
    count = len(rows)
    created = rows["created_at"]
    seen = created - pd.to_timedelta(rng.exponential(40, count), unit="min").round("min")
    answered = created + pd.to_timedelta(rng.lognormal(1.2, 1.0, count), unit="h").round("s")
    waiting = (rng.random(count) < 0.04) | (answered > pd.Timestamp(now).tz_convert(None)).to_numpy()
    told: dict[str, Any] = {
        "category_id": [ids[code] for code in category],
        "content": texts.contents(rng, category, kind, stormy, place),
        "happened_at": seen.where(rng.random(count) < 0.7),
        "accepted_at": answered.mask(waiting),
    }
    told |= dict.fromkeys(("code", "name", "organisation", "phone", "email"))
    return rows.assign(**told)


def _names(session: Session) -> dict[tuple[int, str], str]:
    # The same code has another name, and another shape, in another edition.
    rows = session.execute(select(Area.edition_id, Area.code, Area.kind, Area.name).where(Area.level != "neighbour"))
    return {(edition, code): f"{kind} {name}" for edition, code, kind, name in rows}
