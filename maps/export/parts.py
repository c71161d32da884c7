"""The correspondence of two editions as a file: the table for spreadsheets and pandas, the pieces for QGIS."""

import codecs
import io
from collections.abc import Sequence
from dataclasses import asdict, astuple, fields

import orjson
import pyarrow as pa
import xlsxwriter
from pyarrow import csv

from boundaries.correspondence import Part
from boundaries.models import Edition
from boundaries.overlay import NONE, Overlay
from geo.errors import InvalidError
from geo.i18n import _, translate
from maps import ground
from maps.export.harmless import plain, texts
from maps.outlines import COARSE, FINE, origin

PARTS = ("csv", "xlsx", "geojson")  # the formats of a correspondence
SAID = {
    "old": _("mã đơn vị ở phiên bản thứ nhất"),
    "old_name": _("tên đơn vị ở phiên bản thứ nhất"),
    "new": _("mã đơn vị ở phiên bản thứ hai; trống là không đơn vị nào"),
    "new_name": _("tên đơn vị ở phiên bản thứ hai"),
    "square_metres": _("phần chung, mét vuông trên ellipsoid WGS 84"),
    "area_share": _("phần chung chiếm bao nhiêu diện tích đơn vị cũ, từ 0 đến 1"),
    "reports": _("số phản ánh công khai trên phần chung"),
    "report_share": _("chiếm bao nhiêu phản ánh của đơn vị cũ, từ 0 đến 1; trống nếu đơn vị cũ không có"),
    "demo": _("dữ liệu minh họa, không có thật"),
}
_NAMES = [one.name for one in fields(Part)]
_TYPES = {
    "square_metres": pa.float64(),
    "area_share": pa.float64(),
    "report_share": pa.float64(),
    "reports": pa.int64(),
    "demo": pa.bool_(),
}


def check_parts(name: str) -> None:
    """InvalidError for a format that a correspondence has not."""
    if name not in PARTS:
        said = _("Chưa xuất được định dạng {format}; hiện có: {formats}.")
        raise InvalidError(said, field="format", format=name[:40], formats=", ".join(PARTS))


def file_of(
    name: str, laid: Overlay, parts: Sequence[Part], editions: tuple[Edition, Edition], levels: tuple[str, str]
) -> bytes:
    """The correspondence in a format of PARTS, with the origin of both editions where the format has room for it."""
    if name == "geojson":
        return _geojson(laid, parts, editions, levels)
    return _csv(parts) if name == "csv" else _xlsx(parts, editions, levels)


def _csv(parts: Sequence[Part]) -> bytes:
    columns = dict(zip(_NAMES, zip(*(astuple(one) for one in parts), strict=True), strict=True))
    arrays = [pa.array(columns[name], _TYPES.get(name, pa.string())) for name in _NAMES]
    table = pa.table([texts(one) if pa.types.is_string(one.type) else one for one in arrays], _NAMES)
    out = io.BytesIO()
    out.write(codecs.BOM_UTF8)
    csv.write_csv(table, out)
    return out.getvalue()


def _xlsx(parts: Sequence[Part], editions: tuple[Edition, Edition], levels: tuple[str, str]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        bold, share = book.add_format({"bold": True}), book.add_format({"num_format": "0.00%"})
        whole = book.add_format({"num_format": "#,##0"})
        sheet = book.add_worksheet("correspondence")
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(_NAMES) - 1, 18)
        sheet.write_row(0, 0, _NAMES, bold)
        looks = {"square_metres": whole, "area_share": share, "report_share": share}
        for line, part in enumerate(parts, 1):
            for column, (name, value) in enumerate(asdict(part).items()):
                if isinstance(value, str):
                    sheet.write_string(line, column, plain(value))
                elif isinstance(value, bool):
                    sheet.write_boolean(line, column, value)
                elif value is not None:
                    sheet.write_number(line, column, value, looks.get(name))
        sheet.autofilter(0, 0, len(parts), len(_NAMES) - 1)
        notes = book.add_worksheet("Ghi chu - Notes")
        notes.set_column(0, 2, 40)
        explained = [(name, said, translate(said, "en")) for name, said in SAID.items()]
        for number, row in enumerate([*explained, *_origins(editions, levels)]):
            for column, text in enumerate(row):
                notes.write_string(number, column, plain(text))
    return out.getvalue()


def _origins(editions: tuple[Edition, Edition], levels: tuple[str, str]) -> list[tuple[str, ...]]:
    return [(one.code, level, one.source, one.licence) for one, level in zip(editions, levels, strict=True)]


def _geojson(laid: Overlay, parts: Sequence[Part], editions: tuple[Edition, Edition], levels: tuple[str, str]) -> bytes:
    """The pieces of the old areas with their shares; simplified where a licence of either edition asks for it."""
    told = {(one.old, one.new): asdict(one) for one in parts}
    simplified = not all(one.redistributable for one in editions)
    shapes, decimals = ground.given(laid, levels, editions), COARSE if simplified else FINE
    features = []
    for i, j, shape in zip(laid.left.tolist(), laid.right.tolist(), shapes, strict=True):
        if i != NONE:
            old, new = laid.old.code[i], None if j == NONE else laid.new.code[j]
            features.append(ground.feature(f"{old}-{new or ''}", shape, decimals, **told[old, new]))
    credit = " · ".join(dict.fromkeys(one.attribution for one in editions))
    head = {"type": "FeatureCollection", "attribution": credit, "simplified": simplified}
    sides = zip(("old", "new"), editions, levels, strict=True)
    told_of = {side: {"edition": one.code, "level": level} | origin(one) for side, one, level in sides}
    return orjson.dumps(head | told_of | {"features": features})
