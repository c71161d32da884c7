"""The periodic report as a spreadsheet that is ready to be signed and handed in."""

import io
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from boundaries.placed import THEN
from geo.deadlines import ZONE
from geo.i18n import Lang, translate
from maps.export.harmless import plain
from maps.statistics import lris
from maps.statistics.columns import COLUMNS, Column, value
from maps.statistics.lris import Report
from maps.statistics.naming import Called, Named
from maps.statistics.texts import (
    BY_EDITION,
    BY_THEN,
    COUNTRY,
    DATED,
    DEMO,
    HEADS,
    MAKER,
    MOTTO,
    MOVED,
    NOTES,
    NUMBER,
    PLACE_AND_DATE,
    SHEETS,
    SIGN,
    SIGN_BELOW,
    SO_FAR,
    TOTAL,
    UNPLACED,
)

# Vietnamese separators wherever the program that opens it knows the language.
WHOLE, DECIMAL, SHARE = "[$-42A]#,##0", "[$-42A]#,##0.0", "[$-42A]0.0%"
FORMATS = {"count": WHOLE, "sum": WHOLE, "decimal": DECIMAL, "share": SHARE}
FIRST = 2  # columns before the figures: number, name
LAST = FIRST + len(COLUMNS) - 1
HEAD = 6  # the row of the groups; below it the headings, then the letters that the notes speak of
BODY = HEAD + 3


class _Sheet:
    """A sheet being written, with the formats of its book."""

    def __init__(self, book: Any, sheet: Worksheet, lang: Lang) -> None:
        self._book, self.sheet, self._lang = book, sheet, lang
        self._formats: dict[frozenset[tuple[str, Any]], Any] = {}

    def format(self, **wanted: Any) -> Any:
        """A format of the book, made once."""
        all_ = {"font_name": "Times New Roman", "font_size": 11, "valign": "vcenter"} | wanted
        key = frozenset(all_.items())
        if key not in self._formats:
            self._formats[key] = self._book.add_format(all_)
        return self._formats[key]

    def say(self, message: str, **values: Any) -> str:
        """A sentence in the language of the report."""
        return translate(message, self._lang, **values)

    def across(self, row: int, first: int, last: int, text: str, **wanted: Any) -> None:
        """A text over several columns."""
        self.sheet.merge_range(row, first, row, last, text, self.format(align="center", **wanted))


def xlsx(report: Report, lang: Lang, *, demo: bool) -> bytes:
    """The report as XLSX, a sheet by unit, by category and maybe by area; sums are formulas with their values."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"title": _title(report, lang), "author": translate(lris.CENTRE, lang)})
        for (name, head), rows in zip(SHEETS.items(), (report.units, report.categories, report.areas), strict=True):
            if rows is None:
                continue
            page = _Sheet(book, book.add_worksheet(translate(name, lang)), lang)
            _top(page, report, lang, demo=demo, edition=report.edition if head == "area" else None)
            _heads(page, head)
            last = _body(page, rows, report.total)
            _print(page.sheet, _below(page, report, last + 2))
    return out.getvalue()


def _title(report: Report, lang: Lang) -> str:
    return translate(lris.TITLES[report.span.period], lang, **report.title_values)


def _top(page: _Sheet, report: Report, lang: Lang, *, demo: bool, edition: str | None) -> None:
    """Who reports on the left, the nation and its motto on the right, the title below."""
    middle = LAST // 2
    centre = page.say(lris.CENTRE).upper()
    page.across(0, 0, middle - 1, centre, bold=True, text_wrap=True)
    page.across(0, middle + 1, LAST, page.say(COUNTRY), bold=True)
    page.across(1, middle + 1, LAST, page.say(MOTTO), bold=True, underline=1)
    page.across(3, 0, LAST, _title(report, lang).upper(), bold=True, font_size=14)
    until = report.taken.astimezone(ZONE)
    said = page.say(DATED if report.over else SO_FAR, first=f"{report.span.first:%d/%m/%Y}", last=_last(report, until))
    # What would change until it is over must not be taken for the result.
    wanted = {} if report.over else {"bold": True, "font_color": "#A32014"}
    if edition:
        said += " – " + (page.say(BY_THEN) if edition == THEN else page.say(BY_EDITION, edition=edition))
    page.across(4, 0, LAST, said + (" – " + page.say(DEMO) if demo else ""), italic=True, **wanted)


def _last(report: Report, until: Any) -> str:
    return f"{report.span.last:%d/%m/%Y}" if report.over else f"{until:%H:%M %d/%m/%Y}"


def _heads(page: _Sheet, head: str) -> None:
    wanted = {"bold": True, "border": 1, "align": "center", "text_wrap": True, "bg_color": "#E3F1F5"}
    style, sheet = page.format(**wanted), page.sheet
    sheet.merge_range(HEAD, 0, HEAD + 1, 0, page.say(NUMBER), style)
    sheet.merge_range(HEAD, 1, HEAD + 1, 1, page.say(HEADS[head]), style)
    start = 0
    for place, column in enumerate(COLUMNS):
        sheet.write_string(HEAD + 1, FIRST + place, page.say(column.heading), style)
        if place + 1 == len(COLUMNS) or COLUMNS[place + 1].group != column.group:
            sheet.merge_range(HEAD, FIRST + start, HEAD, FIRST + place, page.say(column.group), style)
            start = place + 1
    letters = page.format(border=1, align="center", italic=True, font_size=9)
    for place in range(LAST + 1):
        sheet.write_string(HEAD + 2, place, f"({place + 1})", letters)
    sheet.set_row(HEAD, 30)
    sheet.set_row(HEAD + 1, 78)


def _body(page: _Sheet, rows: list[Named], total: dict[str, Any]) -> int:
    """A row for each unit or category and the total; the total's place."""
    last = BODY + len(rows)
    for place, row in enumerate(rows):
        at = BODY + place
        called = next(iter(row.of.values()))
        page.sheet.write_number(at, 0, place + 1, page.format(border=1, align="center"))
        name = called.name if isinstance(called, Called) else page.say(UNPLACED)
        page.sheet.write_string(at, 1, plain(name), page.format(border=1, text_wrap=True))
        _figures(page, at, row.figures, summed=None)
    bold = page.format(border=1, bold=True, align="center")
    page.sheet.merge_range(last, 0, last, 1, page.say(TOTAL), bold)
    _figures(page, last, total, summed=(BODY, last - 1) if rows else None, bold=True)
    return last


