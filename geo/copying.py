"""Rows by the hundred thousand: PostgreSQL's binary COPY format, made from whole columns at a time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
from numpy.typing import ArrayLike, NDArray
from psycopg import Connection, sql

Bytes = NDArray[np.uint8]
Lengths = NDArray[np.int64]

_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"
_NUMPY = orjson.OPT_SERIALIZE_NUMPY
_EPOCH = np.datetime64("2000-01-01", "us")  # PostgreSQL counts microseconds from here
_POINT_4326 = np.frombuffer(b"\x01" + (0x20000001).to_bytes(4, "little") + (4326).to_bytes(4, "little"), np.uint8)


@dataclass(frozen=True)
class Column:
    """One column on the wire: `data` is (n, width) bytes, or all values' bytes in a row; a length of -1 is NULL."""

    data: Bytes
    lengths: Lengths


def _fixed(values: NDArray[Any], null: NDArray[np.bool_] | None = None) -> Column:
    width = values.dtype.itemsize * (values.shape[1] if values.ndim == 2 else 1)
    data = np.ascontiguousarray(values).view(np.uint8).reshape(len(values), width)
    lengths = np.full(len(data), width, np.int64)
    if null is not None:
        lengths[null] = -1
    return Column(data, lengths)


def integers(values: ArrayLike, *, size: int = 4, null: NDArray[np.bool_] | None = None) -> Column:
    """A column of integers of `size` bytes."""
    return _fixed(np.asarray(values).astype(f">i{size}"), null)


def floats(values: ArrayLike) -> Column:
    """A column of double precision numbers; NaN becomes NULL."""
    numbers = np.asarray(values, np.float64)
    return _fixed(numbers.astype(">f8"), np.isnan(numbers))


def booleans(values: ArrayLike) -> Column:
    """A column of truth values."""
    return _fixed(np.asarray(values, np.bool_).astype(np.uint8))


def times(values: NDArray[np.datetime64]) -> Column:
    """A column of moments given in UTC; NaT becomes NULL."""
    null = np.isnat(values)
    since = (values.astype("datetime64[us]") - _EPOCH).astype(np.int64)
    return _fixed(np.where(null, 0, since).astype(">i8"), null)


def points(lon: ArrayLike, lat: ArrayLike) -> Column:
    """A column of WGS 84 points from degrees."""
    coordinates = np.column_stack([lon, lat]).astype("<f8").view(np.uint8).reshape(-1, 16)
    head = np.broadcast_to(_POINT_4326, (len(coordinates), len(_POINT_4326)))
    return _fixed(np.hstack([head, coordinates]))


def texts(values: Any) -> Column:
    """A column of texts from a sequence, an array or a series; None becomes NULL."""
    array = pa.array(values, pa.large_string())
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    _validity, raw_offsets, raw_data = array.buffers()
    if len(array) == 0 or raw_offsets is None:
        return Column(np.empty(0, np.uint8), np.full(len(array), -1, np.int64))
    offsets = np.frombuffer(raw_offsets, np.int64)[array.offset : array.offset + len(array) + 1]
    data = np.frombuffer(raw_data, np.uint8) if raw_data else np.empty(0, np.uint8)
    lengths = np.diff(offsets)
    if array.null_count:
        lengths[array.is_null().to_numpy(zero_copy_only=False)] = -1
    return Column(data[offsets[0] : offsets[-1]], lengths)


def blobs(values: Iterable[bytes]) -> Column:
    """A column of bytes."""
    parts = list(values)
    lengths = np.fromiter(map(len, parts), np.int64, len(parts))
    return Column(np.frombuffer(b"".join(parts), np.uint8), lengths)


def documents(values: Iterable[Any]) -> Column:
    """A column of JSONB; None becomes NULL."""
    # Version 1 of the format: a byte that says so, then the text.
    written = [None if value is None else "\x01" + orjson.dumps(value, option=_NUMPY).decode() for value in values]
    return texts(written)


def constant(value: str | None, count: int) -> Column:
    """A column that holds one text, or NULL, `count` times."""
    raw = np.frombuffer((value or "").encode(), np.uint8)
    lengths = np.full(count, -1 if value is None else len(raw), np.int64)
    return Column(np.broadcast_to(raw, (count, len(raw))), lengths)


def encode(columns: Sequence[Column]) -> bytes:
    """The columns as one binary COPY stream."""
    count = len(columns[0].lengths)
    sizes = [np.maximum(column.lengths, 0) for column in columns]
    rows = np.full(count, 2 + 4 * len(columns), np.int64) + sum(sizes)
    ends = len(_HEADER) + np.cumsum(rows)
    end = int(ends[-1]) if count else len(_HEADER)
    out = np.empty(end + len(_TRAILER), np.uint8)
    out[: len(_HEADER)] = np.frombuffer(_HEADER, np.uint8)
    out[end:] = np.frombuffer(_TRAILER, np.uint8)
    at = ends - rows
    _scatter(out, at, _big_endian(np.full(count, len(columns)), 2))
    at += 2
    for column, size in zip(columns, sizes, strict=True):
        _scatter(out, at, _big_endian(column.lengths, 4))
        at += 4
        if column.data.ndim == 2:
            there = column.lengths >= 0
            if there.all():
                _scatter(out, at, column.data)
            else:
                _scatter(out, at[there], column.data[there])
        else:
            first = np.cumsum(size) - size
            out[np.repeat(at - first, size) + np.arange(len(column.data))] = column.data
        at += size
    return out.tobytes()


def copy(connection: Connection[Any], table: str, names: Iterable[str], stream: bytes) -> None:
    """Appends the rows of a stream, its columns in the order of `names`, to a table; the caller commits."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    with connection.cursor() as cursor, cursor.copy(statement) as target:
        target.write(stream)


def _big_endian(values: NDArray[np.int64], size: int) -> Bytes:
    return values.astype(f">i{size}").view(np.uint8).reshape(-1, size)


def _scatter(out: Bytes, at: Lengths, data: Bytes) -> None:
    for byte in range(data.shape[1]):
        out[at + byte] = data[:, byte]
