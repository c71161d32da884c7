"""Bars that are drawn by the page itself: lengths in percent of the longest one, so that words stay their size."""

from collections.abc import Sequence
from typing import NamedTuple


class Bar(NamedTuple):
    """A piece of a row: where it begins and how long it is, in percent, and its number."""

    start: float
    length: float
    number: int


class Row(NamedTuple):
    """A row: its label and its bars, one a series."""

    label: str
    bars: list[Bar]


class Bars(NamedTuple):
    """A chart: its rows; nothing to draw where `longest` is 0."""

    rows: list[Row]
    longest: int
    stacked: bool


def bars(rows: Sequence[tuple[str, Sequence[int]]], *, stacked: bool) -> Bars:
    """A chart of rows with a number for each series, one behind the other where stacked, else below one another."""
    longest = max((sum(numbers) if stacked else max(numbers) for _label, numbers in rows), default=0)
    drawn = []
    for label, numbers in rows:
        start, found = 0.0, []
        for number in numbers:
            length = round(100 * number / longest, 2) if longest else 0.0
            found.append(Bar(round(start, 2) if stacked else 0.0, length, number))
            start += length
        drawn.append(Row(label, found))
    return Bars(drawn, longest, stacked)