def _figures(page: _Sheet, at: int, figures: dict[str, Any], *, summed: tuple[int, int] | None, **wanted: Any) -> None:
    for place, column in enumerate(COLUMNS):
        style = page.format(border=1, num_format=FORMATS[column.kind], **wanted)
        found, formula = value(column, figures), _formula(column, at, summed)
        if formula:
            page.sheet.write_formula(at, FIRST + place, formula, style, "–" if found is None else found)
        elif found is None:
            page.sheet.write_string(at, FIRST + place, "–", page.format(border=1, align="right", **wanted))
        else:
            page.sheet.write_number(at, FIRST + place, found, style)


def _formula(column: Column, at: int, summed: tuple[int, int] | None) -> str | None:
    """How a cell follows from others; None where it is a figure of its own."""
    cells = [xl_rowcol_to_cell(at, FIRST + _PLACES[one]) for one in column.of if one in _PLACES]
    if column.kind == "sum":
        return "=" + "+".join(cells)
    if column.kind == "share":
        return f'=IF({cells[1]}=0,"–",{cells[0]}/{cells[1]})'
    if column.kind == "count" and summed:
        return _total(column, summed)
    return None


def _total(column: Column, rows: tuple[int, int]) -> str | None:
    """The sum of a column; what units gave one another came and went, and is in neither total."""
    if column.name == "forwarded":
        return None

    def added(name: str) -> str:
        place = FIRST + _PLACES[name]
        return f"SUM({xl_rowcol_to_cell(rows[0], place)}:{xl_rowcol_to_cell(rows[1], place)})"

    return f"={added('arrived')}-{added('forwarded')}" if column.name == "arrived" else f"={added(column.name)}"


_PLACES = {column.name: place for place, column in enumerate(COLUMNS)}


def _below(page: _Sheet, report: Report, row: int) -> int:
    """Notes, place and date, and the lines to sign on; the last row."""
    sheet, plain = page.sheet, page.format(font_size=10, text_wrap=True)
    sheet.write_string(row, 0, page.say(NOTES), page.format(bold=True, font_size=10))
    for place, column in enumerate(COLUMNS):
        said = f"({FIRST + place + 1}) {page.say(column.heading)}: {page.say(column.meaning)}"
        sheet.merge_range(row + 1 + place, 0, row + 1 + place, LAST, said, plain)
    row += len(COLUMNS) + 1
    sheet.merge_range(row, 0, row, LAST, page.say(MOVED, count=report.total["moved"]), plain)
    row += 2
    middle, made = LAST // 2, report.made
    # As offices write dates: a zero before days below ten and the first two months.
    month = f"{made:%m}" if made.month < 3 else str(made.month)
    signed = page.say(PLACE_AND_DATE, day=f"{made:%d}", month=month, year=made.year)
    page.across(row, middle + 1, LAST, signed, italic=True)
    for first, last, who in ((0, middle - 1, MAKER), (middle + 1, LAST, SIGN)):
        page.across(row + 1, first, last, page.say(who).upper(), bold=True)
        page.across(row + 2, first, last, page.say(SIGN_BELOW), italic=True)
    return row + 7


def _print(sheet: Worksheet, last: int) -> None:
    """A4 on its side, as wide as a page, the heads on each."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
    sheet.repeat_rows(HEAD, HEAD + 2)
    sheet.print_area(0, 0, last, LAST)
    sheet.set_footer("&C&P/&N")
    sheet.set_column(0, 0, 5)
    sheet.set_column(1, 1, 34)
    sheet.set_column(FIRST, LAST, 8.3)
    sheet.freeze_panes(BODY, FIRST)
    sheet.set_row(0, 32)
