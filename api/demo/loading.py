"""Demonstration reports into the database."""

from collections.abc import Callable, Iterator
from dataclasses import fields
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from api.bulk.importing import ahead, raw_connection
from api.bulk.routed import Routed
from api.bulk.storing import Prepared, Preparer, lighten, write
from api.demo import aside, lives, moments, places, texts
from api.demo.layout import lay_out
from boundaries.models import Area, Edition
from geo.density import keeping
from geo.models import Category
from geo.settings import Settings
from geo.workflow import CHANNEL

CHUNK = 100_000  # reports in memory at a time
HISTORIES = 20_000  # the newest, whose every step is told; of older ones only the last that counted
REPEATED, REPEATED_IN_STORM = 0.04, 0.3  # shares of reports that tell of what the one before told of
Progress = Callable[[int, str], None]  # reports stored so far, and what is being done


def load(
    engine: Engine,
    settings: Settings,
    reports: int = 2_000,
    *,
    seed: int = 49,
    now: datetime | None = None,
    progress: Progress = lambda _stored, _doing: None,
) -> int:
    """Stores plausible reports marked as demonstration data and commits; how many.

    One transaction holds them all: whatever ends the program, none of them is there. The same seed and moment give the
    same reports, but for their codes.
    """
    stored = 0
    with engine.connect() as connection:
        raw = raw_connection(connection)
        lighten(raw)
        put_back = aside.indexes(raw) if (many := reports >= aside.MANY) else []
        if many:
            keeping.off(raw)
        for prepared in ahead(_prepared(engine, settings, reports, seed, now or datetime.now(UTC))):
            write(raw, prepared)
            stored += prepared.count
            progress(stored, "")
        for name, statement in put_back:
            progress(stored, name)
            raw.execute(statement)
        if many:
            progress(stored, "density")
            keeping.rebuild(raw)
        raw.execute("SELECT pg_notify(%s, '')", (CHANNEL,))
        connection.commit()
    progress(stored, "VACUUM" if put_back else "ANALYZE")
    aside.tidy(engine, vacuum=bool(put_back))
    return stored


def _prepared(engine: Engine, settings: Settings, wanted: int, seed: int, now: datetime) -> Iterator[Prepared]:
    rng = np.random.default_rng(seed)
    with Session(engine) as session:
        preparer = Preparer(session, settings, door="demo", now=now, layout=lay_out)
        categories = {category.code: category for category in session.scalars(select(Category))}
        names = _names(session)
        # What is older than the oldest boundaries goes where those would send it.
        first = session.scalar(select(func.min(Edition.valid_from)).where(Edition.state == "active"))
        oldest = np.datetime64(first or date.min, "us")
        left = wanted
        for created, stormy in moments.draw(rng, wanted, now, CHUNK):
            rows, routed = _placed(rng, lambda drawn: preparer.route(_as_if(drawn, oldest)), created, stormy)
            left -= len(rows)
            told = _told(rng, rows, routed, names=names, categories=categories, now=now)
            # The oldest come first, so these are the newest of all.
            yield preparer.lay_out(told.assign(full=np.arange(len(rows))[::-1] + left < HISTORIES), routed)


def _placed(
    rng: Generator, route: Callable[[pd.DataFrame], Routed], created: moments.Moments, stormy: NDArray[np.bool_]
) -> tuple[pd.DataFrame, Routed]:
    """Reports that came at given moments, each at a place that some unit answers for.

    `of` is the position of the report that it repeats, or its own.
    """
    of = _repeating(rng, stormy)
    rows = _drawn(rng, created, stormy)
    rows[["lon", "lat"]] = np.round(rows[["lon", "lat"]].to_numpy()[of] + rng.normal(0, 1.5e-4, (len(of), 2)), 6)
    rows = rows.assign(kind=rows["kind"].to_numpy()[of], of=of)
    routed = route(rows)
    # Some points lie in the sea or in the next province: those are drawn again.
    while len(bad := np.flatnonzero(routed.refusal != "")):
        again = _drawn(rng, created[bad], stormy[bad])
        found = route(again)
        for name in again:
            rows.loc[bad, name] = again[name].to_numpy()
        rows.loc[bad, "of"] = bad
        for field in fields(routed):
            getattr(routed, field.name)[bad] = getattr(found, field.name)
    return rows, routed


def _repeating(rng: Generator, stormy: NDArray[np.bool_]) -> NDArray[np.int64]:
    # Whoever repeats a report that repeats one repeats the first.
    own = rng.random(len(stormy)) >= np.where(stormy, REPEATED_IN_STORM, REPEATED)
    return np.maximum.accumulate(np.where(own, np.arange(len(stormy)), 0))


def _as_if(rows: pd.DataFrame, oldest: np.datetime64) -> pd.DataFrame:
    return rows.assign(created_at=np.maximum(rows["created_at"].to_numpy("datetime64[us]"), oldest))


def _drawn(rng: Generator, created: moments.Moments, stormy: NDArray[np.bool_]) -> pd.DataFrame:
    spots = places.draw(rng, len(created), stormy)
    accuracy = np.round(rng.lognormal(2.7, 0.7, len(created)), 0)
    where = {"lon": spots.lon, "lat": spots.lat, "kind": spots.kind, "accuracy": accuracy}
    return pd.DataFrame(where | {"created_at": created, "stormy": stormy})


def _told(
    rng: Generator,
    rows: pd.DataFrame,
    routed: Routed,
    *,
    names: dict[tuple[int, str], str],
    categories: dict[str, Category],
    now: datetime,
) -> pd.DataFrame:
    """The rows with what was seen, when, and what became of it; senders have none."""
    kind, stormy = rows["kind"].to_numpy(), rows["stormy"].to_numpy()
    category = texts.categories(rng, kind, stormy)[rows["of"].to_numpy()]
    codes = np.where(pd.isna(routed.commune_code), routed.area_code, routed.commune_code)
    place = [names.get(key, "Quảng Nam") for key in zip(routed.edition_id.tolist(), codes, strict=True)]
    count = len(rows)
    created = rows["created_at"]
    seen = created - pd.to_timedelta(rng.exponential(40, count), unit="min").round("min")
    urgent = np.isin(category, [code for code, one in categories.items() if one.urgent])
    until = np.datetime64(now.astimezone(UTC).replace(tzinfo=None), "us")
    became = lives.draw(rng, created.to_numpy("datetime64[us]"), urgent=urgent, now=until)
    content, words = texts.contents(rng, category, kind, stormy, place)
    told: dict[str, Any] = {
        "category_id": [categories[code].id for code in category],
        "content": content,
        "words": words,
        "happened_at": seen.where(rng.random(count) < 0.7),
        "twin": rng.random(count),
        "code": None,
    }
    return rows.assign(**told, **vars(became))


def _names(session: Session) -> dict[tuple[int, str], str]:
    # The same code has another name, and another shape, in another edition.
    rows = session.execute(select(Area.edition_id, Area.code, Area.kind, Area.name).where(Area.level != "neighbour"))
    return {(edition, code): f"{kind} {name}" for edition, code, kind, name in rows}
