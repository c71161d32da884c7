"""KML 2.3 of the OGC: a placemark each, its fields as typed data; put together from whole columns."""

from collections.abc import Iterator
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from maps.export import geometry
from maps.export.fields import both
from maps.export.moments import iso
from maps.export.rows import Rows

# Characters that XML has no way to write at all.
_NEVER = "[\x01-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]"
_DECIMALS = 7


def stream(rows: Rows) -> Iterator[bytes]:
    """Yields the file in pieces; moments also as the time that Google Earth's slider moves through."""
    schema, source = rows.schema(), rows.source
    fields = "".join(f'<SimpleField type="{_kind(one.type)}" name="{one.name}"/>' for one in [*schema][:-1])
    about = " ".join([source.credit or "", both(source.places) if source.places else ""]).strip()
    credit = f"<description>{escape(about)}</description>" if about else ""
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
        f'<name>{source.name}</name>{credit}<Schema name="{source.name}" id="{source.name}">{fields}</Schema>\n'
    ).encode()
    for batch in rows.batches():
        yield "".join(_placemarks(source.name, batch, schema.names[:-1]).to_pylist()).encode()
    yield b"</Document></kml>\n"


def _placemarks(name: str, batch: pa.RecordBatch, fields: list[str]) -> pa.Array:
    texts = [_text(column) for column in batch.columns[:-1]]
    data = [
        _element(f'<SimpleData name="{field}">', text, "</SimpleData>")
        for field, text in zip(fields, texts, strict=True)
    ]
    code = texts[0]
    label = texts[fields.index("name")] if "name" in fields else code
    when = (
        [_element("<TimeStamp><when>", texts[fields.index("created_at")], "</when></TimeStamp>")]
        if "created_at" in fields
        else []
    )
    parts: list[Any] = ["<Placemark><name>", label, "</name>", *when]
    parts += [f'<ExtendedData><SchemaData schemaUrl="#{name}">', *data, "</SchemaData></ExtendedData>"]
    parts += [_shape(batch["geometry"]), "</Placemark>\n"]
    return pc.binary_join_element_wise(*parts, "")


def _element(begin: str, text: pa.Array, end: str) -> pa.Array:
    # What is null is left out, element and all.
    return pc.fill_null(pc.binary_join_element_wise(begin, text, end, ""), "")


def _text(column: pa.Array) -> pa.Array:
    if pa.types.is_timestamp(column.type):
        return iso(column)
    if not pa.types.is_string(column.type):
        # 1 and 0, not true and false: those an older GDAL reads as 0 both.
        return column.cast(pa.int64()).cast(pa.string())
    for raw, written in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        column = pc.replace_substring(column, raw, written)
    return pc.replace_substring_regex(column, _NEVER, "")


def _kind(type_: pa.DataType) -> str:
    if pa.types.is_boolean(type_):
        return "bool"
    return "int" if pa.types.is_integer(type_) else "string"


def _shape(wkb: pa.Array) -> pa.Array:
    shapes = shapely.from_wkb(np.asarray(wkb.to_pandas(), object))
    if len(shapes) and shapes[0].geom_type == "Point":
        x, y = (pa.array(np.round(one, _DECIMALS)).cast(pa.string()) for one in geometry.xy(wkb))
        return pc.binary_join_element_wise("<Point><coordinates>", x, ",", y, "</coordinates></Point>", "")
    return pa.array([_polygons(shape) for shape in shapes], pa.string())


def _polygons(shape: Any) -> str:
    return f"<MultiGeometry>{''.join(map(_polygon, shape.geoms))}</MultiGeometry>"


def _polygon(shape: Any) -> str:
    holes = "".join(f"<innerBoundaryIs>{_ring(one)}</innerBoundaryIs>" for one in shape.interiors)
    return f"<Polygon><outerBoundaryIs>{_ring(shape.exterior)}</outerBoundaryIs>{holes}</Polygon>"


def _ring(ring: Any) -> str:
    points = " ".join(f"{round(x, _DECIMALS)},{round(y, _DECIMALS)}" for x, y in ring.coords)
    return f"<LinearRing><coordinates>{points}</coordinates></LinearRing>"
