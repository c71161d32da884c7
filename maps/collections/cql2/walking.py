"""From the tree of a CQL2 filter to a condition in SQL, over a whitelist of operators and columns."""

import re
from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Date, DateTime, and_, false, literal, not_, or_, true

from geo.errors import InvalidError
from geo.i18n import _
from maps.collections.cql2 import spatial, temporal
from maps.collections.cql2.values import GEOMETRY, Scope, Value, begin, day, moment, refused, value

Condition = ColumnElement[bool]
LONGEST_PATTERN, WILDCARDS = 200, 8
_WILDCARD = re.compile(r"(?<!\\)[%_]")
_COMPARE: dict[str, Callable[[Any, Any], Condition]] = {
    "=": lambda left, right: left == right,
    "<>": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    ">": lambda left, right: left > right,
    "<=": lambda left, right: left <= right,
    ">=": lambda left, right: left >= right,
}
_TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


def condition(node: Any, scope: Scope) -> Condition:
    """The condition of a tree that `reading.read` gave; InvalidError for what is not supported or does not fit."""
    if isinstance(node, bool):
        return true() if node else false()
    if not isinstance(node, dict) or not isinstance(node.get("args"), list):
        raise refused()
    operator, args = node.get("op"), node["args"]
    if not isinstance(operator, str):
        raise refused()
    if operator in _OTHERS:
        return _OTHERS[operator](args, scope)
    if operator in _COMPARE and len(args) == 2:
        return _compared(operator, value(args[0], scope), value(args[1], scope))
    return _function(operator, args, scope)


def _function(operator: str, args: list[Any], scope: Scope) -> Condition:
    if operator in spatial.FUNCTIONS:
        return spatial.condition(operator, args, scope)
    if operator in temporal.FUNCTIONS:
        return temporal.condition(operator, args, scope)
    raise refused()


def _and(args: list[Any], scope: Scope) -> Condition:
    if len(args) < 2:
        raise refused()
    return and_(*(condition(arg, scope) for arg in args))


def _or(args: list[Any], scope: Scope) -> Condition:
    if len(args) < 2:
        raise refused()
    return or_(*(condition(arg, scope) for arg in args))


def _not(args: list[Any], scope: Scope) -> Condition:
    if len(args) != 1:
        raise refused()
    return not_(condition(args[0], scope))


def _compared(operator: str, left: Value, right: Value) -> Condition:
    left, right = _dated(left, right.kind), _dated(right, left.kind)
    if {left.kind, right.kind} == {"moment", "date"}:
        if left.kind == "date":
            left, right, operator = right, left, _TURNED.get(operator, operator)
        return _against_day(operator, left, right)
    if left.kind != right.kind or (left.kind == "boolean" and operator not in ("=", "<>")):
        raise refused()
    return _COMPARE[operator](left.sql, right.sql)


def _dated(one: Value, other: str) -> Value:
    """A literal text as the moment or the day that it is compared with."""
    if one.text is None or other not in ("moment", "date"):
        return one
    try:
        if len(one.text) == 10:
            return Value("date", literal(day(one.text), Date))
        return Value("moment", literal(moment(one.text), DateTime(timezone=True)))
    except ValueError:
        raise refused() from None


def _against_day(operator: str, left: Value, right: Value) -> Condition:
    """A moment against a day, which is as long as it is in the province."""
    first, after = begin(right), begin(right, 1)
    conditions: dict[str, Condition] = {
        "=": (left.sql >= first) & (left.sql < after),
        "<>": (left.sql < first) | (left.sql >= after),
        "<": left.sql < first,
        "<=": left.sql < after,
        ">": left.sql >= after,
        ">=": left.sql >= first,
    }
    return conditions[operator]


def _between(args: list[Any], scope: Scope) -> Condition:
    if len(args) != 3:
        raise refused()
    one, low, high = (value(arg, scope) for arg in args)
    return _compared(">=", one, low) & _compared("<=", one, high)


def _in(args: list[Any], scope: Scope) -> Condition:
    if len(args) != 2 or not isinstance(args[1], list) or not args[1]:
        raise refused()
    one = value(args[0], scope)
    others = [value(arg, scope) for arg in args[1]]
    if all(other.kind == one.kind for other in others):
        return one.sql.in_([other.sql for other in others])
    return or_(*(_compared("=", one, other) for other in others))


def _like(args: list[Any], scope: Scope) -> Condition:
    if len(args) != 2:
        raise refused()
    one, pattern = value(args[0], scope), value(_patient(args[1]), scope)
    if one.kind != "text":
        raise refused()
    return one.sql.like(pattern.sql)


def _patient(pattern: Any) -> Any:
    """A pattern that the database is done with soon: a literal, folded or not, without too many wildcards."""
    inner = pattern
    while isinstance(inner, dict) and inner.get("op") in ("casei", "accenti") and isinstance(inner.get("args"), list):
        inner = inner["args"][0] if inner["args"] else None
    if not isinstance(inner, str):
        raise refused()
    if len(inner) > LONGEST_PATTERN or len(_WILDCARD.findall(inner)) > WILDCARDS:
        raise InvalidError(
            _("Mẫu của LIKE có nhiều nhất {most} ký tự và {wild} ký hiệu thay thế (% hoặc _)."),
            field="filter",
            most=LONGEST_PATTERN,
            wild=WILDCARDS,
        )
    return pattern


def _is_null(args: list[Any], scope: Scope) -> Condition:
    if len(args) != 1:
        raise refused()
    if args[0] == {"property": GEOMETRY}:
        return scope.shape().is_(None)
    return value(args[0], scope).sql.is_(None)


_OTHERS: dict[str, Callable[[list[Any], Scope], Condition]] = {
    "and": _and,
    "or": _or,
    "not": _not,
    "between": _between,
    "in": _in,
    "like": _like,
    "isNull": _is_null,
}
