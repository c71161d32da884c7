"""One file of the archive: a GeoJSON text sequence (RFC 8142), gzipped; a feature a report, its history inside."""

import gzip
import hashlib
import zlib
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.models import Category, Event, Report, Unit
from maps.features import select_public, to_feature

_BEGIN = b"\x1e"  # the record separator that every text of such a sequence begins with


def make(session: Session, ids: Iterable[int]) -> tuple[bytes, list[str]]:
    """The bytes of a file with these reports, and their codes in its order.

    A feature is the public view of its report; what its sender took back has neither place nor words. `events` has the
    steps with their words: the file is not public.
    """
    chosen = sorted(ids)
    public = {row.id: to_feature(row) for row in session.execute(select_public().where(Report.id.in_(chosen)))}
    query = select(Report.id, Report.code, Report.state, Category.code, Unit.code, Report.area_code, Report.created_at)
    query = query.join(Category, Category.id == Report.category_id).join(Unit, Unit.id == Report.unit_id)
    names = ("state", "category", "unit", "area", "created_at")
    history = _history(session, chosen)
    codes, lines = [], []
    for report_id, code, *values in session.execute(query.where(Report.id.in_(chosen)).order_by(Report.id)):
        bare = {"type": "Feature", "id": code, "geometry": None, "properties": dict(zip(names, values, strict=True))}
        feature = public.get(report_id, bare)
        feature["properties"]["events"] = history[report_id]
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


def _history(session: Session, ids: list[int]) -> dict[int, list[dict[str, Any]]]:
    names = ("at", "action", "from", "to", "actor", "door", "unit", "text", "data")
    query = select(
        Event.report_id, Event.at, Event.action, Event.from_state, Event.to_state, Event.actor, Event.door, Unit.code,
        Event.text, Event.data,
    )  # fmt: skip
    query = query.join(Unit, Unit.id == Event.unit_id).where(Event.report_id.in_(ids)).order_by(Event.id)
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for report_id, *values in session.execute(query):
        found[report_id].append(dict(zip(names, values, strict=True)))
    return found
