"""GeoParquet 1.1: WKB, the box of each place as its covering, zstd; what it says of the whole comes last."""

import json
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from maps.export import crs, geometry
from maps.export.rows import Rows
from maps.export.sink import Sink

GROUP = 20_000  # rows of a row group, which is what a reader skips by its boxes
_SIDES = ("xmin", "ymin", "xmax", "ymax")
_BOX = pa.struct({side: pa.float64() for side in _SIDES})


def stream(rows: Rows) -> Iterator[bytes]:
    """Yields the file in pieces, a row group in memory at a time."""
    sink = Sink()
    schema = rows.schema(lists=True).append(pa.field("bbox", _BOX))
    extent = np.array([np.inf, np.inf, -np.inf, -np.inf])
    with parquet.ParquetWriter(sink, schema, compression="zstd", store_schema=True) as writer:
        held: list[pa.RecordBatch] = []
        for batch in rows.batches(lists=True):
            sides = geometry.bounds(batch["geometry"])
            extent = np.concatenate(
                [np.minimum(extent[:2], sides[:2].min(1)), np.maximum(extent[2:], sides[2:].max(1))]
            )
            box = pa.StructArray.from_arrays([pa.array(side) for side in sides], names=_SIDES)
            held.append(pa.RecordBatch.from_arrays([*batch.columns, box], schema=schema))
            if sum(map(len, held)) >= GROUP:
                writer.write_table(pa.Table.from_batches(held), row_group_size=GROUP)
                held = []
                yield sink.taken()
        writer.write_table(pa.Table.from_batches(held, schema), row_group_size=GROUP)
        writer.add_key_value_metadata({"geo": json.dumps(_geo(rows, extent))})
    yield sink.taken()


def _geo(rows: Rows, extent: np.ndarray[tuple[int], np.dtype[np.float64]]) -> dict[str, object]:
    column: dict[str, object] = {
        "encoding": "WKB",
        "geometry_types": [rows.source.shape],
        "crs": crs.find(rows.source.crs).to_json_dict(),
        "covering": {"bbox": {side: ["bbox", side] for side in _SIDES}},
    }
    if np.isfinite(extent).all():
        column["bbox"] = extent.tolist()
    return {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
