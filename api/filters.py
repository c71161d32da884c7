"""The filters of reports as they are written in an address, the same for lists, maps and exports."""

import math
import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, get_args

from fastapi import Depends, Query, Request
from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from api.deps import SessionDep
from api.near import near
from api.parameters import CategoriesDep, once
from boundaries import placed
from boundaries.models import Area
from geo import codes
from geo.deadlines import ZONE
from geo.errors import FaultsError, InvalidError
from geo.filters import Filters
from geo.geometry import BBox
from geo.i18n import _
from geo.models import Category, Unit
from geo.transitions import State

_CODE = re.compile(r"[A-Za-z0-9\-]{1,64}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_NAMES = ("bbox", "category", "unit", "area", "state", "since", "until", "q", "edition")
_CODES = {
    "category": "/api/v1/categories",
    "unit": "/api/v1/units",
    "area": "/api/v1/boundaries, quangnam boundaries list",
    "edition": "then, /api/v1/boundaries, quangnam boundaries list",
    "state": ", ".join(get_args(State)),
}
_BACK = re.compile(r"P(?:(?P<days>\d{1,5})D|T(?P<hours>\d{1,5})H)")


def bbox(text: str) -> BBox:
    """`west,south,east,north` in degrees, WGS 84; InvalidError says how it is written."""
    try:
        west, south, east, north = map(float, text.split(","))
    except ValueError:
        raise _bad_box() from None
    inside = all(map(math.isfinite, (west, south, east, north)))
    if not inside or not (-180 <= west <= east <= 180) or not (-90 <= south <= north <= 90):
        raise _bad_box()
    return BBox(west, south, east, north)


def place(text: str) -> tuple[float, float]:
    """`lon,lat` in degrees, WGS 84; InvalidError says how it is written."""
    try:
        lon, lat = map(float, text.split(","))
    except ValueError:
        lon, lat = math.nan, math.nan
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise InvalidError(_("near phải là kinh độ,vĩ độ theo độ, ví dụ 108.33,15.88."), field="near")
    return lon, lat


def _bad_box() -> InvalidError:
    return InvalidError(_("bbox phải là tây,nam,đông,bắc theo độ, ví dụ 108.2,15.8,108.5,16.0."), field="bbox")


def moment(text: str, field: str) -> datetime:
    """A moment in ISO 8601, Vietnam's where it has no offset; a day means its begin, as `until` its end.

    A duration of days or hours, `P7D` or `PT24H`, is that long ago.
    """
    try:
        if back := _BACK.fullmatch(text):
            span = timedelta(**{unit: int(size) for unit, size in back.groupdict("0").items()})
            return _sane(datetime.now(UTC) - span)
        if _DAY.fullmatch(text):
            day = date.fromisoformat(text) + timedelta(days=field == "until")
            return _sane(datetime.combine(day, time(), ZONE))
        found = datetime.fromisoformat(text.replace(" ", "+"))  # a plus sign in an address means a blank
        return _sane(found if found.tzinfo else found.replace(tzinfo=ZONE))
    except (ValueError, OverflowError):
        raise InvalidError(
            _("Phải là ngày 2026-01-31, thời điểm ISO 8601, hoặc khoảng lùi về trước như P7D, PT24H."), field=field
        ) from None


def _sane(found: datetime) -> datetime:
    # At the ends of the calendar there is no day before or after, and no report either.
    if not 1900 <= found.year < 3000:
        raise ValueError(found.year)
    return found


def read_filters(
    session: Session,
    *,
    box: str | None = None,
    category: str | None = None,
    unit: str | None = None,
    area: str | None = None,
    state: str | None = None,
    since: str | None = None,
    until: str | None = None,
    q: str | None = None,
    edition: str | None = None,
) -> Filters:
    """The filters that were written, blanks left out; FaultsError names each that means nothing.

    With an edition `area` is a code of that edition.
    """
    faults: list[InvalidError] = []
    among = placed.asked(session, edition) if edition else []

    def known(field: str, value: str | None, found: bool) -> str | None:
        if value and not found:
            faults.append(_unknown(field, value, near(session, field, value[:80].replace("\0", "?"), among)))
        return value or None

    within, start, end = None, None, None
    try:
        within = bbox(box) if box else None
    except InvalidError as error:
        faults.append(error)
    try:
        start = moment(since, "since") if since else None
        end = moment(until, "until") if until else None
    except InvalidError as error:
        faults.append(error)
    if start and end and start > end:
        faults.append(InvalidError(_("since phải trước until."), field="since"))
    if q and ("\0" in q or len(q) > 100):
        faults.append(InvalidError(_("Nhiều nhất {most} ký tự chữ."), field="q", most=100))
    inside = placed.inside(session, among, area) if among and area else None
    there = _there(session, category, unit, None if among else area)
    several = known("category", category, there[0])
    filters = Filters(
        bbox=within,
        category=tuple(several.split(",")) if several else (),
        unit=known("unit", unit, there[1]),
        area=known("area", area, there[2] or inside is not None),
        state=known("state", state, state in get_args(State)),
        since=start,
        until=end,
        q=(codes.normalise(q) or q.strip() or None) if q else None,
        edition=known("edition", edition, bool(among)),
        inside=inside,
    )
    if faults:
        names = ", ".join(fault.field for fault in faults if fault.field)
        raise FaultsError(_("Thiếu hoặc sai ở: {names}."), faults, names=names)
    return filters


def written(filters: Filters) -> dict[str, str]:
    """The filters as `read_filters` reads them and an address has them; what is not asked is left out."""
    box = filters.bbox
    found = {
        "bbox": ",".join(map(repr, (box.west, box.south, box.east, box.north))) if box else None,
        "category": ",".join(filters.category),
        "unit": filters.unit,
        "area": filters.area,
        "state": filters.state,
        "since": filters.since.isoformat() if filters.since else None,
        "until": filters.until.isoformat() if filters.until else None,
        "q": filters.q,
        "edition": filters.edition,
    }
    return {name: value for name, value in found.items() if value}


def _unknown(field: str, value: str, alike: list[str]) -> InvalidError:
    said = _("{name} không có mã “{value}”; gần giống: {near}; các mã: {codes}.")
    return InvalidError(
        said if alike else _("{name} không có mã “{value}”; các mã: {codes}."),
        field=field,
        name=field,
        value=value[:80].replace("\0", "?"),
        near=", ".join(alike),
        codes=_CODES[field],
    )


def _there(session: Session, category: str | None, *others: str | None) -> tuple[bool, bool, bool]:
    if not category and not any(others):
        return False, False, False
    several = set(category.split(",")) if category else set()
    several = several if all(map(_CODE.fullmatch, several)) else set()
    unit, area = (code if code and _CODE.fullmatch(code) else None for code in others)
    row = session.execute(
        select(
            select(func.count() == len(several)).where(Category.code.in_(several)).scalar_subquery(),
            exists().where(Unit.code == unit),
            exists().where(Area.code == area, or_(Area.level == "district", Area.level == "commune")),
        )
    ).one()
    return bool(several and row[0]), bool(row[1]), bool(row[2])


EditionSaid = Annotated[
    str | None,
    Query(
        max_length=64,
        description="whose code `area` is: an edition of /api/v1/boundaries, or `then`, the one in force when each "
        "report was made; without it the area is the one that a report was routed to",
    ),
]


def _from_query(
    *,
    request: Request,
    session: SessionDep,
    bbox: Annotated[str | None, Query(description="west,south,east,north in degrees")] = None,
    category: CategoriesDep,
    unit: Annotated[str | None, Query(description="a code of /api/v1/units")] = None,
    area: Annotated[str | None, Query(description="the code of a district or a commune")] = None,
    state: Annotated[str | None, Query(description="received, in_progress, …")] = None,
    since: Annotated[
        str | None, Query(description="created at or after: a day, ISO 8601, or so long ago: P7D, PT24H")
    ] = None,
    until: Annotated[str | None, Query(description="created before: ISO 8601; or a day, which is included")] = None,
    q: Annotated[str | None, Query(description="words of the published content, or a report's code")] = None,
    edition: EditionSaid = None,
) -> Filters:
    once(request, *_NAMES)
    return read_filters(
        session,
        box=bbox,
        category=category,
        unit=unit,
        area=area,
        state=state,
        since=since,
        until=until,
        q=q,
        edition=edition,
    )


UpdatedSince = Annotated[
    str | None,
    Query(max_length=40, description="changed at or after: `updated_since_next` of the last answer"),
]
FiltersDep = Annotated[Filters, Depends(_from_query)]
