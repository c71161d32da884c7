"""An operator's own PostGIS tables as features, as the database describes them at the start."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from pyproj.exceptions import CRSError
from sqlalchemy import ColumnElement, Connection, Text, case, cast, column, func, literal, select, table, text

from geo.database import Base
from geo.deadlines import ZONE
from geo.errors import SetupError
from geo.i18n import _
from maps.collections.collection import Box, Collection, Column, Extent, Kind, labelled
from maps.collections.crs import around, of_code, unreachable
from maps.collections.hot import TYPES

_NAME = re.compile(r"[\w\-]+\.[\w\-]+")
_KINDS: dict[str, Kind] = {
    **dict.fromkeys(("int2", "int4", "int8"), "integer"),
    **dict.fromkeys(("float4", "float8", "numeric"), "number"),
    **dict.fromkeys(("text", "varchar", "bpchar", "uuid", "citext"), "text"),
    **dict.fromkeys(("timestamptz", "timestamp"), "moment"),
    **dict.fromkeys(("json", "jsonb"), "list"),
    "bool": "boolean",
    "date": "date",
}
_SHAPES = {
    one.upper(): one for one in ("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon")
}
# Tables alone: a view may show what is not the operator's to show.
_FOUND = text(
    """
    SELECT c.oid, obj_description(c.oid, 'pg_class')
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = :schema AND c.relname = :name AND c.relkind IN ('r', 'p', 'f')
    """
)
_COLUMNS = text(
    """
    SELECT a.attname, coalesce(b.typname, t.typname), col_description(a.attrelid, a.attnum),
        coalesce(a.attnum = ANY(i.indkey), false), i.indnkeyatts
    FROM pg_attribute a
    JOIN pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_type b ON b.oid = t.typbasetype
    LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
    WHERE a.attrelid = :oid AND a.attnum > 0 AND NOT a.attisdropped
    ORDER BY a.attnum
    """
)
_GEOMETRY = text(
    """
    SELECT f_geometry_column, srid, type FROM geometry_columns
    WHERE f_table_schema = :schema AND f_table_name = :name ORDER BY f_geometry_column = 'geom' DESC LIMIT 1
    """
)
# What Python can hold in any zone; `infinity` and years before Christ are beyond it.
_YEARS: dict[Kind, tuple[Any, Any]] = {
    "date": (date(1, 1, 2), date(9999, 12, 30)),
    "moment": (datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)),
}
_OURS = text("SELECT current_schema()")


@dataclass(frozen=True)
class _Described:
    """What the catalogue says of a table."""

    comment: str | None
    columns: tuple[Column, ...]
    types: dict[str, str]  # as the database names them, of the key too
    key: str
    key_kind: Kind
    geometry: str
    srid: int
    shape: str


def collections(connection: Connection, wanted: str) -> tuple[Collection, ...]:
    """A collection for each `schema.table` of a list with commas; SetupError for one that cannot or may not be."""
    names = [name.strip() for name in wanted.split(",") if name.strip()]
    return tuple(_collection(connection, name) for name in dict.fromkeys(names))


def _collection(connection: Connection, full: str) -> Collection:
    if not _NAME.fullmatch(full):
        raise _refused(full, _("viết dưới dạng schema.bảng"))
    schema, name = full.split(".")
    _refuse_ours(connection, full, schema)
    found = _describe(connection, full, schema, name)
    stored = table(name, schema=schema)
    values = [_value(one, found.types[one.name]).label(one.name) for one in found.columns]
    key = _value(Column(found.key, found.key_kind), found.types[found.key])
    shape = func.ST_CurveToLine(func.ST_Force2D(column(found.geometry)))
    identity = labelled(shape, cast(key, Text), key)
    return Collection(
        id=full.lower(),
        title=name,
        description=found.comment or full,
        shape=found.shape,
        columns=found.columns,
        select=select(*values, *identity).select_from(stored),
        numeric_id=found.key_kind == "integer",
        srid=found.srid,
        extent=Extent(_box(connection, schema, name, found)),
        placeless=True,
        seconds=60,
    )


def _value(one: Column, kept: str) -> ColumnElement[Any]:
    """A column as what its kind says, however the database keeps it; null for a time that no calendar has."""
    own: ColumnElement[Any] = column(one.name, TYPES[one.kind])
    if one.kind == "text" and kept not in ("text", "varchar"):
        return cast(own, Text)  # a uuid is compared with no text
    if kept == "timestamp":
        own = func.timezone(ZONE.key, own, type_=TYPES[one.kind])
    if one.kind in ("moment", "date"):
        first, last = (literal(edge, TYPES[one.kind]) for edge in _YEARS[one.kind])
        return case((own.between(first, last), own))
    return own


def _refuse_ours(connection: Connection, full: str, schema: str) -> None:
    ours = {connection.scalar(_OURS), "public", *(one.schema for one in Base.metadata.tables.values())}
    if schema in ours or schema.startswith("pg_") or schema in ("information_schema", "topology", "tiger"):
        raise _refused(full, _("schema này là của chính hệ thống; hãy để bảng của mình trong một schema riêng"))


def _describe(connection: Connection, full: str, schema: str, name: str) -> _Described:
    place = {"schema": schema, "name": name}
    found = connection.execute(_FOUND, place).first()
    if found is None:
        raise _refused(full, _("không có bảng này (khung nhìn không được nhận)"))
    rows = connection.execute(_COLUMNS, {"oid": found[0]}).all()
    keys = [row for row in rows if row[3]]
    if len(keys) != 1 or _KINDS.get(keys[0][1]) not in ("integer", "text"):
        raise _refused(full, _("cần khóa chính gồm đúng một cột số nguyên hoặc chữ"))
    geometry = connection.execute(_GEOMETRY, place).first()
    if geometry is None:
        raise _refused(full, _("không có cột geometry"))
    try:
        of_code(geometry[1])
    except CRSError:
        raise _refused(full, _("SRID của cột geometry không phải mã EPSG")) from None
    if (code := unreachable(geometry[1])) is not None:
        reason = _("không có phép chuyển từ SRID của cột geometry đến hệ EPSG:{code} ở vùng này")
        raise _refused(full, reason.format(code=code))
    columns = tuple(
        Column(row[0], _KINDS[row[1]], row[2] or "") for row in rows if row[1] in _KINDS and not row[0].startswith("__")
    )
    key_kind = _KINDS[keys[0][1]]
    types = {row[0]: row[1] for row in rows}
    shape = _SHAPES.get(geometry[2], "")
    return _Described(found[1], columns, types, keys[0][0], key_kind, geometry[0], geometry[1], shape)


def _box(connection: Connection, schema: str, name: str, found: _Described) -> Box | None:
    """Where the features lie at the start, in degrees."""
    box = func.ST_Extent(column(found.geometry))
    corners = (func.ST_XMin(box), func.ST_YMin(box), func.ST_XMax(box), func.ST_YMax(box))
    row = connection.execute(select(*corners).select_from(table(name, schema=schema))).one()
    if row[0] is None:
        return None
    return around((row[0], row[1], row[2], row[3]), found.srid)


def _refused(full: str, reason: str) -> SetupError:
    return SetupError(_("QUANGNAM_OGC_TABLES: {table} không dùng được: {reason}."), table=full[:100], reason=reason)
