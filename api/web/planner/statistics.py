"""/planner/statistics: what a period brought and what became of it, for everyone to read, print and take along."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from api import performing
from api.deps import LangDep, SessionsDep
from api.filters import read_filters
from api.web import mapping
from api.web.desk.lists import units
from api.web.planner.statistics_charts import Bars, bars
from api.web.render import page
from boundaries import editions
from geo.deadlines import ZONE
from geo.filters import Filters, apply_filters
from geo.i18n import Lang, _, translate
from geo.models import Report
from geo.permissions import PUBLIC, visible
from maps import samples
from maps.past import start_of
from maps.statistics import periods
from maps.statistics.columns import COLUMNS, values
from maps.statistics.measures import COUNTS, NAMES
from maps.statistics.naming import Called, Named, named, names
from maps.statistics.performance import Answer, Dimension, Question
from maps.statistics.periods import Period, Span
from maps.statistics.texts import MOVED

router = APIRouter(include_in_schema=False)
BY_UNIT: tuple[Dimension, ...] = ("unit",)
BY_CATEGORY: tuple[Dimension, ...] = ("category",)
BY_AREA: tuple[Dimension, ...] = ("area",)
BY_PERIOD: tuple[Dimension, ...] = ("period",)
PARTS: dict[Period, Period] = {"month": "week", "quarter": "month", "year": "month"}
CHOICES: dict[Period, int] = {"year": 10, "quarter": 12, "month": 24}  # how many there are to choose from
SHOWN = 10  # units in a chart
LABELS = {"month": _("Tháng {number}/{year}"), "quarter": _("Quý {number}/{year}"), "year": _("Năm {year}")}
WEEK = _("Tuần từ {day}")
GROUPS: dict[Period, str] = {"year": _("Năm"), "quarter": _("Quý"), "month": _("Tháng")}


@dataclass(frozen=True)
class Table:
    """A table by unit or category: the heading of its first column, and its rows; units have `proper` names."""

    name: str
    proper: bool
    rows: list[tuple[str, dict[str, float | None]]]


@router.get("/planner/statistics")
def show(
    *,
    request: Request,
    sessions: SessionsDep,
    lang: LangDep,
    period: str = "",
    unit: str = "",
    category: str = "",
    edition: str = "",
    demo: bool = False,
) -> Response:
    """The figures of a month, quarter or year, of one unit or category where one is chosen; `demo` of made-up ones.

    By the areas that reports were routed to, or by those of an edition, or of the one in force when each was made.
    """
    today = datetime.now(ZONE).date()
    span = periods.named(period or periods.name("quarter", periods.beginning(today, "quarter")))
    with sessions() as session:
        filters = read_filters(session, unit=unit or None, category=category or None, edition=edition or None)
        there = samples.present(session)
        known = names(session, english=lang == "en", edition=filters.edition)
        borders = [(one.code, one.name) for one in editions.every(session)]
        all_units, categories = units(session), mapping.categories(session, lang)
        oldest = session.scalar(select(func.min(Report.created_at)))
        within = replace(filters, since=start_of(span.first), until=start_of(span.after))
        made_up = there.demo and _any_made_up(session, within)
    demo = there.demo and (demo or not there.real)
    asked = Question(within, (BY_UNIT, BY_CATEGORY, BY_AREA, BY_PERIOD), PARTS[span.period], demo=demo)
    found = performing.ask(request, sessions, asked)
    by_unit = named(found.tables[BY_UNIT], BY_UNIT, known, None)
    by_category = named(found.tables[BY_CATEGORY], BY_CATEGORY, known, None)
    by_area = named(found.tables[BY_AREA], BY_AREA, known, None)
    figures = found.total.figures
    chosen = {"period": periods.name(span.period, span.first), "unit": unit, "category": category}
    chosen["edition"] = edition
    taken = found.until.astimezone(ZONE)
    over = span.after <= taken.date()
    return page(
        request,
        "planner_statistics.html",
        span=span,
        title=label(span.period, span.first, lang),
        until=None if over else found.until,
        begun=span.begun(datetime.now(UTC)),
        chosen=chosen,
        periods=_periods(oldest.astimezone(ZONE).date() if oldest else today, today, span, lang),
        units=all_units,
        categories=categories,
        borders=borders,
        unplaced=_unplaced(by_area) if edition else 0,
        demo=demo,
        real=there.real,
        other=_other(there, chosen, demo=demo),
        made_up=made_up,
        empty=not any(figures[name] for name in COUNTS),
        total=values(figures),
        figures=figures,
        columns=COLUMNS,
        moved_note=MOVED,
        groups=_groups(),
        tables=[
            Table(_("Đơn vị xử lý"), True, _rows(by_unit)),
            Table(_("Lĩnh vực"), False, _rows(by_category)),
            Table(_("Địa bàn"), True, _rows(by_area)),
        ],
        times=_times(found, span, lang),
        late=_late(by_unit),
        said=bars([("", [figures["satisfied"], figures["acceptable"], figures["dissatisfied"]])], stacked=True),
        downloads=_downloads(span, chosen, demo=demo),
    )


def _other(there: samples.Present, chosen: dict[str, str], *, demo: bool) -> str | None:
    """The address of the same with the other kind of reports, where there are both."""
    if not (there.real and there.demo):
        return None
    return "?" + urlencode({name: one for name, one in chosen.items() if one} | ({} if demo else {"demo": "1"}))


def _any_made_up(session: Session, within: Filters) -> bool:
    """Whether demonstration reports were sent within a period."""
    query = samples.only(visible(apply_filters(select(Report.id), within), PUBLIC), demo=True)
    return bool(session.scalar(select(exists(query))))


def label(period: Period, first: date, lang: Lang) -> str:
    """A month, quarter or year as people write it; of a week its first day."""
    if period not in LABELS:
        return translate(WEEK, lang, day=f"{first:%d/%m}")
    return translate(LABELS[period], lang, number=Span(period, first, first).number, year=first.year)


def _periods(oldest: date, today: date, span: Span, lang: Lang) -> list[tuple[str, list[tuple[str, str]]]]:
    """Years, quarters and months to choose from, the newest first; the one that is shown is always among them."""
    groups = []
    for period, most in CHOICES.items():
        first, found = periods.beginning(oldest, period), []
        while first <= today:
            found.append(first)
            first = periods.following(first, period)
        wanted = {*found[-most:], *([span.first] if span.period == period else [])}
        options = [(periods.name(period, one), label(period, one, lang)) for one in sorted(wanted, reverse=True)]
        groups.append((translate(GROUPS[period], lang), options))
    return groups


def _groups() -> list[tuple[str, int]]:
    """The groups of columns, each with how many it has."""
    found: dict[str, int] = {}
    for column in COLUMNS:
        found[column.group] = found.get(column.group, 0) + 1
    return list(found.items())


def _rows(rows: Sequence[Named]) -> list[tuple[str, dict[str, float | None]]]:
    return [(_name(row), values(row.figures)) for row in rows]


def _name(row: Named) -> str:
    called = next(iter(row.of.values()))
    return called.name if isinstance(called, Called) else ""


def _unplaced(rows: Sequence[Named]) -> int:
    """How many of the period's reports have no place in the edition yet."""
    return sum(row.figures["carried"] + row.figures["received"] for row in rows if row.of["area"] is None)


