"""The temporal functions of CQL2: Allen's relations between closed intervals."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, DateTime, Interval, cast, literal

from maps.collections.cql2.values import Scope, Value, begin, instant, refused, value


class Span(NamedTuple):
    """The first and the last moment of something, the same for what is a moment."""

    first: ColumnElement[Any]
    last: ColumnElement[Any]


_TICK = literal(timedelta(microseconds=1), Interval)  # PostgreSQL knows no moment between two of them
FUNCTIONS: dict[str, Callable[[Span, Span], ColumnElement[bool]]] = {
    "t_after": lambda a, b: a.first > b.last,
    "t_before": lambda a, b: a.last < b.first,
    "t_contains": lambda a, b: (a.first < b.first) & (a.last > b.last),
    "t_disjoint": lambda a, b: (a.last < b.first) | (a.first > b.last),
    "t_during": lambda a, b: (a.first > b.first) & (a.last < b.last),
    "t_equals": lambda a, b: (a.first == b.first) & (a.last == b.last),
    "t_finishedBy": lambda a, b: (a.first < b.first) & (a.last == b.last),
    "t_finishes": lambda a, b: (a.first > b.first) & (a.last == b.last),
    "t_intersects": lambda a, b: (a.first <= b.last) & (a.last >= b.first),
    "t_meets": lambda a, b: a.last == b.first,
    "t_metBy": lambda a, b: a.first == b.last,
    "t_overlappedBy": lambda a, b: (a.first > b.first) & (a.first < b.last) & (a.last > b.last),
    "t_overlaps": lambda a, b: (a.first < b.first) & (a.last > b.first) & (a.last < b.last),
    "t_startedBy": lambda a, b: (a.first == b.first) & (a.last > b.last),
    "t_starts": lambda a, b: (a.first == b.first) & (a.last < b.last),
}


def condition(operator: str, args: list[Any], scope: Scope) -> ColumnElement[bool]:
    """The condition of a temporal function of two moments, days or intervals."""
    if len(args) != 2:
        raise refused()
    return FUNCTIONS[operator](_span(args[0], scope), _span(args[1], scope))


def _span(node: Any, scope: Scope) -> Span:
    ends = node.get("interval") if isinstance(node, dict) else None
    if ends is None:
        return _of_value(_value(node, scope))
    if not isinstance(ends, list) or len(ends) != 2:
        raise refused()
    first, last = ends
    return Span(
        _infinite("-infinity") if first == ".." else _of_value(_value(first, scope)).first,
        _infinite("infinity") if last == ".." else _of_value(_value(last, scope)).last,
    )


def _value(node: Any, scope: Scope) -> Value:
    if isinstance(node, str):
        return instant({"date": node} if len(node) == 10 else {"timestamp": node})
    found = value(node, scope)
    if found.kind not in ("moment", "date"):
        raise refused()
    return found


def _of_value(one: Value) -> Span:
    if one.kind == "moment":
        return Span(one.sql, one.sql)
    return Span(begin(one), begin(one, 1) - _TICK)


def _infinite(word: str) -> ColumnElement[Any]:
    return cast(literal(word), DateTime(timezone=True))
