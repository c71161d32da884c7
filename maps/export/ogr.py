"""What GDAL writes: GeoPackage and FlatGeobuf, from a stream of Arrow batches."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyogrio

from maps.export.rows import Rows

# Its index is made of every feature's box in memory, 160 bytes each: beyond this the file goes without.
INDEXED = 250_000


def geopackage(rows: Rows, path: Path) -> None:
    """Writes a GeoPackage with an R-tree and the source's name as its layer."""
    write(rows, _reader(rows), path, "GPKG")


def flatgeobuf(rows: Rows, path: Path) -> None:
    """Writes a FlatGeobuf; GDAL's own index where the rows are not too many for its memory."""
    write(rows, _reader(rows), path, "FlatGeobuf")


def write(rows: Rows, batches: pa.RecordBatchReader, path: Path, driver: str, **options: Any) -> None:
    """Writes batches whose last column is the geometry by one of GDAL's drivers."""
    pyogrio.write_arrow(
        batches,
        path,
        layer=rows.source.name,
        driver=driver,
        geometry_name=batches.schema.names[-1],
        geometry_type=rows.source.shape,
        crs=f"EPSG:{rows.source.crs}",
        encoding="UTF-8",
        **options,
    )


def _reader(rows: Rows) -> pa.RecordBatchReader:
    return pa.RecordBatchReader.from_batches(rows.schema(), rows.batches())
