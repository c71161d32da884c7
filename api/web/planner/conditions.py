"""The filters of the planner's page in the languages of others: CQL2 for OGC API – Features, expressions of QGIS."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import urlencode

from api.filters import written
from geo import codes
from geo.filters import Filters
from geo.geometry import BBox
from geo.search import plain, spellings

ITEMS = "/ogc/collections/reports/items"


class Dialect(NamedTuple):
    """How a language names the columns of code and moment, and writes a moment, a text, a box, words in the content.

    Words have their Vietnamese marks or none. What a language says elsewhere is None.
    """

    code: str | None
    column: str
    moment: str
    text: Callable[[str], str]
    box: Callable[[BBox], str] | None
    marked: Callable[[str], str]
    unmarked: Callable[[str], str]


def condition(filters: Filters, dialect: Dialect) -> str:
    """Filters as a condition on the columns of public reports, which means the same; blank for none."""
    text = dialect.text
    parts = [f"category IN ({', '.join(map(text, filters.category))})"] if filters.category else []
    parts += [f"{name} = {text(value)}" for name, value in (("state", filters.state), ("unit", filters.unit)) if value]
    parts += [f"(area = {text(filters.area)} OR commune = {text(filters.area)})"] if filters.area else []
    parts += [
        f"{dialect.column} {sign} {dialect.moment.format(_stamp(moment))}"
        for sign, moment in ((">=", filters.since), ("<", filters.until))
        if moment is not None
    ]
    if filters.bbox and dialect.box:
        parts.append(dialect.box(filters.bbox))
    if code := _code(filters):
        parts += [f"{dialect.code} = {text(code)}"] if dialect.code else []
    elif filters.q:
        # As `geo.search.has_words`: the content is null where it is not published.
        parts.append((dialect.unmarked if plain(filters.q) == filters.q.lower() else dialect.marked)(filters.q))
    return " AND ".join(parts)


def items(filters: Filters) -> str | None:
    """The path and query by which OGC API – Features has what passes filters; of a code, which is found, the item.

    None for the areas of an edition, which are no columns of reports.
    """
    if filters.inside is not None:
        return None
    if code := _code(filters):
        return f"{ITEMS}/{code}"
    found = written(filters)
    box = {"bbox": found["bbox"]} if "bbox" in found else {}
    said = condition(filters, CQL2)
    query = box | ({"filter": said, "filter-lang": "cql2-text"} if said else {})
    return ITEMS + (f"?{urlencode(query, safe=',:')}" if query else "")


def _code(filters: Filters) -> str | None:
    code = (filters.q or "").upper()
    return code if codes.is_code(code) else None


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _within(value: str) -> str:
    return _quoted("%" + re.sub(r"([\\%_])", r"\\\1", value) + "%")


def _expressed(value: str) -> str:
    """A text in QGIS, which reads a backslash as the begin of a sign."""
    return _quoted(value.replace("\\", "\\\\"))


def _in_box(box: BBox) -> str:
    place = ("x($geometry)", box.west, box.east), ("y($geometry)", box.south, box.north)
    return " AND ".join(f"{axis} >= {least!r} AND {axis} <= {most!r}" for axis, least, most in place)


CQL2 = Dialect(
    code=None,  # it is the address of the item
    column="created_at",
    moment="TIMESTAMP('{}')",
    text=_quoted,
    box=None,  # it is a parameter of its own
    marked=lambda value: f"CASEI(content) LIKE CASEI({_within(value)})",
    unmarked=lambda value: f"ACCENTI(CASEI(content)) LIKE {_within(plain(value))}",
)
QGIS = Dialect(
    code="id",
    column="to_datetime(created_at)",
    moment="to_datetime('{}')",
    text=_expressed,
    box=_in_box,
    marked=lambda value: f"strpos(lower(content), {_expressed(value.lower())}) > 0",
    # QGIS 3.22 takes no marks off.
    unmarked=lambda value: f"regexp_match(lower(content), {_expressed(spellings(value))}) > 0",
)
