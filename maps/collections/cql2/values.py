"""What stands between the operators of CQL2: columns, literals and functions of text, each with its kind."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Literal

from sqlalchemy import ColumnElement, Date, DateTime, Subquery, func, literal

from geo.deadlines import ZONE
from geo.errors import InvalidError
from geo.i18n import _
from geo.search import unmarked
from maps.collections import asking
from maps.collections.collection import SHAPE, Collection
from maps.collections.crs import Crs

GEOMETRY = "geometry"  # the queryable's name
ValueKind = Literal["text", "number", "boolean", "moment", "date"]
_KINDS: dict[str, ValueKind] = {
    "text": "text",
    "integer": "number",
    "number": "number",
    "boolean": "boolean",
    "moment": "moment",
    "date": "date",
}


@dataclass(frozen=True)
class Value:
    """An SQL expression of a kind; `text` is a literal's, which may still become a moment."""

    kind: ValueKind
    sql: ColumnElement[Any]
    text: str | None = None


@dataclass(frozen=True)
class Scope:
    """What a filter may speak of: the columns of a collection, and the system of its geometries."""

    collection: Collection
    rows: Subquery
    crs: Crs

    def shape(self) -> ColumnElement[Any]:
        """The geometry of a feature."""
        return self.rows.c[SHAPE]


def value(node: Any, scope: Scope) -> Value:
    """A property, a literal, casei or accenti; InvalidError for anything else."""
    if isinstance(node, bool):
        return Value("boolean", literal(node))
    if isinstance(node, int | float):
        return Value("number", literal(node))
    if isinstance(node, str):
        return Value("text", literal(node), node)
    if isinstance(node, dict):
        if isinstance(name := node.get("property"), str):
            return _property(name, scope)
        if "timestamp" in node or "date" in node:
            return instant(node)
        if node.get("op") in ("casei", "accenti"):
            return _folded(node, scope)
    raise refused()


def _property(name: str, scope: Scope) -> Value:
    column = scope.collection.asked().get(name)
    if column is None:
        raise InvalidError(
            _("Không lọc được theo “{name}”; xem danh sách ở queryables."), field="filter", name=name[:60]
        )
    return Value(_KINDS[column.kind], scope.rows.c[name])


def instant(node: dict[str, Any]) -> Value:
    """A timestamp or a date literal."""
    try:
        if isinstance(stamp := node.get("timestamp"), str):
            return Value("moment", literal(moment(stamp), DateTime(timezone=True)))
        return Value("date", literal(day(node.get("date")), Date))
    except ValueError:
        raise InvalidError(
            _("Thời điểm phải viết như TIMESTAMP('2026-01-31T08:00:00Z') hoặc DATE('2026-01-31')."), field="filter"
        ) from None


def moment(written: str) -> datetime:
    """A moment in RFC 3339; ValueError."""
    found = datetime.fromisoformat(written)
    if found.tzinfo is None or len(written) < 19 or not 1 < found.year < 9999:
        raise ValueError(written)
    return found


def day(written: Any) -> date:
    """A day in RFC 3339; ValueError."""
    if not isinstance(written, str) or len(written) != 10:
        raise ValueError(written)
    found = date.fromisoformat(written)
    if not 1 < found.year < 9999:
        raise ValueError(written)
    return found


def day_begins(of: date) -> datetime:
    """When a day begins in the province."""
    return datetime.combine(of, time(), ZONE)


def begin(one: Value, later: int = 0) -> ColumnElement[Any]:
    """The same in SQL, for a day or one some days later."""
    return asking.day_begins(one.sql + later)


def _folded(node: dict[str, Any], scope: Scope) -> Value:
    """Without capitals or without Vietnamese marks; both may be put around one another."""
    args = node.get("args")
    if not isinstance(args, list) or len(args) != 1:
        raise refused()
    inner = value(args[0], scope)
    if inner.kind != "text":
        raise refused()
    if node["op"] == "casei":
        return Value("text", func.lower(inner.sql))
    return Value("text", unmarked(inner.sql))


def refused() -> InvalidError:
    """For what the grammar allows and nobody here understands."""
    return InvalidError(
        _("Bộ lọc CQL2 có phần không được hỗ trợ hoặc so sánh hai kiểu dữ liệu khác nhau."), field="filter"
    )
