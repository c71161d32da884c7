"""The open reports: how many there are of each kind with each unit, and the first of each kind."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import BindParameter, ColumnElement, Row, Select, bindparam, func, or_, select
from sqlalchemy.orm import Session

from geo.filters import Filters, apply_filters, newest_first, next_deadline
from geo.i18n import _
from geo.models import Category, Report, Unit
from geo.transitions import OPEN

MOST = 50  # reports in a list
RECENT = timedelta(days=30)  # how far back the newest are looked for
NEWEST = _("Mới nhất")
_Any = TypeVar("_Any", bound=Any)


def _urgent() -> ColumnElement[bool]:
    # Without `clock.urgent_of`'s look at the category for each row: here are all open reports.
    hurried = select(Category.id).where(Category.urgent)
    return or_(Report.urgent.is_(True), Report.urgent.is_(None) & Report.category_id.in_(hurried))


_Condition = Callable[[datetime], ColumnElement[bool]]
# What an operator looks after. A missed deadline is an escalation: whether the clock has written it down yet or not.
TABS: dict[str, tuple[str, _Condition]] = {
    "unrouted": (
        _("Chưa rõ đơn vị"),
        lambda _now: Report.unit_id.in_(select(Unit.id).where(Unit.kind == "ioc")),
    ),
    "confirm": (_("Cần xác nhận"), lambda _now: Report.needs_confirmation.is_(True)),
    "late": (_("Quá hạn"), lambda now: next_deadline() < now),
    "second": (_("Lần 2"), lambda _now: Report.second_of_id.is_not(None)),
    "urgent": (_("Khẩn"), lambda _now: _urgent()),
}


@dataclass(frozen=True)
class Held:
    """What waits with a unit in an area: how many, how many late and by how many hours in all, how many of each tab."""

    unit: int
    area: str | None
    open: int
    late: int
    hours: float
    tabs: dict[str, int]


def held(session: Session, filters: Filters, now: datetime, *, demo: bool) -> list[Held]:
    """The open reports under the filters by unit and area; reads the index of open reports alone."""
    late = next_deadline() < now
    overdue = func.date_part("epoch", now - next_deadline()) / 3_600
    query: Any = select(
        Report.unit_id,
        Report.area_code,
        func.count(),
        func.count().filter(late),
        func.coalesce(func.sum(overdue).filter(late), 0.0),
        *(func.count().filter(condition(now)) for _name, condition in TABS.values()),
    ).group_by(Report.unit_id, Report.area_code)
    rows = session.execute(_open(apply_filters(query, filters), demo))
    return [
        Held(unit, area, count, missed, hours, dict(zip(TABS, tabs, strict=True)))
        for unit, area, count, missed, hours, *tabs in rows
    ]


def listed(session: Session, filters: Filters, now: datetime, *, tab: str, demo: bool) -> list[Row[Any]]:
    """The first MOST of a tab, the longest overdue or waiting first; of any other tab the newest of the last month.

    Rows have the report, its deadline, whether it is urgent, and the public place in degrees.
    """
    if tab in TABS:
        chosen: Select[Any] = _open(apply_filters(select(Report.id), filters), demo).where(TABS[tab][1](now))
        chosen = chosen.order_by(next_deadline().asc().nulls_last(), Report.id)
    else:
        chosen = apply_filters(select(Report.id), filters).where(Report.created_at >= now - RECENT)
        chosen = newest_first(chosen.where(Report.state != "withdrawn", Report.demo.is_(demo)))
    columns = (
        next_deadline().label("deadline"),
        _urgent().label("hurried"),
        func.ST_X(Report.public_point).label("lon"),
        func.ST_Y(Report.public_point).label("lat"),
    )
    query = select(Report, *columns).where(Report.id.in_(chosen.limit(MOST)))
    if tab in TABS:
        return list(session.execute(query.order_by(next_deadline().asc().nulls_last(), Report.id)))
    return list(session.execute(newest_first(query)))


def _open(query: Select[_Any], demo: bool) -> Select[_Any]:
    # Written into the statement: the planner must see that the partial index holds them.
    states: BindParameter[Any] = bindparam("states", OPEN, expanding=True, literal_execute=True)
    return query.where(Report.state.in_(states), Report.demo.is_(demo))
