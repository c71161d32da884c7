"""Moments, numbers and distances as a reader of a language writes them."""

from datetime import UTC, datetime

from babel.dates import format_datetime, format_timedelta
from babel.numbers import format_decimal, format_percent
from babel.units import format_unit

from geo.deadlines import ZONE
from geo.i18n import Lang

_MOMENT = {"vi": "HH:mm, EEEE d/M/y", "en": "EEEE d MMMM y, HH:mm"}
_LOCALE = {"vi": "vi_VN", "en": "en_GB"}


def moment(value: datetime, lang: Lang) -> str:
    """A moment in Vietnam's time: "08:30, Thứ Bảy 31/1/2026"."""
    return format_datetime(value, _MOMENT[lang], tzinfo=ZONE, locale=_LOCALE[lang])


def ago(value: datetime, lang: Lang, *, now: datetime | None = None) -> str:
    """How long ago, or how far ahead, a moment lies: "3 giờ trước"."""
    return format_timedelta(value - (now or datetime.now(UTC)), add_direction=True, locale=_LOCALE[lang])


def number(value: float, lang: Lang) -> str:
    """A number with the language's separators: "1.234,5"."""
    return format_decimal(value, locale=_LOCALE[lang])


def bytes(size: float, lang: Lang) -> str:  # noqa: A001 (the template's word)
    """A size as a person says it: "1,2 MB"."""
    for unit, factor in (("gigabyte", 1e9), ("megabyte", 1e6)):
        if size >= factor:
            return format_unit(round(size / factor, 1), unit, "short", locale=_LOCALE[lang])
    return format_unit(max(1, round(size / 1_000)), "kilobyte", "short", locale=_LOCALE[lang])


def percent(share: float, lang: Lang) -> str:
    """A share of 1 in whole per cent: "62%"."""
    return format_percent(share, locale=_LOCALE[lang])


def distance(metres: float, lang: Lang) -> str:
    """Metres as a person says them: "150 m", "1,2 km"."""
    if metres >= 1_000:
        return format_unit(round(metres / 1_000, 1), "kilometer", "short", locale=_LOCALE[lang])
    return format_unit(round(metres) if metres < 100 else round(metres, -1), "meter", "short", locale=_LOCALE[lang])
