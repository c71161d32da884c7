"""Any format, by its name: checked, counted, streamed, or written to a file."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy import Connection

from geo.errors import InvalidError
from geo.i18n import _
from maps.export import geojson
from maps.export.asked import Asked
from maps.export.formats import FORMATS
from maps.features import COLUMNS


def check(asked: Asked, name: str) -> None:
    """InvalidError for a format, a field or a CRS that there is not, or that do not go together."""
    if name not in FORMATS:
        raise InvalidError(
            _("Chưa xuất được định dạng {format}; hiện có: {formats}."),
            field="format",
            format=name[:40],
            formats=", ".join(FORMATS),
        )
    if unknown := [field for field in asked.fields if field not in COLUMNS]:
        raise InvalidError(
            _("Không có trường {name}; hiện có: {names}."),
            field="fields",
            name=unknown[0][:40],
            names=", ".join(COLUMNS),
        )


def stream(connection: Connection, asked: Asked, name: str) -> Iterator[bytes]:
    """Yields the file in pieces, constant in memory for formats that are `streamed`; one snapshot."""
    check(asked, name)
    yield from geojson.stream(connection, asked)


def write(
    connection: Connection,
    asked: Asked,
    name: str,
    path: Path,
    progress: Callable[[int], None],
) -> int:
    """Writes the file, whole or not at all, and gives its rows; `progress` hears how many are done."""
    check(asked, name)
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    rows = 0
    try:
        with partial.open("wb") as file:
            for piece in stream(connection, asked, name):
                file.write(piece)
                progress(rows := rows + piece.count(b"\n"))
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return rows - 2  # the last line ends the collection


def estimated_size(asked: Asked, name: str, count: int) -> int:  # noqa: ARG001 (formats differ)
    """About how many bytes the file of so many reports has."""
    return 200 + count * 40 * (2 + len(asked.fields))
