"""What GDAL writes: GeoPackage and FlatGeobuf, from a stream of Arrow batches."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyogrio

from maps.export.fields import both
from maps.export.rows import Rows


def geopackage(rows: Rows, path: Path) -> None:
    """Writes a GeoPackage with an R-tree and the source's name as its layer."""
    # Of 1.4 the triggers have other names, which readers of a few years ago take for missing.
    about = {"DESCRIPTION": both(rows.source.places)} if rows.source.places else {}
    write(rows, rows.schema(), rows.batches(), path, "GPKG", VERSION="1.3", **about)


def flatgeobuf(rows: Rows, path: Path) -> None:
    """Writes a FlatGeobuf with its index; the driver keeps each feature's box in memory until the end."""
    write(rows, rows.schema(), rows.batches(), path, "FlatGeobuf")


def write(
    rows: Rows, schema: pa.Schema, batches: Iterator[pa.RecordBatch], path: Path, driver: str, **options: Any
) -> None:
    """Writes batches whose last column is the geometry by one of GDAL's drivers."""
    failed: list[Exception] = []

    def heard() -> Iterator[pa.RecordBatch]:
        try:
            yield from batches
        except Exception as error:
            failed.append(error)
            raise

    try:
        pyogrio.write_arrow(
            pa.RecordBatchReader.from_batches(schema, heard()),
            path,
            layer=rows.source.name,
            driver=driver,
            geometry_name=schema.names[-1],
            geometry_type=rows.source.shape,
            crs=f"EPSG:{rows.source.crs}",
            encoding="UTF-8",
            **options,
        )
    except Exception:
        # On its way through GDAL an error of ours loses its name.
        if failed:
            raise failed[0] from None
        raise
