"""CSV for spreadsheets and programs: UTF-8 with a byte-order mark, moments in ISO 8601 with Vietnam's offset."""

import codecs
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from pyarrow import csv

from maps.export import crs, geometry, harmless
from maps.export.moments import iso
from maps.export.rows import Rows
from maps.export.sink import Sink

_DECIMALS = {True: 8, False: 4}  # of a degree, of a metre: a millimetre or less


def stream(rows: Rows) -> Iterator[bytes]:
    """Yields the file in pieces, heads first; a place is two columns of numbers, or one of WKT."""
    sink = Sink()
    sink.write(codecs.BOM_UTF8)
    source = rows.source
    geographic = crs.find(source.crs).is_geographic
    schema = rows.schema()
    texts = [pa.field(name, pa.string() if pa.types.is_timestamp(kind) else kind)
             for name, kind in zip(schema.names[:-1], schema.types[:-1], strict=True)]  # fmt: skip
    whole = rows.wkt or source.shape != "Point"
    at = ("lon", "lat") if geographic else ("x", "y")
    places = [pa.field("wkt", pa.string())] if whole else [pa.field(name, pa.float64()) for name in at]
    named = pa.schema([*texts, *places])
    with csv.CSVWriter(sink, named) as writer:
        for batch in rows.batches():
            values = [_readable(column) for column in batch.columns[:-1]]
            writer.write_batch(
                pa.RecordBatch.from_arrays([*values, *_places(batch["geometry"], geographic, whole)], schema=named)
            )
            yield sink.taken()
    yield sink.taken()


def _readable(column: pa.Array) -> pa.Array:
    if pa.types.is_timestamp(column.type):
        return iso(column)
    return harmless.texts(column) if pa.types.is_string(column.type) else column


def _places(wkb: pa.Array, geographic: bool, whole: bool) -> list[Any]:
    decimals = _DECIMALS[geographic]
    if whole:
        shapes = shapely.from_wkb(np.asarray(wkb.to_pandas(), object))
        return [pa.array(shapely.to_wkt(shapes, rounding_precision=decimals), pa.string())]
    return [pa.array(np.round(one, decimals)) for one in geometry.xy(wkb)]
