"""What a step does to the due moments of a report."""

from datetime import datetime

from geo import deadlines
from geo.models import Report

ASKED_DAYS = 5  # working days that the sender has to answer, and the longest pause of the clock


def restart(report: Report, now: datetime) -> None:
    """A new deadline of acceptance, never one of the result."""
    kind = report.category
    report.accept_due = deadlines.due(now, kind.accept_hours, urgent=kind.urgent)


def resume(report: Report, now: datetime) -> None:
    """Moves both deadlines by what the first question took, five working days at most; later ones move nothing."""
    if report.questions != 1 or report.asked_at is None:
        return
    urgent = report.category.urgent
    until = min(now, answer_due(report.asked_at))
    hours = deadlines.between(report.asked_at, until, urgent=urgent)
    if report.accept_due is not None:
        report.accept_due = deadlines.due(report.accept_due, hours, urgent=urgent)
    if report.resolve_due is not None:
        report.resolve_due = deadlines.due(report.resolve_due, hours, urgent=urgent)


def extend(report: Report, days: int) -> None:
    """Moves the deadline of the result by working days (of 24 hours where urgent)."""
    if report.resolve_due is not None:
        report.resolve_due = deadlines.due_in_days(report.resolve_due, days, urgent=report.category.urgent)


def answer_due(asked_at: datetime) -> datetime:
    """When a question counts as unanswered."""
    return deadlines.due_in_days(asked_at, ASKED_DAYS)
