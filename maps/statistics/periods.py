"""Days, weeks, months, quarters and years of Vietnam's calendar, and the moments at which they begin."""

import re
from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple

from geo.deadlines import ZONE
from geo.errors import InvalidError
from geo.i18n import _
from maps.past import start_of

Period = Literal["day", "week", "month", "quarter", "year"]
MOST = 600  # periods in one answer
_MONTHS: dict[Period, int] = {"month": 1, "quarter": 3, "year": 12}
_NAMED = re.compile(r"(?P<year>\d{4})(?:-Q(?P<quarter>[1-4])|-(?P<month>0[1-9]|1[0-2]))?")


class Span(NamedTuple):
    """A named period, its first day and the one after its last."""

    period: Period
    first: date
    after: date

    @property
    def last(self) -> date:
        """Its last day."""
        return self.after - timedelta(days=1)

    def begun(self, now: datetime) -> bool:
        """Whether its first day is here."""
        return start_of(self.first) <= now

    @property
    def number(self) -> int:
        """Which month or quarter of its year; the year itself where it is one."""
        return {"month": self.first.month, "quarter": (self.first.month + 2) // 3}.get(self.period, self.first.year)


def named(text: str) -> Span:
    """The month `2026-08`, the quarter `2026-Q3` or the year `2026`; InvalidError for anything else."""
    found = _NAMED.fullmatch(text)
    if not found or not 1900 <= int(found["year"]) < 3000:
        raise InvalidError(_("Hãy viết kỳ là 2026-08, 2026-Q3 hoặc 2026."), field="period")
    period: Period = "quarter" if found["quarter"] else "month" if found["month"] else "year"
    month = int(found["month"] or 3 * int(found["quarter"] or 1) - 2)
    first = date(int(found["year"]), month, 1)
    return Span(period, first, following(first, period))


def name(period: Period, first: date) -> str:
    """How `named` reads a month, quarter or year; the first day of any other period."""
    if period == "quarter":
        return f"{first.year}-Q{(first.month + 2) // 3}"
    return {"month": f"{first:%Y-%m}", "year": f"{first:%Y}"}.get(period, first.isoformat())


def beginning(day: date, period: Period) -> date:
    """The first day of the period that holds a day; weeks begin on Monday."""
    if period == "week":
        return day - timedelta(days=day.weekday())
    if period == "day":
        return day
    months = _MONTHS[period]
    return day.replace(month=(day.month - 1) // months * months + 1, day=1)


def following(first: date, period: Period) -> date:
    """The first day of the next period."""
    if period in ("day", "week"):
        return first + timedelta(days=1 if period == "day" else 7)
    month = first.year * 12 + first.month - 1 + _MONTHS[period]
    return date(month // 12, month % 12 + 1, 1)


def edges(since: datetime, until: datetime, period: Period) -> list[datetime]:
    """`since`, the moments between at which a period begins, `until`; InvalidError for more than MOST periods."""
    found = [since]
    first = following(beginning(since.astimezone(ZONE).date(), period), period)
    while (moment := start_of(first)) < until:
        if len(found) == MOST:
            raise InvalidError(
                _("Nhiều nhất {most} kỳ trong một lần; hãy chọn kỳ dài hơn hoặc khoảng thời gian ngắn hơn."),
                field="period",
                most=MOST,
            )
        found.append(moment)
        first = following(first, period)
    return [*found, until]
