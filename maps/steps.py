"""The history as it goes on, in public: one line a step, with what everybody may know of its report."""

from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Row, Select, literal, select, tuple_
from sqlalchemy.orm import Session

from geo import cursor
from geo.cursor import Cursor
from geo.database import TransactionId
from geo.models import Category, Event, Report
from geo.moving import EDITION
from geo.transitions import BY_BORDER
from maps.features import select_public, urgent

# What an edition moved is told by one line for all of it.
_TOLD = (Event.door != EDITION) | Event.report_id.is_(None)
SWITCHED = ("edition", "kind", "moved")
SHOWN = ("category", "lon", "lat", "unit", "area", "commune", "created_at", "demo")


class Step(NamedTuple):
    """One line: where it stands, what it tells of (`report`, `step`, `edition`), and its public data."""

    at: Cursor
    kind: str
    data: dict[str, Any]


class Steps(NamedTuple):
    """The public lines up to a cursor, in their order; `whole` where nothing that can be read lies behind it."""

    found: list[Step]
    upto: Cursor
    whole: bool
    waiting: bool  # something committed cannot be read yet


def read(session: Session, after: Cursor, most: int) -> Steps:
    """The lines behind a cursor, at most so many; nothing where it is a place in another history.

    A report that its sender took back is told by its code alone, and only that it was.
    """
    end, waiting = cursor.look(session)
    if after.mark != end.mark:
        return Steps([], end, True, waiting)
    rows = session.execute(_lines(after, end, most)).all()
    found = [_step(row, end.mark) for row in rows if _public(row)]
    whole = len(rows) < most
    upto = max(after, end) if whole else Cursor(end.mark, rows[-1].transaction_id, rows[-1].id)
    return Steps(found, upto, whole, waiting)


def far(session: Session, after: Cursor, most: int) -> bool:
    """Whether more than so many lines lie behind a cursor."""
    query = select(Event.id).where(_behind(after), _TOLD)
    return session.scalar(query.order_by(Event.transaction_id, Event.id).offset(most).limit(1)) is not None


def back(session: Session, most: int) -> Cursor:
    """A cursor with at most so many lines behind it that can be read now."""
    end = cursor.here(session)
    query = select(Event.transaction_id, Event.id).where(
        Event.transaction_id < literal(end.transaction, TransactionId), _TOLD
    )
    row = session.execute(
        query.order_by(Event.transaction_id.desc(), Event.id.desc()).offset(most).limit(1)
    ).one_or_none()
    return Cursor(end.mark, row.transaction_id, row.id) if row else Cursor(end.mark, 0)


def _behind(after: Cursor) -> ColumnElement[bool]:
    place = tuple_(literal(after.transaction, TransactionId), literal(after.event, BigInteger))
    return tuple_(Event.transaction_id, Event.id) > place


def _lines(after: Cursor, end: Cursor, most: int) -> Select[Any]:
    query = select(Event).where(_behind(after), Event.transaction_id < end.transaction, _TOLD)
    line = query.order_by(Event.transaction_id, Event.id).limit(most).subquery("line")
    public = select_public()
    columns = [public.selected_columns[name] for name in ("id", *SHOWN)]
    more = (urgent().label("urgent"), Category.sensitive)
    known = public.with_only_columns(*columns, *more).subquery("known")
    told: list[Any] = [line.c[name] for name in ("transaction_id", "id", "action", "to_state", "at", "data")]
    return (
        select(*told, Report.code, *(known.c[name] for name in SHOWN), known.c.urgent, known.c.sensitive)
        .outerjoin(Report, Report.id == line.c.report_id)
        .outerjoin(known, known.c.id == line.c.report_id)
        .order_by(line.c.transaction_id, line.c.id)
    )


def _public(row: Row[Any]) -> bool:
    # That somebody had to confirm where it is tells of a border near a hidden place; that it moved then looks like
    # any other move.
    told = row.category and not (row.sensitive and row.action in BY_BORDER)
    return bool(told) or row.to_state == "withdrawn" or row.action == EDITION


def _step(row: Row[Any], mark: bytes) -> Step:
    place = Cursor(mark, row.transaction_id, row.id)
    if row.action == EDITION:
        # How many went to and from each unit is for those units.
        return Step(place, EDITION, {name: row.data[name] for name in SWITCHED} | {"at": row.at})
    data: dict[str, Any] = {"code": row.code, "state": row.to_state}
    if row.category:
        data |= {"action": row.action, "at": row.at, "urgent": row.urgent}
        data |= {name: getattr(row, name) for name in SHOWN}
        data |= {"lon": round(row.lon, 6), "lat": round(row.lat, 6)}
    return Step(place, "report" if row.action == "receive" else "step", data)
