"""Shapefile, zipped: field names of ten letters, explained in a text inside; moments and truths as text and number."""

import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from geo.i18n import _
from maps.export import crs, ogr
from maps.export.fields import both, explained, meant
from maps.export.moments import iso
from maps.export.rows import Rows

WIDEST = 254  # bytes of a text in a .dbf
_SHORT = {
    "category_name": "cat_name",
    "needs_confirmation": "to_confirm",
    "happened_at": "happened",
    "created_at": "created",
    "attribution": "credit",
    "edition_area": "ed_area",
    "edition_area_name": "ed_name",
}

_NOTES = (
    _("Chữ dài quá 254 byte bị cắt, cuối có dấu …"),
    _("Thời điểm viết theo ISO 8601, giờ Việt Nam; 1 là có, 0 là không"),
)


def short(name: str) -> str:
    """A field's name in a .dbf, of ten letters at most."""
    return _SHORT.get(name, name)


def save(rows: Rows, path: Path) -> None:
    """Writes the .zip with .shp, .shx, .dbf, .prj, .cpg and the text."""
    folder = path.parent / f"{path.name}.parts"
    folder.mkdir()
    try:
        name = rows.source.name
        schema = pa.schema([_field(one) for one in rows.schema()])
        batches = (_batch(batch, schema) for batch in rows.batches())
        ogr.write(rows, schema, batches, folder / f"{name}.shp", "ESRI Shapefile")
        (folder / "LEGEND.txt").write_text(_legend(rows), encoding="utf-8-sig")
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
            for file in sorted(folder.iterdir()):
                archive.write(file, file.name)
    finally:
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()


def _field(one: pa.Field) -> pa.Field:
    if pa.types.is_timestamp(one.type):
        return pa.field(short(one.name), pa.string())
    return pa.field(short(one.name), pa.int32() if pa.types.is_boolean(one.type) else one.type)


def _batch(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([_column(column) for column in batch.columns], schema=schema)


def _column(column: pa.Array) -> pa.Array:
    if pa.types.is_timestamp(column.type):
        return iso(column)
    if pa.types.is_boolean(column.type):
        return column.cast(pa.int32())
    return _cut(column) if pa.types.is_string(column.type) else column


def _cut(column: pa.Array) -> pa.Array:
    """Texts of at most WIDEST bytes; a longer one ends in a mark, at a whole letter."""
    if not pc.any(pc.greater(pc.binary_length(column), WIDEST)).as_py():
        return column
    return pa.array([_shortened(value) for value in column.to_pylist()], pa.string())


def _shortened(value: str | None) -> str | None:
    if value is None or len(value.encode()) <= WIDEST:
        return value
    return value.encode()[: WIDEST - 3].decode(errors="ignore") + "…"


def _legend(rows: Rows) -> str:
    source = rows.source
    lines = [
        f"{source.name}.shp: UTF-8, EPSG:{source.crs} ({crs.find(source.crs).name})",
        *map(both, (*_NOTES, *([source.places] if source.places else []))),
        *([source.credit] if source.credit else []),
        "",
        *("\t".join((short(name), name, vietnamese, english)) for name, vietnamese, english in explained(source)),
        "",
        *("\t".join(one) for one in meant(source)),
    ]
    return "\r\n".join(lines) + "\r\n"
