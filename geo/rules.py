"""Which rules hold on a day, and which of them wins."""

from datetime import date

from sqlalchemy import ColumnElement

from geo.models import Rule

# How narrowly a rule fits a place: by its commune, by the area that routing ends at, everywhere.
COMMUNE, AREA, EVERYWHERE = 2, 1, 0


def in_force(day: date) -> ColumnElement[bool]:
    """The condition that a rule holds on a day."""
    begun = Rule.valid_from.is_(None) | (Rule.valid_from <= day)
    return begun & (Rule.valid_until.is_(None) | (Rule.valid_until > day))


def order(priority: int, narrowness: int, valid_from: date | None, number: int) -> tuple[int, int, date, int]:
    """A key of which the greatest wins: by priority, then the narrower area, then the newer rule."""
    return priority, narrowness, valid_from or date.min, number
