"""A question to a collection, and its answer: a page of rows by a cursor, one row, a number."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
import shapely
from sqlalchemy import ColumnElement, Date, DateTime, Row, Select, Subquery, and_, cast, func, or_, select, text, tuple_
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from geo.deadlines import ZONE
from geo.errors import InvalidError
from geo.filters import Filters
from geo.i18n import _
from maps import density
from maps.collections.collection import ID, KEY, SHAPE, Collection

PATIENCE = 4  # seconds that a page may take
COUNTING = 1  # seconds after which the number of all is left out
Span = tuple[datetime | None, datetime | None, bool]  # from, until, and whether the end itself counts


@dataclass(frozen=True)
class Question:
    """What is asked: conditions on the columns of `Collection.rows`, and the place to go on from."""

    conditions: tuple[ColumnElement[bool], ...] = ()
    limit: int = 100
    cursor: str | None = None


@dataclass(frozen=True)
class Page:
    """Rows in the collection's order, and the cursors of the pages behind and before where there are any."""

    rows: Sequence[Row[Any]]
    next: str | None
    previous: str | None


def patient(session: Session, seconds: int = PATIENCE) -> None:
    """Ends statements of the session's transaction that take longer."""
    session.execute(text(f"SET LOCAL statement_timeout = '{seconds}s'"))


def page(session: Session, collection: Collection, rows: Subquery, question: Question) -> Page:
    """The features that pass, `limit` at most."""
    backward, place = _read(question.cursor, collection) if question.cursor else (False, None)
    keys = [rows.c[f"{KEY}{number}"] for number in range(collection.keys)]
    downward = collection.descending is not backward
    query = _shown(rows).where(*question.conditions)
    if place is not None:
        here, there = tuple_(*keys), tuple_(*place)
        query = query.where(here < there if downward else here > there)
    query = query.order_by(*(key.desc() if downward else key.asc() for key in keys))
    found = session.execute(query.limit(question.limit + 1)).all()
    more = len(found) > question.limit
    found = found[: question.limit]
    if backward:
        found = found[::-1]
    further = more if not backward else True
    before = place is not None and (more if backward else True)
    if not found:
        return Page(found, None, None)
    return Page(
        found,
        _write(found[-1], collection, backward=False) if further else None,
        _write(found[0], collection, backward=True) if before else None,
    )


def one(session: Session, collection: Collection, identity: str) -> Row[Any] | None:
    """The feature of an id."""
    if "\0" in identity:
        return None
    rows = collection.rows()
    key: ColumnElement[Any] = rows.c[ID]
    value: str | int = identity
    if collection.numeric_id:
        if not (identity.isdecimal() and identity.isascii() and len(identity) < 19):
            return None
        key, value = rows.c[f"{KEY}0"], int(identity)
    return session.execute(_shown(rows).where(key == value)).one_or_none()


def matched(session: Session, collection: Collection, rows: Subquery, question: Question) -> int | None:
    """How many features pass; None where counting them takes too long."""
    if collection.counted and not question.conditions:
        return density.total(session, Filters())
    try:
        with session.begin_nested():
            patient(session, COUNTING)
            return session.scalar(select(func.count()).select_from(rows).where(*question.conditions))
    except OperationalError:
        return None
    finally:
        patient(session)


def _shown(rows: Subquery) -> Select[Any]:
    columns = [one for one in rows.c if one.name != SHAPE]
    return select(*columns, func.ST_AsBinary(rows.c[SHAPE], type_=None).label(SHAPE))


def within(collection: Collection, rows: Subquery, shape: Any) -> ColumnElement[bool]:
    """The condition that a feature touches a shapely geometry in x, y of the collection's SRID, or is nowhere."""
    touches: ColumnElement[bool] = func.ST_Intersects(rows.c[SHAPE], geometry(shape, collection.srid))
    return or_(touches, rows.c[SHAPE].is_(None)) if collection.placeless else touches


def geometry(shape: Any, srid: int) -> ColumnElement[Any]:
    """A shapely geometry as SQL."""
    return func.ST_GeomFromWKB(shapely.to_wkb(shape), srid, type_=None)


def during(collection: Collection, rows: Subquery, span: Span) -> ColumnElement[bool] | None:
    """The condition that the time of a feature and a span have a moment in common; None where features have no time.

    A date is a day of the province: as a beginning and as an end it stands for its first moment.
    """
    if collection.begins is None:
        return None
    start, end, closed = span
    begins = rows.c[collection.begins]
    first = _moment(begins)
    if collection.ends is None:
        later = first >= start if start is not None else None
        if start is not None and isinstance(begins.type, Date):
            later = _moment(begins + 1) > start
        sooner = (first <= end if closed else first < end) if end is not None else None
        return and_(*(one for one in (later, sooner) if one is not None))
    ends = rows.c[collection.ends]
    later = or_(ends.is_(None), _moment(ends) > start) if start is not None else None
    sooner = or_(begins.is_(None), first <= end if closed else first < end) if end is not None else None
    return and_(*(one for one in (later, sooner) if one is not None))


def _moment(sql: ColumnElement[Any]) -> ColumnElement[Any]:
    return day_begins(sql) if isinstance(sql.type, Date) else sql


def day_begins(sql: ColumnElement[Any]) -> ColumnElement[Any]:
    """The moment at which a day begins in the province, in SQL; the database's own zone is another."""
    return func.timezone(ZONE.key, cast(sql, DateTime))


def _write(row: Row[Any], collection: Collection, *, backward: bool) -> str:
    keys = [row._mapping[f"{KEY}{number}"] for number in range(collection.keys)]
    return base64.urlsafe_b64encode(orjson.dumps([int(backward), *keys])).decode().rstrip("=")


def _read(cursor: str, collection: Collection) -> tuple[bool, list[Any]]:
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        backward, *keys = orjson.loads(raw)
        if len(keys) != collection.keys or backward not in (0, 1):
            raise ValueError(cursor)
        return bool(backward), [_typed(key, one) for key, one in zip(keys, _types(collection), strict=True)]
    except (binascii.Error, ValueError, TypeError) as error:
        raise InvalidError(_("Con trỏ trang không đúng; hãy mở lại từ trang đầu."), field="cursor") from error


def _types(collection: Collection) -> list[type]:
    keys = (collection.select.selected_columns[f"{KEY}{number}"] for number in range(collection.keys))
    return [key.type.python_type for key in keys]


def _typed(value: Any, wanted: type) -> Any:
    if wanted is datetime:
        return datetime.fromisoformat(value)
    if type(value) is not wanted or (isinstance(value, int) and not -(2**63) <= value < 2**63) or "\0" in str(value):
        raise ValueError(value)
    return value