def _times(found: Answer, span: Span, lang: Lang) -> Bars:
    """What came and what was handled in each part of the period, those without anything too."""
    part = PARTS[span.period]
    told = {line.period: line.figures for line in found.tables[BY_PERIOD]}
    nothing = dict.fromkeys(NAMES, 0)
    first, rows = periods.beginning(span.first, part), []
    while start_of(first) < found.until:
        figures = told.get(first, nothing)
        rows.append((label(part, first, lang), [figures["received"], figures["handled"]]))
        first = periods.following(first, part)
    return bars(rows, stacked=False)


def _late(rows: Sequence[Named]) -> Bars:
    """What the units that answered most answered on time and late."""
    busy = sorted((row for row in rows if row.figures["handled"]), key=lambda row: -row.figures["handled"])
    return bars([(_name(row), [row.figures["on_time"], row.figures["late"]]) for row in busy[:SHOWN]], stacked=True)


def _downloads(span: Span, chosen: dict[str, str], *, demo: bool) -> dict[str, str]:
    """The addresses of the same as files; the sheet for LRIS is of all units, whatever is chosen."""
    kind = {"demo": "true"} if demo else {}
    by_area = {"edition": chosen["edition"]} if chosen["edition"] else {}
    by = "unit,category,area" if by_area else "unit,category"
    asked = {"by": by, "since": span.first.isoformat(), "until": span.last.isoformat()}
    asked |= {name: chosen[name] for name in ("unit", "category", "edition") if chosen[name]} | kind
    lris = {"period": periods.name(span.period, span.first)} | by_area | kind
    return {
        "xlsx": "/api/v1/statistics/lris?" + urlencode(lris | {"format": "xlsx"}),
        "lris": "/api/v1/statistics/lris?" + urlencode(lris),
        "csv": "/api/v1/statistics/performance?" + urlencode(asked | {"format": "csv"}),
        "json": "/api/v1/statistics/performance?" + urlencode(asked),
    }
