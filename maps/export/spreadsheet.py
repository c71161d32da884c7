"""XLSX for clerks: dates as dates, numbers as numbers, a row in memory at a time."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import shapely
import xlsxwriter

from maps.export import crs, geometry, harmless
from maps.export.fields import explained
from maps.export.moments import local
from maps.export.rows import Rows

_CELL = 32_767  # characters that a cell takes


def save(rows: Rows, path: Path) -> None:
    """Writes a workbook: the rows, frozen heads with filters, and a sheet that says what the columns are."""
    source, schema = rows.source, rows.schema()
    at = ("lon", "lat") if crs.find(source.crs).is_geographic else ("x", "y")
    heads = [*schema.names[:-1], *(at if source.shape == "Point" else ("wkt",))]
    options = {"constant_memory": True, "tmpdir": str(path.parent)}
    with xlsxwriter.Workbook(str(path), options) as book:
        bold = book.add_format({"bold": True})
        moment = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        sheet = book.add_worksheet(source.name)
        sheet.freeze_panes(1, 1)
        for number, kind in enumerate(schema.types[:-1]):
            sheet.set_column(number, number, 17 if pa.types.is_timestamp(kind) else 16)
        sheet.write_row(0, 0, heads, bold)
        line = 0
        for batch in rows.batches():
            columns = [_cells(column) for column in batch.columns[:-1]] + _places(rows, batch["geometry"])
            for values in zip(*columns, strict=True):
                line += 1
                _write(sheet, line, values, moment)
        sheet.autofilter(0, 0, line, len(heads) - 1)
        notes = book.add_worksheet("Ghi chu - Notes")
        notes.set_column(0, 2, 40)
        for number, said in enumerate(explained(source)):
            notes.write_row(number, 0, said)


def _write(sheet: Any, line: int, values: tuple[Any, ...], moment: Any) -> None:
    for number, value in enumerate(values):
        if value is None:
            continue
        if isinstance(value, str):
            sheet.write_string(line, number, value[:_CELL])
        elif isinstance(value, bool):
            sheet.write_boolean(line, number, value)
        elif isinstance(value, int | float):
            sheet.write_number(line, number, value)
        else:
            sheet.write_datetime(line, number, value, moment)


def _cells(column: pa.Array) -> list[Any]:
    if pa.types.is_timestamp(column.type):
        column = local(column)
    elif pa.types.is_string(column.type):
        column = harmless.texts(column)
    found: list[Any] = column.to_pylist()
    return found


def _places(rows: Rows, wkb: pa.Array) -> list[list[Any]]:
    if rows.source.shape == "Point":
        return [one.round(8).tolist() for one in geometry.xy(wkb)]
    return [[shapely.to_wkt(shape, rounding_precision=6) for shape in shapely.from_wkb(wkb.to_pylist())]]
