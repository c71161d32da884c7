"""GeoJSON (RFC 7946), and as a sequence (RFC 8142): each feature is put together by the server."""

from collections.abc import Iterator
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Select, Text, cast, func, literal, select

from maps.export.rows import Rows
from maps.export.source import POINT_DECIMALS, Source

_SEPARATOR = "\x1e"
_PLAIN = {"state", "lead", "second_of"}  # letters, digits and hyphens alone, as this program makes them


def collection(rows: Rows) -> Iterator[bytes]:
    """Yields a FeatureCollection in pieces, a feature a line."""
    yield b'{"type":"FeatureCollection",' + _credit(rows.source) + b'"features":['
    before = b"\n"
    for features in rows.texts(_features(rows.source, "", ",\n")):
        if features:
            yield before + features[:-2]
            before = b",\n"
    yield b"\n]}\n"


def sequence(rows: Rows) -> Iterator[bytes]:
    """Yields features, each behind a record separator and with a line end behind it."""
    yield from rows.texts(_features(rows.source, _SEPARATOR, "\n"))


def _credit(source: Source) -> bytes:
    return orjson.dumps({"attribution": source.credit})[1:-1] + b"," if source.credit else b""


def _features(source: Source, before: str, after: str) -> Select[Any]:
    # One text for each row, by `format`: a third quicker than joining as many pieces.
    members = ",".join(f'"{name}":%s' for name in source.fields)
    feature = f'{before}{{"type":"Feature","id":%s,"geometry":%s,"properties":{{{members}}}}}{after}'
    values = [_value(source, name) for name in source.fields]
    return select(func.format(feature, _json(source.rows.c.code), _place(source), *values)).select_from(source.rows)


def _value(source: Source, name: str) -> ColumnElement[Any]:
    value = source.value(name)
    if source.kind(name) == "list":
        return _json(func.string_to_array(value, " "), absent="[]")
    if name in _PLAIN:
        return func.coalesce(literal('"').concat(value).concat('"'), "null")
    return _json(value)


def _json(value: ColumnElement[Any], absent: str = "null") -> ColumnElement[Any]:
    return func.coalesce(cast(func.to_json(value), Text), absent)


def _place(source: Source) -> ColumnElement[Any]:
    if source.shape != "Point":
        return func.ST_AsGeoJSON(source.rows.c.geometry, source.decimals)
    lon, lat = _degrees(source.rows.c.lon), _degrees(source.rows.c.lat)
    return func.format('{"type":"Point","coordinates":[%s,%s]}', lon, lat)


def _degrees(value: ColumnElement[Any]) -> ColumnElement[Any]:
    # An integer over a power of ten is the double next to the decimal, and so is written with no digit more.
    scale = 10.0**POINT_DECIMALS
    return func.round(value * scale) / scale
