"""The rows of a source as they come from the server: one COPY and so one snapshot, a batch in memory at a time."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from psycopg import Connection as Driver
from pyarrow import csv
from sqlalchemy import Connection, Select, func, select, text

from maps.export import geometry
from maps.export.source import Kind, Source

BATCH = 5_000  # rows in memory at a time
# Of texts fewer: pieces of some 200 kB are made anew without new pages, and the server never waits long for us.
TEXTS = 250
# A reader on a slow line takes longer than a page may, but not for ever: a place among few is theirs meanwhile.
PATIENCE = "1h"
# Bytes of COPY's binary format: its head, and what says how many values follow and how long the one is.
_HEAD, _LENGTHS = 19, 6
_TRAILER = b"\xff\xff"  # ends it, behind the head at once where there is no row; never the end of a text in UTF-8
_TYPES: dict[Kind, pa.DataType] = {
    "text": pa.string(),
    "moment": pa.timestamp("us", tz="UTC"),
    "truth": pa.bool_(),
    "number": pa.int64(),
    "list": pa.list_(pa.string()),
}


def _nothing(_rows: int) -> None:
    pass


@dataclass
class Rows:
    """The rows of a source, read once; `progress` hears how many have come. `wkt` is as in `Asked`."""

    connection: Connection
    source: Source
    progress: Callable[[int], None] = _nothing
    wkt: bool = False
    done: int = field(default=0, init=False)

    def schema(self, *, lists: bool = False) -> pa.Schema:
        """The columns of `batches`: code, the fields, and the geometry as WKB."""
        kinds = {name: self.source.kind(name) for name in self.source.fields}
        types = {name: _TYPES["text" if kind == "list" and not lists else kind] for name, kind in kinds.items()}
        return pa.schema({"code": pa.string()} | types | {"geometry": pa.binary()})

    def batches(self, *, lists: bool = False) -> Iterator[pa.RecordBatch]:
        """The rows as Arrow columns in the source's CRS; without `lists` those are text, a blank between two."""
        source, schema, points = self.source, self.schema(lists=lists), self.source.shape == "Point"
        place = [source.rows.c.lon, source.rows.c.lat] if points else [_digits(source)]
        query = select(source.rows.c.code, *(source.value(name) for name in source.fields), *place)
        types = [*self.schema().types[:-1], *([pa.float64()] * 2 if points else [pa.string()])]
        for part in self._copied(query, "FORMAT csv", BATCH):
            columns = _columns(b"".join(part), types)
            last, way = columns[-1], source.crs
            at = geometry.points(columns[-2], last, way) if points else geometry.shapes(last, way)
            values = [
                pc.split_pattern(value, " ") if pa.types.is_list(kind) else value
                for value, kind in zip(columns, schema.types[:-1], strict=False)
            ]
            yield pa.RecordBatch.from_arrays([*values, at], schema=schema)

    def texts(self, query: Select[Any]) -> Iterator[bytes]:
        """The texts of a select of one column over the source, TEXTS joined at a time."""
        skipped = _HEAD
        for part in self._copied(query, "FORMAT binary", TEXTS):
            first = part[0][skipped + _LENGTHS :]
            skipped = 0
            yield b"".join((first, *(row[_LENGTHS:] for row in part[1:])))

    def _copied(self, query: Select[Any], options: str, size: int) -> Iterator[list[bytes]]:
        compiled = query.compile(self.connection, compile_kwargs={"render_postcompile": True})
        driver = self.connection.connection.driver_connection
        assert isinstance(driver, Driver)
        statement: Any = f"COPY ({compiled}) TO STDOUT ({options})"
        with _patient(self.connection), driver.cursor() as cursor, cursor.copy(statement, compiled.params) as copy:
            lines: Iterator[Any] = iter(copy)
            while part := list(islice(lines, size)):
                if part[-1][-2:] == _TRAILER and not (part := part[:-1]):
                    break
                yield part
                self.done += len(part)
                self.progress(self.done)


def _columns(data: bytes, types: list[pa.DataType]) -> list[pa.Array]:
    """PostgreSQL's CSV as columns: what is empty is null, but for a text in quotes."""
    names = [f"f{number}" for number in range(len(types))]
    table = csv.read_csv(
        io.BytesIO(data),
        # One block, for a text with line ends may stand at the end of any other.
        csv.ReadOptions(use_threads=False, block_size=len(data) + 1, column_names=names),
        csv.ParseOptions(newlines_in_values=True),
        csv.ConvertOptions(
            column_types=dict(zip(names, types, strict=True)),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            true_values=["t"],
            false_values=["f"],
        ),
    )
    return [column.combine_chunks() for column in table.columns]


@contextmanager
def _patient(connection: Connection) -> Iterator[None]:
    usual = str(connection.scalar(text("SHOW statement_timeout")))
    _let_run(connection, PATIENCE)
    yield
    _let_run(connection, usual)


def _let_run(connection: Connection, longest: str) -> None:
    connection.execute(select(func.set_config("statement_timeout", longest, True)))


def _digits(source: Source) -> Any:
    return func.encode(func.ST_AsBinary(source.rows.c.geometry), "hex")
