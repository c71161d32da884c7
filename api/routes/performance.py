"""How units answered, over HTTP: tables by unit, category, area and period, and the periodic report for LRIS."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from api import performing
from api.deps import LangDep, SessionsDep
from api.filters import EditionSaid, read_filters
from api.parameters import CategoriesDep, known
from geo.deadlines import ZONE
from geo.i18n import Lang, translate
from maps.statistics import lris, periods, sheet, told
from maps.statistics.columns import COLUMNS, values
from maps.statistics.naming import Called, Named, named, names
from maps.statistics.performance import Question
from maps.statistics.periods import Period
from maps.statistics.texts import MOVED

router = APIRouter(prefix="/api/v1/statistics", tags=["statistics"], dependencies=[Depends(known)])
CSV, XLSX = "text/csv; charset=utf-8", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DemoDep = Annotated[bool, Query(description="the demonstration reports instead, which otherwise never count")]


@router.get("/performance", response_model=None, responses={200: {"content": {"text/csv": {}}}})
def show(
    *,
    request: Request,
    sessions: SessionsDep,
    lang: LangDep,
    by: Annotated[str, Query(description="unit, category, area, period, with commas between several")] = "unit",
    period: Annotated[
        Period | None, Query(description="what `by=period` means, else month; weeks begin on Monday")
    ] = None,
    category: CategoriesDep,
    unit: Annotated[str | None, Query(description="a code of /api/v1/units: what that unit did itself")] = None,
    area: Annotated[str | None, Query(description="the code of a district or a commune")] = None,
    since: Annotated[str | None, Query(description="a day, ISO 8601 or P30D; else the first report's day")] = None,
    until: Annotated[str | None, Query(description="the end: a day, which is included, or ISO 8601; else now")] = None,
    edition: EditionSaid = None,
    demo: DemoDep = False,
    format: Literal["json", "csv"] = "json",  # noqa: A002 (the word of all doors)
) -> Response | dict[str, Any]:
    """What was received, handled, on time, late, forwarded, disputed, how quickly and how it was rated.

    Each figure stands with the unit that held the report then; docs/statistics.md defines them. Mostly at most a
    minute old.
    """
    keys = performing.dimensions(by)
    with sessions() as session:
        filters = read_filters(
            session, category=category, unit=unit, area=area, since=since, until=until, edition=edition
        )
        called = names(session, english=lang == "en", edition=filters.edition)
    length: Period | None = (period or "month") if "period" in keys else None
    found = performing.ask(request, sessions, Question(filters, (keys,), length, demo=demo))
    rows = named(found.tables[keys], keys, called, length)
    if format == "csv":
        return _file(told.as_csv(rows, keys), CSV, f"thong-ke-{datetime.now(ZONE):%Y%m%d-%H%M}.csv")
    return {
        "generated_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "since": found.since.astimezone(ZONE).isoformat(),
        "until": found.until.astimezone(ZONE).isoformat(),
        "demo": demo,
        "edition": filters.edition,
        "by": keys,
        "period": length,
        "rows": told.rows(rows),
        "total": told.figures(found.total.figures),
    }


@router.get("/lris", response_model=None, responses={200: {"content": {XLSX: {}}}})
def periodic(
    *,
    request: Request,
    sessions: SessionsDep,
    lang: LangDep,
    period: Annotated[str, Query(max_length=10, description="a month 2026-08, a quarter 2026-Q3 or a year 2026")],
    edition: Annotated[
        str | None,
        Query(max_length=64, description="adds a table by the areas of an edition of /api/v1/boundaries, or of `then`"),
    ] = None,
    demo: DemoDep = False,
    format: Literal["json", "xlsx"] = "json",  # noqa: A002 (the word of all doors)
) -> Response | dict[str, Any]:
    """The periodic report for LRIS: a table by unit and one by category, with totals; as a sheet ready to be signed.

    422 for a period that has not begun. What units gave one another (`moved`) is in no total and not by category.
    """
    span = periods.named(period)
    with sessions() as session:
        chosen = read_filters(session, edition=edition).edition
        called = names(session, english=lang == "en", edition=chosen)
    answer = performing.ask(request, sessions, lris.question(span, edition=chosen, demo=demo))
    with sessions() as session:
        report = lris.report(session, span, answer, called, edition=chosen)
    if format == "xlsx":
        return _file(sheet.xlsx(report, lang, demo=demo), XLSX, f"lris-{periods.name(span.period, span.first)}.xlsx")
    return _as_json(report, lang, demo=demo)


def _as_json(report: lris.Report, lang: Lang, *, demo: bool) -> dict[str, Any]:
    return {
        "generated_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "title": translate(lris.TITLES[report.span.period], lang, **report.title_values),
        "centre": translate(lris.CENTRE, lang),
        "period": periods.name(report.span.period, report.span.first),
        "first_day": report.span.first.isoformat(),
        "last_day": report.span.last.isoformat(),
        "until": report.taken.astimezone(ZONE).isoformat(),
        "over": report.over,
        "demo": demo,
        "columns": [
            {
                "name": column.name,
                "group": translate(column.group, lang),
                "heading": translate(column.heading, lang),
                "meaning": translate(column.meaning, lang),
            }
            for column in COLUMNS
        ],
        "units": [_row(row) for row in report.units],
        "categories": [_row(row) for row in report.categories],
        **({} if report.areas is None else {"edition": report.edition, "areas": [_row(row) for row in report.areas]}),
        "total": _figures(report.total),
        "moved": report.total["moved"],
        "note": translate(MOVED, lang, count=report.total["moved"]),
    }


def _row(row: Named) -> dict[str, Any]:
    called = next(iter(row.of.values()))
    # Without an area are those that have no place in the edition yet.
    return (vars(called) if isinstance(called, Called) else {"code": None, "name": None}) | _figures(row.figures)


def _figures(figures: dict[str, Any]) -> dict[str, Any]:
    return {name: None if one is None else round(one, 4) for name, one in values(figures).items()}


def _file(data: bytes, kind: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(data, media_type=kind, headers=headers)
