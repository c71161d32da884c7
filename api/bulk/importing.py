"""A file of reports into the database, in one transaction: all its good rows, or nothing."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd
import psycopg
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from api.bulk import from_csv, from_geojson
from api.bulk.checking import Rules
from api.bulk.columns import COLUMNS, Chunk
from api.bulk.storing import Prepared, Preparer, lighten, write
from geo.errors import ConflictError, InvalidError
from geo.i18n import _
from geo.settings import Settings
from geo.workflow import CHANNEL

GEOJSON = {".geojson", ".json"}
_Item = TypeVar("_Item")
Progress = Callable[[float, int], None]  # share of the file done, reports stored so far


@dataclass(frozen=True)
class Summary:
    """What an import did; `rejected_path` is None where no row was set aside."""

    stored: int
    to_confirm: int
    rejected: int
    rejected_path: Path | None


@dataclass(frozen=True)
class _Batch:
    prepared: Prepared
    bad: pd.DataFrame
    done: float


def import_file(
    engine: Engine, settings: Settings, path: Path, *, progress: Progress = lambda _done, _stored: None
) -> Summary:
    """Imports a CSV or GeoJSON file and commits; bad rows go to FILE.rejected.csv with line and reason.

    InvalidError where the file as a whole cannot be read; then, and when the process dies, nothing is stored.
    """
    aside = path.with_name(path.name + ".rejected.csv")
    partial = aside.with_name(aside.name + ".partial")
    stored = to_confirm = rejected = 0
    try:
        with partial.open("w", encoding="utf-8-sig", newline="") as file, engine.connect() as connection:
            raw = raw_connection(connection)
            lighten(raw)
            for batch in ahead(_batches(engine, settings, path)):
                write(raw, batch.prepared)
                batch.bad.to_csv(file, header=rejected == 0 and len(batch.bad) > 0, index=False)
                stored, rejected = stored + batch.prepared.count, rejected + len(batch.bad)
                to_confirm += batch.prepared.to_confirm
                progress(batch.done, stored)
            raw.execute("SELECT pg_notify(%s, '')", (CHANNEL,))
            if rejected:
                file.flush()
                os.fsync(file.fileno())
                partial.replace(aside)
            connection.commit()
    except psycopg.errors.UniqueViolation as error:
        raise ConflictError(_("Một mã trong tệp vừa được dùng cho phản ánh khác; hãy nhập lại tệp.")) from error
    finally:
        partial.unlink(missing_ok=True)
    analyse(engine)
    return Summary(stored, to_confirm, rejected, aside if rejected else None)


def read(path: Path) -> Iterator[Chunk]:
    """Yields the rows of a file in batches; InvalidError where it cannot be read."""
    if not path.is_file():
        raise InvalidError(_("Không có tệp {path}."), path=path)
    with path.open("rb") as file:
        start = file.read(64).removeprefix(b"\xef\xbb\xbf").lstrip()
    if path.suffix.lower() in GEOJSON or start.startswith(b"{"):
        return from_geojson.read(path)
    return from_csv.read(path)


def _batches(engine: Engine, settings: Settings, path: Path) -> Iterator[_Batch]:
    now = datetime.now(UTC)
    # A connection of its own: it routes one batch while COPY sends the one before.
    with Session(engine) as session:
        rules = Rules(session, now)
        preparer = Preparer(session, settings, door="import", now=now)
        for chunk in read(path):
            rows, reason = rules.check(chunk.rows)
            fit = np.flatnonzero(reason == "")
            routed = preparer.route(rows.iloc[fit])
            reason[fit] = routed.refusal
            good = routed.refusal == ""
            prepared = preparer.lay_out(rows.iloc[fit[good]], routed.take(good))
            yield _Batch(prepared, _refused(chunk, reason), chunk.done)


def _refused(chunk: Chunk, reason: NDArray[np.object_]) -> pd.DataFrame:
    bad = reason != ""
    rows = chunk.rows[bad].assign(line=chunk.line[bad], reason=reason[bad])
    lines = [line for line, _text in chunk.faulty]
    texts = [text for _line, text in chunk.faulty]
    others = pd.DataFrame({"line": lines, "reason": _("số cột khác với dòng đầu"), "content": texts})
    both = pd.concat([rows, others]) if lines else rows
    ordered: pd.DataFrame = both.sort_values("line").reindex(columns=["line", "reason", *COLUMNS])
    return ordered


def ahead(items: Iterator[_Item]) -> Iterator[_Item]:
    """Yields items while a thread makes the next one."""
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = pool.submit(next, items, None)
            yield item


def raw_connection(connection: Connection) -> psycopg.Connection[Any]:
    """Psycopg's own connection below SQLAlchemy's, in a transaction that SQLAlchemy ends."""
    connection.begin()
    raw = connection.connection.driver_connection
    assert isinstance(raw, psycopg.Connection)
    return raw


def analyse(engine: Engine) -> None:
    """Tells the planner of many new rows before autovacuum comes round."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE reports, report_units, events, assignments, senders")
