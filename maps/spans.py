"""A span of time as the whole days that the kept counts know, and what is left of days at its ends."""

from dataclasses import replace
from datetime import datetime, time, timedelta

from geo.deadlines import ZONE
from geo.density.grid import EPOCH, EVER, NEVER, day_number
from geo.filters import Filters


def spans(filters: Filters) -> tuple[tuple[int, int] | None, list[Filters]]:
    """The first whole day and the one after the last, None where there is none; and the questions that rows answer.

    Words are in no count, nor are the areas of an edition, so a question with either is one for the rows alone.
    """
    if filters.q or filters.inside is not None:
        return None, [filters]
    since, until = filters.since, filters.until
    first = NEVER if since is None else day_number(since - timedelta(microseconds=1)) + 1
    last = EVER if until is None else day_number(until)
    if first > last:
        return None, [filters]  # within one day
    rest = []
    if since is not None and since < midnight(first):
        rest.append(replace(filters, until=midnight(first)))
    if until is not None and until > midnight(last):
        rest.append(replace(filters, since=midnight(last)))
    return (first, last) if first < last else None, rest


def midnight(day: int) -> datetime:
    """The moment in Vietnam when a day since EPOCH begins."""
    return datetime.combine(EPOCH + timedelta(days=day), time(), ZONE)
