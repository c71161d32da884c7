"""The officer's desk: which reports wait for whom, in the order in which they are due."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from geo import beside
from geo.clock import urgent_of
from geo.deadlines import ZONE
from geo.filters import next_deadline
from geo.i18n import _
from geo.models import Category, Report, Unit, User
from geo.permissions import Actor, visible
from geo.search import has_words
from geo.transitions import OPEN

ENDED = ("resolved", "rejected", "merged", "closed")
PAGE = 50
COUNTED = 10_000  # of what is done: beyond, the exact number tells nobody anything and costs the database much


@dataclass(frozen=True)
class Asked:
    """What somebody wants to see; codes throughout."""

    tab: str = "open"
    category: str | None = None
    commune: str | None = None
    unit: str | None = None
    q: str | None = None


_Condition = Callable[[Actor, datetime], ColumnElement[bool]]
_OPEN: _Condition = lambda _who, _now: Report.state.in_(OPEN)  # noqa: E731 (a row of the table below)


def _today(now: datetime) -> datetime:
    return datetime.combine(now.astimezone(ZONE).date() + timedelta(days=1), datetime.min.time(), ZONE)


TABS: dict[str, tuple[str, _Condition]] = {
    "new": (_("Mới"), lambda _who, _now: Report.state == "received"),
    "mine": (_("Của tôi"), lambda who, now: (Report.assignee_id == who.user_id) & _OPEN(who, now)),
    "late": (_("Quá hạn"), lambda who, now: (next_deadline() < now) & _OPEN(who, now)),
    "today": (_("Hạn hôm nay"), lambda who, now: next_deadline().between(now, _today(now)) & _OPEN(who, now)),
    "second": (_("Lần 2"), lambda who, now: Report.second_of_id.is_not(None) & _OPEN(who, now)),
    "waiting": (_("Chờ duyệt"), lambda who, now: Report.waiting.is_not(None) & _OPEN(who, now)),
    "maybe": (_("Có thể thuộc đơn vị"), lambda who, _now: beside.maybe(who)),
    "confirm": (_("Cần xác nhận"), lambda who, now: Report.needs_confirmation & _OPEN(who, now)),
    "open": (_("Tất cả đang mở"), _OPEN),
    "done": (_("Đã xong"), lambda _who, _now: Report.state.in_(ENDED)),
}


def in_queue(who: Actor, asked: Asked, now: datetime) -> Select[tuple[Report]]:
    """The reports of a tab that somebody may work on, the most pressing first; the newest first once they are done."""
    query: Select[tuple[Report]] = _narrowed(select(Report), asked).where(TABS[asked.tab][1](who, now))
    query = query if asked.tab == "maybe" else visible(query, who)
    if asked.tab == "done":
        return query.order_by(Report.settled_at.desc().nulls_last(), Report.id.desc())
    return query.order_by(urgent_of().desc(), next_deadline().asc().nulls_last(), Report.id)


def counts(session: Session, who: Actor, asked: Asked, now: datetime) -> dict[str, int]:
    """How many reports each tab has, under the same filters; of what is done COUNTED + 1 stands for more."""
    columns = [
        func.count().filter(condition(who, now)).label(tab)
        for tab, (_name, condition) in TABS.items()
        if tab not in ("done", "maybe")
    ]
    # The open ones are few however old the system is, and have an index of their own.
    query: Any = select(*columns).select_from(Report).where(_OPEN(who, now))
    row = session.execute(visible(_narrowed(query, asked), who)).one()
    ended = visible(_narrowed(select(Report.id), asked), who).where(TABS["done"][1](who, now)).limit(COUNTED + 1)
    done = session.scalar(select(func.count()).select_from(ended.subquery()))
    maybe = session.scalar(_narrowed(select(func.count()).select_from(Report), asked).where(beside.maybe(who)))
    return dict(row._mapping) | {"done": done or 0, "maybe": maybe or 0}


def following(session: Session, who: Actor, asked: Asked, report: Report, now: datetime) -> str | None:
    """The code of the report after this one in a tab, or of its first one; None where there is no other."""
    listed = list(session.scalars(in_queue(who, asked, now).with_only_columns(Report.code).limit(1_000)))
    others = listed[listed.index(report.code) + 1 :] if report.code in listed else listed
    return next((code for code in [*others, *listed] if code != report.code), None)


def load(session: Session, unit_id: int, now: datetime) -> list[tuple[User, int, int]]:
    """The active officers and heads of a unit with how many open and how many late reports each has."""
    open_, late = Report.state.in_(OPEN), next_deadline() < now
    mine = (
        select(Report.assignee_id, func.count().filter(open_).label("open"), func.count().filter(late).label("late"))
        .where(Report.unit_id == unit_id)
        .group_by(Report.assignee_id)
        .subquery()
    )
    rows = session.execute(
        select(User, func.coalesce(mine.c.open, 0), func.coalesce(mine.c.late, 0))
        .outerjoin(mine, mine.c.assignee_id == User.id)
        .where(User.unit_id == unit_id, User.active)
        .order_by(User.name, User.id)
    )
    return [(user, count, late) for user, count, late in rows]


def _narrowed(query: Any, asked: Asked) -> Any:
    if asked.category:
        kind = select(Category.id).where(Category.code == asked.category).scalar_subquery()
        query = query.where(Report.category_id == kind)
    if asked.commune:
        query = query.where(Report.commune_code == asked.commune)
    if asked.unit:
        query = query.where(Report.unit_id == select(Unit.id).where(Unit.code == asked.unit).scalar_subquery())
    if asked.q:
        code = Report.code.contains(asked.q.upper(), autoescape=True)
        query = query.where(or_(has_words(Report.content, Report.words, asked.q), code))
    return query
