"""Reports as GeoJSON."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Connection, Numeric, Select, Text, cast, func, literal, literal_column, select
from sqlalchemy.dialects.postgresql import JSON, aggregate_order_by

from geo.filters import newest_first
from geo.mirroring import changed
from maps.export.asked import Asked
from maps.features import COLUMNS, select_public

BATCH = 2_000  # features in memory at a time


def stream(connection: Connection, asked: Asked) -> Iterator[bytes]:
    """Yields a FeatureCollection (RFC 7946) of the public reports, newest first, in pieces of BATCH features.

    The features are those of `maps.features.to_feature`, written by the server; one snapshot, constant memory.
    """
    rows = connection.execute(_features(asked).execution_options(stream_results=True, max_row_buffer=BATCH))
    yield b'{"type":"FeatureCollection","features":['
    before = "\n"
    for part in rows.partitions(BATCH):
        yield (before + ",\n".join(row[0] for row in part)).encode()
        before = ",\n"
    yield b"\n]}\n"


def _features(asked: Asked) -> Select[str]:
    query = select_public(asked.filters)
    if asked.changed_since is not None:
        query = changed(query, asked.changed_since)
    report = newest_first(query).subquery("report")
    columns = {name: report.c[name] for name in COLUMNS} | {
        "photos": _addresses(report.c.photos, ".jpg"),
        "videos": _addresses(report.c.videos, ".mp4"),
    }
    columns = {name: columns[name] for name in asked.fields}
    place = func.json_build_array(_degrees(report.c.lon), _degrees(report.c.lat))
    feature = _object(
        type=literal("Feature"),
        id=report.c.code,
        geometry=_object(type=literal("Point"), coordinates=place),
        properties=_object(**columns),
    )
    return select(cast(feature, Text)).select_from(report)


def _object(**members: ColumnElement[Any]) -> ColumnElement[Any]:
    pairs = [part for name, value in members.items() for part in (literal_column(f"'{name}'"), value)]
    return func.json_build_object(*pairs)


def _degrees(value: ColumnElement[Any]) -> ColumnElement[Any]:
    # Numeric drops the digits that rounding leaves behind in a double.
    return func.trim_scale(func.round(cast(value, Numeric), 6))


def _addresses(keys: ColumnElement[Any], ending: str) -> ColumnElement[Any]:
    key = func.unnest(keys).table_valued("key", with_ordinality="position").render_derived()
    address = literal("/media/").concat(key.c.key).concat(ending)
    found = select(func.json_agg(aggregate_order_by(address, key.c.position))).select_from(key).scalar_subquery()
    return func.coalesce(found, cast(literal_column("'[]'"), JSON))
