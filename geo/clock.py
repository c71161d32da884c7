"""What a step does to the due moments of a report."""

from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from geo import deadlines, options
from geo.models import Category, Report

URGENT = (2, 1)  # hours to accept and days for the result, by the clock
ORDINARY = (4, 5)  # working hours and working days


def restart(report: Report, now: datetime) -> None:
    """A new deadline of acceptance, never one of the result."""
    report.accept_due = deadlines.due(now, accept_hours(report), urgent=urgent(report))


def resume(report: Report, now: datetime) -> None:
    """Moves both deadlines by what the first question took, the days to answer at most; later ones move nothing."""
    if report.questions != 1 or report.asked_at is None:
        return
    hurried = urgent(report)
    until = min(now, answer_due(report.asked_at))
    hours = deadlines.between(report.asked_at, until, urgent=hurried)
    if report.accept_due is not None:
        report.accept_due = deadlines.due(report.accept_due, hours, urgent=hurried)
    if report.resolve_due is not None:
        report.resolve_due = deadlines.due(report.resolve_due, hours, urgent=hurried)


def extend(report: Report, days: int) -> None:
    """Moves the deadline of the result by working days (of 24 hours where urgent)."""
    if report.resolve_due is not None:
        report.resolve_due = deadlines.due_in_days(report.resolve_due, days, urgent=urgent(report))


def answer_due(asked_at: datetime) -> datetime:
    """When a question counts as unanswered."""
    return deadlines.due_in_days(asked_at, options.value("answer_days"))


def urgent(report: Report) -> bool:
    """An officer's word on a report, else its category's."""
    return report.category.urgent if report.urgent is None else report.urgent


def urgent_of() -> ColumnElement[bool]:
    """The same in SQL, for any select over reports."""
    kind = select(Category.urgent).where(Category.id == Report.category_id).correlate(Report).scalar_subquery()
    return func.coalesce(Report.urgent, kind)


def accept_hours(report: Report) -> int:
    """The hours that a unit has to accept a report."""
    return hours_to_accept(report.category, urgent=urgent(report))


def hours_to_accept(kind: Category, *, urgent: bool) -> int:
    """The same for a report of a category, urgent or not."""
    return kind.accept_hours if urgent == kind.urgent else (URGENT if urgent else ORDINARY)[0]


def change_urgency(report: Report, now: datetime, *, urgent: bool) -> None:
    """Sets both deadlines anew: an urgent one's count from now and are never later, others' from when it came."""
    report.urgent = urgent
    kind = report.category
    hours = accept_hours(report)
    days = kind.resolve_days if urgent == kind.urgent else (URGENT if urgent else ORDINARY)[1]
    start = now if urgent else report.created_at
    accept, resolve = deadlines.due(start, hours, urgent=urgent), deadlines.due_in_days(start, days, urgent=urgent)
    if urgent:
        accept, resolve = min(accept, report.accept_due or accept), min(resolve, report.resolve_due or resolve)
    report.accept_due, report.resolve_due = accept, resolve
