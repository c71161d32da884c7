"""One file of the archive: a GeoJSON text sequence (RFC 8142), gzipped; a feature a report, its history inside."""

import gzip
import hashlib
import zlib
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import orjson
from geoalchemy2 import WKBElement
from sqlalchemy import Select, inspect, select
from sqlalchemy.orm import Session

from boundaries.models import Assignment
from geo.database import Base
from geo.geometry import position
from geo.models import Category, Event, Flag, Media, Report, ReportUnit, Unit

_BEGIN = b"\x1e"  # the record separator that every text of such a sequence begins with
# What is kept of what hangs on a report: all but the sender, and what only served to tell and to admit people.
_HANGING: dict[str, type[Base]] = {
    "events": Event,
    "assignments": Assignment,
    "units": ReportUnit,
    "media": Media,
    "flags": Flag,
}
# Of no use elsewhere, or (`subject`) the mark of somebody's browser.
_LEFT_OUT = {"report_id", "words", "transaction_id", "subject"}


def make(session: Session, ids: Iterable[int]) -> tuple[bytes, list[str]]:
    """The bytes of a file with these reports, and their codes in its order.

    A feature is the whole report at its exact place (longitude, latitude), with what hangs on it, whatever of it was
    public; never its sender's contact. Users are numbers; categories, units and other reports are codes.
    """
    chosen = sorted(ids)
    rows = _rows(session, Report, chosen)
    hanging = {name: _grouped(session, model, chosen) for name, model in _HANGING.items()}
    named = _named(session, rows)
    codes, lines = [], []
    for row in rows:
        report_id, code, point = row["id"], row["code"], row["point"]
        properties = _readable(row, named) | {
            name: [_readable(one, named) for one in found[report_id]] for name, found in hanging.items()
        }
        geometry = {"type": "Point", "coordinates": position(point)}
        del properties["code"], properties["point"]
        feature = {"type": "Feature", "id": code, "geometry": geometry, "properties": properties}
        codes.append(code)
        lines.append(_BEGIN + orjson.dumps(feature) + b"\n")
    # Without a time of making the same reports make the same file.
    return gzip.compress(b"".join(lines), mtime=0), codes


def codes(data: bytes) -> list[str]:
    """The codes in a file, in its order; none where it is damaged."""
    try:
        return [orjson.loads(line)["id"] for line in gzip.decompress(data).split(_BEGIN)[1:]]
    except (OSError, EOFError, zlib.error, orjson.JSONDecodeError, KeyError):
        return []


def path(data: bytes, now: datetime) -> str:
    """Where a file lies in the store of the pictures: by the month of archiving, named after what is in it."""
    return f"archive/{now:%Y-%m}/{hashlib.sha256(data).hexdigest()[:32]}.geojsons.gz"


def _rows(session: Session, model: type[Base], ids: list[int]) -> list[dict[str, Any]]:
    """All columns of the rows that are, or belong to, some reports, in the order of their keys."""
    table = model.__table__
    owner = table.c.id if model is Report else table.c.report_id
    query = select(*table.c).where(owner.in_(ids)).order_by(*inspect(model).primary_key)
    return [{str(name): value for name, value in row.items()} for row in session.execute(query).mappings()]


def _grouped(session: Session, model: type[Base], ids: list[int]) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in _rows(session, model, ids):
        found[row["report_id"]].append(row)
    return found


def _named(session: Session, reports: list[dict[str, Any]]) -> dict[str, dict[int, str]]:
    """The codes of what rows point at, by the name of the column and the number in it."""
    others = {row[name] for row in reports for name in ("lead_id", "second_of_id")}
    kin = _codes(session, select(Report.id, Report.code).where(Report.id.in_(others - {None})))
    return {
        "category_id": _codes(session, select(Category.id, Category.code)),
        "unit_id": _codes(session, select(Unit.id, Unit.code)),
        "lead_id": kin,
        "second_of_id": kin,
    }


def _codes(session: Session, query: Select[int, str]) -> dict[int, str]:
    return {row[0]: row[1] for row in session.execute(query)}


def _readable(row: dict[str, Any], named: dict[str, dict[int, str]]) -> dict[str, Any]:
    """A row as JSON has it: codes for the numbers of what has a code, [longitude, latitude] for a point."""
    found: dict[str, Any] = {}
    for name, value in row.items():
        if name in named:
            found[name.removesuffix("_id")] = named[name].get(value)
        elif name not in _LEFT_OUT:
            found[name] = position(value) if isinstance(value, WKBElement) else value
    return found
