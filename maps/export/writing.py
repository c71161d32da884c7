"""Any format, by its name: checked, counted, streamed, or written to a file."""

import os
import tempfile
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from boundaries import placed
from geo.errors import InvalidError
from geo.geometry import SRID
from geo.i18n import _
from maps.export import crs, delimited, geojson, geoparquet, kml, ogr, shapefile, spreadsheet
from maps.export import source as sources
from maps.export.asked import IN_EDITION, Asked
from maps.export.counting import count
from maps.export.formats import FORMATS
from maps.export.rows import Rows
from maps.export.source import Source

SORTED = 50_000  # reports up to which an export is newest first: sorting a million takes longer than writing it
_PIECE = 1 << 18  # bytes of a finished file at a time
_STREAMS: dict[str, Callable[[Rows], Iterator[bytes]]] = {
    "geojson": geojson.collection,
    "geojsonseq": geojson.sequence,
    "geoparquet": geoparquet.stream,
    "csv": delimited.stream,
    "kml": kml.stream,
}
_FILES: dict[str, Callable[[Rows, Path], None]] = {
    "gpkg": ogr.geopackage,
    "fgb": ogr.flatgeobuf,
    "shp": shapefile.save,
    "xlsx": spreadsheet.save,
}


def check(asked: Asked, name: str) -> None:
    """InvalidError for a format, a field or a CRS that there is not, or that do not go together."""
    check_format(name, asked.crs)
    if unknown := [field for field in asked.fields if field not in asked.possible]:
        if unknown[0] in IN_EDITION:
            raise InvalidError(
                _("Trường {name} là của một phiên bản địa giới; hãy cho biết cả edition."),
                field="fields",
                name=unknown[0],
            )
        raise InvalidError(
            _("Không có trường {name}; hiện có: {names}."),
            field="fields",
            name=unknown[0][:40],
            names=", ".join(asked.possible),
        )


def check_format(name: str, code: int) -> None:
    """InvalidError for a format that there is not, or that does not go together with a CRS."""
    if name not in FORMATS:
        raise InvalidError(
            _("Chưa xuất được định dạng {format}; hiện có: {formats}."),
            field="format",
            format=name[:40],
            formats=", ".join(FORMATS),
        )
    if code != SRID and not FORMATS[name].any_crs:
        raise InvalidError(
            _("{format} chỉ dùng WGS 84 (EPSG:4326) theo chuẩn của nó; với EPSG:{code} hãy chọn định dạng khác."),
            field="crs",
            format=FORMATS[name].title,
            code=code,
        )
    crs.shift(code)


def stream(
    connection: Connection, asked: Asked, name: str, progress: Callable[[int], None] = lambda _rows: None
) -> Generator[bytes]:
    """Yields the file in pieces; constant in memory, on disk too for formats that are `streamed`; one snapshot.

    `progress` hears how many rows have come.
    """
    check(asked, name)
    yield from pieces(Rows(connection, _source(connection, asked, name), progress, asked.wkt), name)


def write(
    connection: Connection, asked: Asked, name: str, path: Path, progress: Callable[[int], None] = lambda _rows: None
) -> int:
    """Writes the file, whole or not at all, and gives its rows; `progress` hears how many are done."""
    check(asked, name)
    rows = Rows(connection, _source(connection, asked, name), progress, asked.wkt)
    save(rows, name, path)
    return rows.done


def pieces(rows: Rows, name: str) -> Generator[bytes]:
    """Yields the file of rows in pieces, by way of a temporary file where the format cannot be streamed."""
    if name in _STREAMS:
        yield from _STREAMS[name](rows)
        return
    with tempfile.TemporaryDirectory(prefix="quangnam-export-") as folder:
        path = Path(folder) / f"export.{FORMATS[name].ending}"
        _FILES[name](rows, path)
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                yield piece


def save(rows: Rows, name: str, path: Path) -> None:
    """Writes the file of rows beside its place, and puts it there once it is whole and on disk."""
    with tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as folder:
        partial = Path(folder) / path.name
        if name in _STREAMS:
            with partial.open("wb") as file:
                file.writelines(_STREAMS[name](rows))
        else:
            _FILES[name](rows, partial)
        with partial.open("rb") as file:
            os.fsync(file.fileno())
        partial.replace(path)


def _source(connection: Connection, asked: Asked, name: str) -> Source:
    found, most = count(connection, asked), FORMATS[name].most
    if most is not None and found > most:
        raise InvalidError(
            _("{format} chứa nhiều nhất {most} dòng, ở đây có {found}; hãy lọc bớt hoặc chọn định dạng khác."),
            field="format",
            format=FORMATS[name].title,
            most=most,
            found=found,
        )
    with Session(connection) as session:
        among = placed.asked(session, asked.filters.edition) if asked.filters.edition else []
    return sources.reports(asked, among, ordered=found <= SORTED)
