"""The parameters of a search, checked: what is asked, for how long a time, and which page of it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from api.filters import bbox, moment
from geo import codes
from geo.errors import InvalidError
from geo.geometry import BBox
from geo.i18n import _

SPAN = timedelta(days=90)
MOST = 1_000  # on one page
FARTHEST = 50_000.0  # metres
RADIUS = 1_000.0  # metres, where none is said


@dataclass(frozen=True)
class Span:
    """From `start` (included) to `end` (excluded); none for a side without an end."""

    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True)
class Near:
    """A circle on the ground: degrees, metres."""

    lon: float
    lat: float
    radius: float

    @property
    def box(self) -> BBox:
        """What surely holds it, for the index."""
        high = self.radius / 110_000
        wide = high / max(math.cos(math.radians(min(abs(self.lat) + high, 89))), 0.01)
        return BBox(self.lon - wide, self.lat - high, self.lon + wide, self.lat + high)


def listed(text: str | None) -> list[str]:
    """What stands between commas."""
    return [one.strip() for one in (text or "").split(",") if one.strip()]


def report_codes(text: str | None) -> list[str]:
    """The codes of reports in a list, in any spelling; what is none is left out, and more than a page is too many."""
    found = listed(text)
    if len(found) > MOST:
        raise InvalidError(_("Nhiều nhất {most} mã một lần."), field="service_request_id", most=MOST)
    return [code for code in map(codes.normalise, found) if code is not None]


def span(start: str | None, end: str | None, names: tuple[str, str], *, now: datetime | None = None) -> Span:
    """The time between two moments, at most 90 days: with one of them the 90 days beside it, with none the last ones.

    InvalidError for what is no moment, the wrong way round, or longer.
    """
    begin = _moment(start, "since", names[0])
    until = _moment(end, "until", names[1])
    if begin is None and until is None:
        return Span(start=(now or datetime.now(UTC)) - SPAN)
    if begin is None or until is None:
        return Span(until - SPAN, until) if until is not None else Span(begin, begin + SPAN if begin else None)
    if until < begin:
        raise InvalidError(_("Thời điểm cuối phải sau thời điểm đầu."), field=names[1])
    if until - begin > SPAN:
        raise InvalidError(_("Mỗi lần hỏi nhiều nhất {days} ngày; hãy chia thành nhiều lần."), field=names[1], days=90)
    return Span(begin, until)


def _moment(text: str | None, way: str, name: str) -> datetime | None:
    if not text or not text.strip():
        return None
    try:
        return moment(text.strip(), way)
    except InvalidError as error:
        raise InvalidError(error.message, field=name, **error.values) from error


def circle(lat: float | None, long: float | None, radius: float | None) -> Near | None:
    """A place with a radius; InvalidError for one half of it, or nowhere on the earth."""
    if lat is None and long is None and radius is None:
        return None
    if lat is None or long is None or not (-90 <= lat <= 90 and -180 <= long <= 180):
        raise InvalidError(_("Hãy gửi cả lat và long theo độ, ví dụ 15.88 và 108.33."), field="lat")
    metres = RADIUS if radius is None else radius
    if not 0 < metres <= FARTHEST:
        raise InvalidError(_("radius từ 0 đến {most} mét."), field="radius", most=int(FARTHEST))
    return Near(long, lat, metres)


def box(text: str | None) -> BBox | None:
    """west,south,east,north, or nothing."""
    return bbox(text) if text and text.strip() else None


def known(wanted: Sequence[str], there: Sequence[str] | set[str], field: str) -> None:
    """InvalidError where something is asked for that there is not."""
    if not set(wanted) <= set(there):
        raise InvalidError(
            _("Không có giá trị này; dùng được: {expected}."), field=field, expected=", ".join(sorted(there))
        )
