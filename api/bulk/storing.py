"""Checked rows routed and written by COPY: what one report gets from intake, a hundred thousand get here."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from psycopg import Connection, sql
from psycopg.errors import UniqueViolation
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from api.bulk import tables
from api.bulk.routed import Routed, route
from boundaries import turns
from geo import codes
from geo.copying import Column, copy, encode, texts
from geo.models import Category
from geo.secret import secret
from geo.settings import Settings

Layout = Callable[..., dict[str, dict[str, Column]]]  # as `tables.lay_out`
_IDS = text(
    "SELECT string_agg(int8send(nextval(pg_get_serial_sequence('reports', 'id'))), '') FROM generate_series(1, :count)"
)


@dataclass(frozen=True)
class Prepared:
    """Rows on the wire: `streams` by table, the columns of `reports` to be encoded again where a code was met before.

    Where `given`, the code came with the file.
    """

    streams: dict[str, tuple[list[str], bytes]]
    reports: dict[str, Column]
    codes: NDArray[np.object_]
    given: NDArray[np.bool_]
    to_confirm: int

    @property
    def count(self) -> int:
        """How many reports these are."""
        return len(self.codes)


class Preparer:
    """Routes rows and lays out their tables; it reads the database, and writes nothing."""

    def __init__(
        self, session: Session, settings: Settings, *, door: str, now: datetime, layout: Layout = tables.lay_out
    ) -> None:
        """`layout` says what of each row goes into which table."""
        self._session, self._settings, self._door, self._layout = session, settings, door, layout
        self._now = np.datetime64(now.replace(tzinfo=None), "us")
        self._deck = codes.Deck()
        self._categories = list(session.scalars(select(Category)))

    def route(self, rows: pd.DataFrame) -> Routed:
        """The units of rows with lon, lat, accuracy, created_at and maybe category_id, or why there is none."""
        if "category_id" not in rows:
            return route(self._session, rows, self._settings)
        code = rows["category_id"].map({one.id: one.code for one in self._categories}).to_numpy(object)
        return route(self._session, rows, self._settings, code)

    def lay_out(self, rows: pd.DataFrame, routed: Routed) -> Prepared:
        """The rows of `checking.Checked.good` that a unit answers for, with ids, codes and deadlines."""
        # Neighbours on the ground become neighbours in the indexes; by the public place, for ids and codes follow the
        # order, and nobody shall find the exact place of a sensitive report between those of two others.
        order = np.argsort(tables.morton(*tables.public_places(rows, self._categories)), kind="stable")
        rows, routed = rows.iloc[order].reset_index(drop=True), routed.take(order)
        given = rows["code"].notna().to_numpy(np.bool_)
        spelled = np.array(sorted(self._deck.draw(len(rows))), object)  # near in the index is near in memory
        spelled[given] = rows["code"].to_numpy(object)[given]
        ids = np.frombuffer(self._session.scalar(_IDS, {"count": len(rows)}) or b"", ">i8").astype(np.int64)
        written = self._layout(
            rows,
            routed,
            ids,
            categories=self._categories,
            door=self._door,
            now=self._now,
            secret=secret(self._settings),
        )
        reports = written["reports"] | {"code": texts(spelled)}
        # Encoded here, in the thread that prepares, while COPY sends the batch before.
        streams = {
            table: (list(columns), encode(list(columns.values())))
            for table, columns in (written | {"reports": reports}).items()
            if len(next(iter(columns.values())).lengths)
        }
        return Prepared(streams, reports, spelled, given, int(routed.needs_confirmation.sum()))


def lighten(connection: Connection[Any]) -> None:
    """Prepares a transaction for many rows.

    A foreign key locks the row it points to once for each row that points there. Here all of them are locked once, and
    the checks are left out: the ids come from this very transaction.
    """
    connection.execute("SET LOCAL statement_timeout = 0")
    turns.hold(connection)  # the edition that routes them is in force until they are there
    for table in ("categories", "units", "editions", "rules"):
        connection.execute(sql.SQL("SELECT FROM {} FOR KEY SHARE").format(sql.Identifier(table)))
    unchecked(connection)


def unchecked(connection: Connection[Any]) -> None:
    """Leaves out the checks of foreign keys in a transaction whose own statements keep them, where the role may."""
    row = connection.execute(
        "SELECT has_parameter_privilege('session_replication_role', 'SET') AND NOT EXISTS ("
        "SELECT FROM pg_trigger WHERE NOT tgisinternal AND tgrelid = ANY(%s::regclass[])"
        # Those that always fire go on, and what is written here is never changed after.
        " AND tgenabled <> 'A' AND tgname <> 'append_only')",
        (list(tables.TABLES),),
    ).fetchone()
    if row is not None and row[0]:
        connection.execute("SET LOCAL session_replication_role = replica")


def write(connection: Connection[Any], prepared: Prepared) -> None:
    """Writes the rows in the connection's transaction; the caller commits."""
    for table in tables.TABLES:
        if table not in prepared.streams:
            continue
        names, stream = prepared.streams[table]
        if table == "reports":
            _write_reports(connection, prepared, names, stream)
        else:
            copy(connection, table, names, stream)


def _write_reports(connection: Connection[Any], prepared: Prepared, names: list[str], stream: bytes) -> None:
    for _attempt in range(3):
        try:
            with connection.transaction():
                copy(connection, "reports", names, stream)
        except UniqueViolation:
            # Among millions of reports a new code does meet an old one; a given code that is taken stays taken.
            fresh = np.array(codes.Deck().draw(prepared.count), object)
            drawn = texts(np.where(prepared.given, prepared.codes, fresh))
            stream = encode(list((prepared.reports | {"code": drawn}).values()))
        else:
            return
    raise UniqueViolation("a code of the file is there already")
