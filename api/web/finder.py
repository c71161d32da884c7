"""The filters of the home page: what its address says, as a form and as what is switched on."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlencode

from fastapi import Request
from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from api.web.states import state_name
from boundaries import placed
from boundaries.models import Area, Edition
from geo.filters import Filters, apply_filters
from geo.i18n import Lang, _, translate
from geo.models import Report
from geo.permissions import PUBLIC, visible
from geo.search import alphabetical
from geo.transitions import STATES
from maps.statistics.texts import BY_THEN

NAMES = ("category", "state", "area", "edition", "since", "until")
PERIODS = {
    "PT24H": _("24 giờ qua"),
    "P7D": _("7 ngày qua"),
    "P30D": _("30 ngày qua"),
    "P90D": _("90 ngày qua"),
    "P365D": _("Một năm qua"),
}
BACK = {"D": _("{count} ngày qua"), "H": _("{count} giờ qua")}
_BACK = re.compile(r"PT?0*(\d+)([DH])")
FROM, TO = _("Từ {day}"), _("Đến hết {day}")
COUNTED = 10_000  # beyond, the exact number tells a reader nothing and costs the database much


class Place(NamedTuple):
    """An area that can be chosen: code, full name, and west, south, east, north in degrees."""

    code: str
    name: str
    box: list[float]


class Chosen(NamedTuple):
    """A filter that is on: its name and value in the address, in words, and the page's address without it."""

    name: str
    value: str
    text: str
    without: str


def written(request: Request) -> dict[str, str]:
    """The filters in the address without blanks: several categories joined, of two beginnings the later field's."""
    found: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name in NAMES and value.strip():
            found[name] = f"{found[name]},{value}" if name == "category" and name in found else value
    return found


def tidied(request: Request, filters: Mapping[str, str]) -> str | None:
    """The address to share where a form without script wrote blanks into it; None where it is tidy."""
    query = request.query_params.multi_items()
    if sum(name in NAMES for name, _value in query) == len(filters):
        return None
    return address({name: value for name, value in query if name not in NAMES} | dict(filters))


def address(query: Mapping[str, str]) -> str:
    """The home page with a query."""
    return "/" + (f"?{urlencode(query, safe=',')}" if query else "")


def places(session: Session, edition: Edition | None, wanted: str | None) -> list[Place]:
    """The areas that answer today, and the one that the address asks for."""
    if edition is None:
        return []
    return _listed(session, edition, or_(Area.level == edition.routing_level, Area.code == wanted))


def editions(session: Session, wanted: str | None) -> list[tuple[str, str]]:
    """Code and name of the editions to choose from, oldest first: those in force at some time, and the one asked for.

    None where there is nothing to choose.
    """
    there = or_(Edition.state == "active", Edition.code == wanted)
    query = select(Edition.code, Edition.name).where(there).order_by(Edition.valid_from)
    found = [(code, name) for code, name in session.execute(query)]
    return found if len(found) > 1 or wanted else []


def inside(session: Session, edition: Edition, district: str) -> list[Place]:
    """The communes of a district."""
    return _listed(session, edition, (Area.level == "commune") & (Area.parent_code == district))


def _listed(session: Session, edition: Edition, which: ColumnElement[bool]) -> list[Place]:
    corners = (call(Area.outline) for call in (func.ST_XMin, func.ST_YMin, func.ST_XMax, func.ST_YMax))
    query = select(Area.code, Area.kind, Area.name, *corners).where(Area.edition_id == edition.id, which)
    return [
        Place(code, f"{kind} {name}", [round(value, 4) for value in box])
        for code, kind, name, *box in sorted(
            session.execute(query.order_by(Area.code)), key=lambda row: alphabetical(row[2])
        )
    ]


def chosen(
    filters: Mapping[str, str],
    lang: Lang,
    *,
    categories: Sequence[Mapping[str, Any]],
    areas: Sequence[Place],
    editions: Sequence[tuple[str, str]] = (),
) -> list[Chosen]:
    """What is switched on, each with the address of the page without it."""
    names = {one["code"]: one["name"] for one in categories} | {one.code: one.name for one in areas}
    names |= dict(editions) | {placed.THEN: translate(BY_THEN, lang)}
    found = []
    for name, value in filters.items():
        for one in value.split(",") if name == "category" else (value,):
            rest = ",".join(code for code in value.split(",") if code != one) if name == "category" else ""
            without = {**filters, name: rest} if rest else {key: kept for key, kept in filters.items() if key != name}
            found.append(Chosen(name, one, _words(name, one, names, lang), address(without)))
    return found


def _words(name: str, value: str, names: Mapping[str, str], lang: Lang) -> str:
    if name == "state":
        return state_name(value, lang)
    if name in ("since", "until"):
        return _time(name, value, lang)
    return names.get(value, value)


def _time(name: str, value: str, lang: Lang) -> str:
    if value in PERIODS:
        return translate(PERIODS[value], lang)
    if name == "since" and (back := _BACK.fullmatch(value)):
        return translate(BACK[back[2]], lang, count=back[1])
    return translate(FROM if name == "since" else TO, lang, day=_day(value))


def _day(value: str) -> str:
    try:
        day = datetime.fromisoformat(value)
    except ValueError:
        return value
    clock = f" {day:%H:%M}" if "T" in value else ""
    return f"{day.day}/{day.month}/{day.year}{clock}"


def choices(lang: Lang, since: str = "") -> dict[str, dict[str, str]]:
    """What the form offers by itself: states and periods, by their values in the address; `since` among them."""
    states: dict[str, str] = {name: state_name(name, lang) for name in STATES if name != "withdrawn"}
    periods = {value: translate(text, lang) for value, text in PERIODS.items()}
    if since and since not in PERIODS and len(since) != len("2026-01-31"):
        periods[since] = _time("since", since, lang)
    return {"states": states, "periods": periods}


def counted(session: Session, filters: Filters) -> int:
    """How many public reports pass; COUNTED + 1 for all that is more."""
    some = visible(apply_filters(select(Report.id), filters), PUBLIC).limit(COUNTED + 1).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0
