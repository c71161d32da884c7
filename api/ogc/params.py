"""The parameters of a question, as the standards write them; whatever is unknown or means nothing is refused."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fastapi import Request
from sqlalchemy import ColumnElement, Subquery, literal

from geo.errors import InvalidError
from geo.i18n import _
from maps.collections import asking
from maps.collections.asking import Question, Span
from maps.collections.collection import Collection, Column
from maps.collections.cql2 import reading, walking
from maps.collections.cql2.values import Scope, day, day_begins, moment
from maps.collections.crs import CRS84, Crs, box, find

COMMON = ("f", "lang")
ONE = (*COMMON, "crs")
ITEMS = (*ONE, "limit", "bbox", "bbox-crs", "datetime", "filter", "filter-lang", "filter-crs", "cursor")
# Answered from an index: all but filters and properties.
COSTLESS = frozenset((*ONE, "limit", "bbox", "bbox-crs", "datetime", "filter-lang", "filter-crs", "cursor"))
MOST, USUAL, ON_A_PAGE = 10_000, 100, 20
_WHOLE = re.compile(r"-?\d{1,18}")


@dataclass(frozen=True)
class Items:
    """What is asked of a collection's items, and the system that they are wanted in."""

    rows: Subquery
    question: Question
    crs: Crs


def only(request: Request, *known: str) -> dict[str, str]:
    """The parameters, each once; InvalidError for one that is not known here."""
    found: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name not in known:
            raise InvalidError(_("Không có tham số này ở đây."), field=name[:60])
        if name in found:
            raise InvalidError(_("Tham số này được viết nhiều hơn một lần."), field=name)
        found[name] = value
    return found


def properties(collection: Collection) -> dict[str, Column]:
    """The columns that are parameters by themselves; a name that means something else is none."""
    return {name: column for name, column in collection.asked().items() if name not in ITEMS}


def items(request: Request, collection: Collection, usual: int = USUAL) -> Items:
    """The question of an address; InvalidError names the parameter that is wrong."""
    offered = properties(collection)
    sent = only(request, *ITEMS, *offered)
    rows = collection.rows()
    conditions = [_equal(rows.c[name], offered[name], sent[name]) for name in sent if name in offered]
    conditions += _narrowed(sent, collection, rows)
    question = Question(tuple(conditions), _limit(sent.get("limit"), usual), sent.get("cursor"))
    return Items(rows, question, crs(sent, collection))


def crs(sent: dict[str, str], collection: Collection, name: str = "crs") -> Crs:
    """One of the systems that a collection is offered in, CRS84 where none is asked for."""
    return find(sent.get(name, CRS84), collection.srid, name)


def _narrowed(sent: dict[str, str], collection: Collection, rows: Subquery) -> Iterator[ColumnElement[bool]]:
    bbox_crs, filter_crs = crs(sent, collection, "bbox-crs"), crs(sent, collection, "filter-crs")
    if "bbox" in sent:
        yield asking.within(collection, rows, _box(sent["bbox"], bbox_crs, collection.srid))
    if "datetime" in sent:
        found = asking.during(collection, rows, span(sent["datetime"]))
        if found is not None:
            yield found
    if "filter" in sent:
        tree = reading.read(sent["filter"], sent.get("filter-lang", reading.LANGUAGES[0]))
        yield _filter(tree, Scope(collection, rows, filter_crs))
    elif sent.get("filter-lang", reading.LANGUAGES[0]) not in reading.LANGUAGES:
        raise reading.unknown_language()


def _limit(written: str | None, usual: int) -> int:
    if written is None:
        return usual
    if not (written.isascii() and written.isdecimal()) or int(written[:19]) < 1:
        raise InvalidError(_("limit phải là số nguyên từ 1 trở lên."), field="limit")
    return min(int(written[:19]), MOST)


def _box(written: str, system: Crs, srid: int) -> Any:
    try:
        numbers = [float(one) for one in written.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) == 6:
        numbers = [*numbers[:2], *numbers[3:5]]  # heights: nothing here has one
    if len(numbers) != 4 or not all(map(math.isfinite, numbers)):
        raise InvalidError(_("bbox phải gồm 4 hoặc 6 số, cách nhau bằng dấu phẩy."), field="bbox")
    try:
        return box((numbers[0], numbers[1], numbers[2], numbers[3]), system, srid)
    except InvalidError as error:
        raise InvalidError(error.message, field="bbox", **error.values) from None


def _filter(tree: Any, scope: Scope) -> ColumnElement[bool]:
    try:
        return walking.condition(tree, scope)
    except InvalidError as error:
        raise InvalidError(error.message, field="filter", **error.values) from None


def span(written: str) -> Span:
    """A moment, a day or an interval that may be open at one end; days are those of the province."""
    begin, slash, end = written.partition("/")
    try:
        if not slash:
            first, after = _moment(begin)
            return (first, after or first, after is None)
        start = None if begin in ("", "..") else _moment(begin)[0]
        if end in ("", ".."):
            if start is None:
                raise ValueError(written)
            return (start, None, False)
        last, after = _moment(end)
        if start is not None and start > (after or last):
            raise ValueError(written)
        return (start, after or last, after is None)
    except (ValueError, OverflowError):
        raise InvalidError(
            _("datetime phải là 2026-01-31T08:00:00Z, ngày 2026-01-31, hoặc khoảng như ../2026-01-31."),
            field="datetime",
        ) from None


def _moment(written: str) -> tuple[datetime, datetime | None]:
    """A moment; of a day its beginning and its end."""
    written = written.replace(" ", "+")  # a plus sign in an address means a blank
    if len(written) == 10:
        found = day(written)
        return day_begins(found), day_begins(found + timedelta(days=1))
    return moment(written), None


def _equal(sql: ColumnElement[Any], column: Column, written: str) -> ColumnElement[bool]:
    try:
        if column.kind == "date":
            return sql == day(written)
        if column.kind == "moment":
            first, after = _moment(written)
            return sql == first if after is None else (sql >= first) & (sql < after)
        return sql == literal(_value(column, written))
    except ValueError:
        raise InvalidError(_("Giá trị không hợp với kiểu dữ liệu của thuộc tính này."), field=column.name) from None


def _value(column: Column, written: str) -> str | int | float | bool:
    if column.kind == "boolean":
        return {"true": True, "false": False}[written] if written in ("true", "false") else _no(written)
    if column.kind == "integer":
        return int(written) if _WHOLE.fullmatch(written) else _no(written)
    if column.kind == "number":
        return float(written) if math.isfinite(float(written)) else _no(written)
    return written if not column.values or written in column.values else _no(written)


def _no(written: str) -> Any:
    raise ValueError(written)
