"""How units answered: received, handled, on time, late, forwarded, disputed, how quickly, how senders rated it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal, get_args

from sqlalchemy import Row, Select, func, select, text, union_all
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from boundaries import placed
from boundaries.models import ReportArea
from geo import days, deadlines
from geo.deadlines import ZONE
from geo.errors import InvalidError, OverloadedError
from geo.filters import Filters, apply_filters
from geo.i18n import _
from geo.models import Category, Event, Report, Unit
from geo.permissions import PUBLIC, visible
from geo.transitions import OPEN
from maps.past import start_of
from maps.samples import only
from maps.statistics import history
from maps.statistics.measures import COUNTS, NAMES
from maps.statistics.periods import Period, beginning, edges

Dimension = Literal["unit", "category", "area", "period"]
DIMENSIONS: tuple[Dimension, ...] = get_args(Dimension)
_KEYS = dict(zip(DIMENSIONS, history.KEYS, strict=True))
SECONDS = 30.0  # that a question may take
RETRY = 60  # seconds
MEMORY = "64MB"  # for each sort
MOST = 10_000  # rows of all tables together


@dataclass(frozen=True)
class Question:
    """What is asked: `by` has a set of dimensions for each table; of `filters` category, unit, area, since, until.

    With an edition (or `then`) in the filters areas are those of it, else those that reports were routed to.
    Without `since` from the first report on, `until` now at the latest; `period` where a table is by period.
    """

    filters: Filters
    by: tuple[tuple[Dimension, ...], ...]
    period: Period | None = None
    demo: bool = False


@dataclass(frozen=True)
class Line:
    """A row of a table: the ids of its unit and category, the code of its area, its period's first day; and figures.

    `figures` has each of measures.NAMES; a median or mean of nothing is None.
    """

    unit: int | None
    category: int | None
    area: str | None
    period: date | None
    figures: dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """Tables by their dimensions and the total, of one moment; the span that they cover, as it was in the end."""

    since: datetime
    until: datetime
    tables: dict[tuple[Dimension, ...], list[Line]]
    total: Line


def performance(session: Session, question: Question, *, now: datetime | None = None) -> Answer:
    """The answer, all of it by one statement; OverloadedError where that takes more than SECONDS.

    InvalidError for more than MOST rows, or too many periods.
    """
    days.refresh(session)
    moment = now or datetime.now(UTC)
    # A bound alone: of all reports, whoever may see them, for that is the begin of an index.
    oldest = (session.scalar(select(func.min(Report.created_at))) or moment).astimezone(ZONE).date()
    asked = question.filters
    since = asked.since or start_of(oldest)
    until = max(min(asked.until or moment, moment), since)
    borders = [since, until]
    if question.period:
        # Periods before the first report are left out.
        first = max(since, start_of(beginning(oldest, question.period)))
        borders = edges(min(first, until), until, question.period)
    if borders[0] == until:
        return Answer(since, until, {by: [] for by in question.by}, _nothing())
    sets = list(dict.fromkeys((*question.by, ())))
    found: dict[tuple[Dimension, ...], list[Line]] = {one: [] for one in sets}
    for row in _ask(session, question, sets, borders, oldest):
        found[sets[row.sets]].append(_line(row, borders, question.period))
    return Answer(since, until, {by: found[by] for by in question.by}, (found[()] or [_nothing()])[0])


def _ask(
    session: Session, question: Question, sets: Sequence[Sequence[Dimension]], borders: Sequence[datetime], oldest: date
) -> Sequence[Row[Any]]:
    grouped = [[_KEYS[one] for one in by] for by in sets]
    unit = question.filters.unit
    values = {
        "since": borders[0],
        "until": borders[-1],
        "edges": list(borders),
        "buckets": len(borders) - 1,
        "most": MOST + 1,
        "offset": (borders[-1].astimezone(ZONE).utcoffset() or timedelta()).total_seconds(),
        "first_day": (oldest - date(1970, 1, 1)).days,
        "worked": deadlines.worked_before(oldest, borders[-1].astimezone(ZONE).date() + timedelta(days=1)),
        "unit_id": session.scalars(select(Unit.id).where(Unit.code == unit)).one() if unit else None,
    }
    query = text(history.statement(grouped)).columns().add_cte(_subject(session, question, borders).cte("subject"))
    with session.begin_nested():
        session.execute(text(f"SET LOCAL statement_timeout = {round(SECONDS * 1_000)}"))
        session.execute(text(f"SET LOCAL work_mem = '{MEMORY}'"))
        try:
            found = session.execute(query, values).all()
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) != "57014":
                raise
            raise OverloadedError(
                _("Khoảng thời gian này có quá nhiều phản ánh để tính ngay; hãy chọn kỳ ngắn hơn hoặc thêm bộ lọc."),
                details={"retry_after": RETRY},
            ) from error
    if len(found) > MOST:
        raise InvalidError(
            _("Kết quả có hơn {most} dòng; hãy chọn ít chiều hơn, kỳ dài hơn hoặc thêm bộ lọc."), field="by", most=MOST
        )
    return found


def _subject(session: Session, question: Question, borders: Sequence[datetime]) -> Select[Any]:
    """The reports that came before the end and were not over before the begin, as `history.statement` wants them."""
    since, asked = borders[0], question.filters
    by_edition = bool(asked.edition) and any("area" in by for by in question.by)
    area = (ReportArea if by_edition else Report).area_code
    columns = (Report.id, Report.created_at, Report.category_id, area, Report.resolve_due)
    # That somebody told of the same spot before would tie two reports of a hidden place together.
    again = (Report.recurrence > 1) & ~Category.sensitive
    query: Any = select(*columns, again.label("recurring")).join(Category, Category.id == Report.category_id)
    if by_edition:
        query = query.outerjoin(ReportArea, placed.here(placed.asked(session, asked.edition or "")))
    # A set to join with: as alternatives of a condition each report would look through all later steps by itself.
    alive: Any = union_all(
        select(Event.report_id).where(Event.at >= since),
        select(Report.id).where(Report.created_at >= since),
        select(Report.id).where(Report.state.in_(OPEN)),
    )
    narrowed = replace(asked, bbox=None, unit=None, state=None, since=None, until=borders[-1], q=None)
    return only(visible(apply_filters(query.where(Report.id.in_(alive)), narrowed), PUBLIC), question.demo)


def _line(row: Row[Any], borders: Sequence[datetime], period: Period | None) -> Line:
    first = None
    if row.bucket is not None and period:
        first = beginning(borders[row.bucket - 1].astimezone(ZONE).date(), period)
    return Line(row.unit_id, row.category_id, row.area_code, first, {name: getattr(row, name) for name in NAMES})


def _nothing() -> Line:
    figures = {name: 0 if name in COUNTS else None for name in NAMES}
    return Line(None, None, None, None, figures)
