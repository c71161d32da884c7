"""XLSX for clerks: dates as dates, numbers as numbers, a row in memory at a time."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import shapely
import xlsxwriter

from geo.deadlines import ZONE
from geo.i18n import _, translate
from maps.export import crs, geometry, harmless
from maps.export.fields import explained, meant
from maps.export.moments import local
from maps.export.rows import Rows
from maps.export.source import Source

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
        for number, said in enumerate([*explained(source), *meant(source), *_about(source, at)]):
            for column, text in enumerate(said):
                notes.write_string(number, column, text)


def _about(source: Source, at: tuple[str, str]) -> list[tuple[str, str, str]]:
    """What the file is: its places, their system, when and from where it was made, and what of."""
    system = f"EPSG:{source.crs} ({crs.find(source.crs).name})"
    made = f"{datetime.now(ZONE):%d/%m/%Y %H:%M}"
    only = ", ".join(f"{name}={value}" for name, value in (source.said or {}).items()) or "–"
    rows = [(_("hệ tọa độ của các cột {names}"), system), (_("lúc tạo tệp, giờ Việt Nam"), made)]
    if source.shape == "Point":
        rows.append((_("bộ lọc"), only))
    rows += [(_("nguồn"), source.address)] if source.address else []
    names = ", ".join(at if source.shape == "Point" else ("wkt",))
    found = [(value, translate(text, "vi", names=names), translate(text, "en", names=names)) for text, value in rows]
    places = [(", ".join(at), source.places, translate(source.places, "en"))] if source.places else []
    return [*places, *found]


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
