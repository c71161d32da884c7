"""Where a text message says that something happened: coordinates, or a plus code (Open Location Code)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from openlocationcode import openlocationcode as plus

Point = tuple[float, float]  # longitude, latitude in degrees
# Fewer decimals than three are no place: 0.01 degrees are a kilometre.
_PAIRS = [
    re.compile(rf"(?<![\d.,])(\d{{1,3}}{mark}\d{{3,}})(?:\s*[,;]\s*|\s+)(\d{{1,3}}{mark}\d{{3,}})(?!\d)")
    for mark in (r"\.", ",")
]
_PLUS = re.compile(r"(?<![A-Z0-9])([2-9CFGHJMPQRVWX]{4,8}\+[2-9CFGHJMPQRVWX]{2,7})(?![A-Z0-9])", re.IGNORECASE)
_STEP = 0.5  # degrees: the shortest short code repeats every degree


@dataclass(frozen=True)
class Place:
    """What a text says between two of its letters: the points it may mean, and its accuracy in metres."""

    start: int
    end: int
    points: list[Point]
    accuracy: float | None = None


def find(text: str, bounds: Sequence[float]) -> Place | None:
    """The first place in a text; a short plus code may mean several within the bounds (west, south, east, north)."""
    for pattern in _PAIRS:
        for pair in pattern.finditer(text):
            if (place := _pair(pair)) is not None:
                return place
    for code in _PLUS.finditer(text):
        if plus.isValid(code[1]):
            return Place(*code.span(), _codes(code[1], bounds))
    return None


def _pair(found: re.Match[str]) -> Place | None:
    texts = [part.replace(",", ".") for part in found.groups()]
    first, second = map(float, texts)
    # Maps write latitude first. A number above 90 is a longitude wherever it stands.
    lon, lat = (first, second) if first > 90 else (second, first)
    if lon > 180 or lat > 90:
        return None  # a price
    # A program leaves zeros at the end out, so the longer one says how exact both are.
    decimals = max(len(part.partition(".")[2]) for part in texts)
    return Place(*found.span(), [(lon, lat)], accuracy=60.0 if decimals == 3 else None)


def _codes(code: str, bounds: Sequence[float]) -> list[Point]:
    if plus.isFull(code):
        return [_centre(code)]
    west, south, east, north = bounds
    whole = {
        plus.recoverNearest(code, south + _STEP * row, west + _STEP * column)
        for row in range(int((north - south) / _STEP) + 2)
        for column in range(int((east - west) / _STEP) + 2)
    }
    return [(lon, lat) for lon, lat in map(_centre, sorted(whole)) if west <= lon <= east and south <= lat <= north]


def _centre(code: str) -> Point:
    area = plus.decode(code)
    return round(area.longitudeCenter, 6), round(area.latitudeCenter, 6)
