"""The periodic report that goes into the reporting system LRIS: what it says, before it is a sheet or JSON."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from boundaries import placed
from geo.deadlines import ZONE
from geo.errors import InvalidError
from geo.filters import Filters
from geo.i18n import _
from geo.models import Category, Unit
from maps.past import start_of
from maps.statistics.measures import COUNTS, NAMES
from maps.statistics.naming import Called, Named, Names, named
from maps.statistics.performance import Answer, Dimension, Question
from maps.statistics.periods import Span

BY_UNIT: tuple[Dimension] = ("unit",)
BY_CATEGORY: tuple[Dimension] = ("category",)
BY_AREA: tuple[Dimension] = ("area",)
CENTRE = _("Trung tâm Giám sát, điều hành đô thị thông minh Quảng Nam")
TITLES = {
    "month": _("Báo cáo kết quả tiếp nhận, xử lý phản ánh hiện trường tháng {number} năm {year}"),
    "quarter": _("Báo cáo kết quả tiếp nhận, xử lý phản ánh hiện trường quý {number} năm {year}"),
    "year": _("Báo cáo kết quả tiếp nhận, xử lý phản ánh hiện trường năm {year}"),
}
_ROMAN = ("I", "II", "III", "IV")


@dataclass(frozen=True)
class Report:
    """A period's report: its tables by unit and by category and their total, of one moment.

    It counts up to `taken`; `made` is the day on which it is handed in. With an edition also by its areas, or by those
    of `then`; reports without a place in it yet are a row without a name.
    """

    span: Span
    taken: datetime
    made: date
    over: bool  # whether the period had ended by then
    units: list[Named]
    categories: list[Named]
    total: dict[str, Any]
    edition: str | None = None
    areas: list[Named] | None = None

    @property
    def title_values(self) -> dict[str, Any]:
        """The values of the title: a quarter in Roman numerals, as offices write it."""
        number = self.span.number
        return {
            "number": _ROMAN[number - 1] if self.span.period == "quarter" else number,
            "year": self.span.first.year,
        }


def question(span: Span, *, edition: str | None = None, demo: bool) -> Question:
    """What a period's report asks of the statistics; InvalidError for a period that has not begun."""
    if not span.begun(datetime.now(UTC)):
        raise InvalidError(
            _("Kỳ này chưa bắt đầu; ngày đầu tiên là {first}."), field="period", first=f"{span.first:%d/%m/%Y}"
        )
    filters = Filters(since=start_of(span.first), until=start_of(span.after), edition=edition)
    return Question(filters, (BY_UNIT, BY_CATEGORY, *([BY_AREA] if edition else [])), demo=demo)


def report(session: Session, span: Span, answer: Answer, known: Names, *, edition: str | None = None) -> Report:
    """The report that an answer to `question` makes, with all committees and categories, so that two can be compared.

    Others are in it where something happened.
    """
    return Report(
        span=span,
        taken=answer.until,
        made=datetime.now(ZONE).date(),
        over=answer.until >= start_of(span.after),
        units=_filled(BY_UNIT, answer, known, known.units, session.scalars(_committees(span.first, span.after))),
        categories=_filled(BY_CATEGORY, answer, known, known.categories, session.scalars(_categories())),
        total=answer.total.figures,
        edition=edition,
        # Areas of then are those where something happened: nobody asks for the empty ones of all editions.
        areas=_areas(answer, known, () if edition == placed.THEN else known.areas) if edition else None,
    )


def _areas(answer: Answer, known: Names, always: Iterable[str]) -> list[Named]:
    """A row for each area in the order of codes, and last for the reports without one."""
    rows = named(answer.tables[BY_AREA], BY_AREA, known, None)
    there = {row.of["area"] for row in rows}
    empty = [Named({"area": known.areas[code]}, _nothing()) for code in always if known.areas[code] not in there]
    return sorted([*rows, *empty], key=lambda row: (row.of["area"] is None, getattr(row.of["area"], "code", "")))


def _filled(
    by: tuple[Dimension], answer: Answer, known: Names, names: dict[int, Called], always: Iterable[int]
) -> list[Named]:
    """A table with a row for each of `always`, in the order of the names."""
    told = {row.of[by[0]]: row for row in named(answer.tables[by], by, known, None)}
    for number in always:
        told.setdefault(names[number], Named({by[0]: names[number]}, _nothing()))
    return [told[called] for called in names.values() if called in told]


def _nothing() -> dict[str, Any]:
    return {name: 0 if name in COUNTS else None for name in NAMES}


def _categories() -> Any:
    return select(Category.id).where(Category.active)


def _committees(first: date, after: date) -> Any:
    """The ids of the committees that existed for some of the days."""
    return select(Unit.id).where(
        Unit.kind == "committee",
        or_(Unit.valid_from.is_(None), Unit.valid_from < after),
        or_(Unit.valid_until.is_(None), Unit.valid_until > first),
    )


__all__ = ["CENTRE", "TITLES", "Report", "question", "report"]
