"""The equal of a map for whoever does not see it or use it: the same data as a list or a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

import numpy as np
from babel.dates import format_date, format_datetime, format_skeleton

from geo.deadlines import ZONE
from maps.film import Film
from maps.frame import LOCALES, Frame
from maps.statistics import AreaCount
from maps.words import WORDS

MOST = 100  # reports or moments; what is more is in a file, or summed up by months


@dataclass(frozen=True)
class Counted:
    """A row of a table: what is counted, whether that is a Vietnamese name, and how many there are."""

    name: str
    count: str
    vietnamese: bool = False


def listed(frame: Frame, reports: Sequence[dict[str, Any]]) -> list[dict[str, str]]:
    """The first of the map's reports in words: code, category, state, area, moment."""
    names = {one["code"]: one["name"] for one in frame.categories}
    rows = []
    for one in reports[:MOST]:
        facts = one["properties"]
        moment = datetime.fromisoformat(facts["created_at"]) if facts.get("created_at") else None
        rows.append(
            {
                "code": one["id"],
                "category": names.get(facts["category"], frame.say(WORDS["unknown"])),
                "state": frame.states.get(facts["state"], facts["state"]),
                "area": facts.get("area_name") or "",
                "moment": _moment(frame, moment) if moment else "",
            }
        )
    return rows


def by_area(frame: Frame, areas: Sequence[AreaCount]) -> list[Counted]:
    """The areas that have reports, the fullest first."""
    full = sorted((one for one in areas if one.count), key=lambda one: (-one.count, one.name))
    return [Counted(f"{one.kind} {one.name}", frame.number(one.count), vietnamese=True) for one in full]


def by_time(frame: Frame, film: Film) -> list[Counted]:
    """The frames of a film that have reports, the newest first; of more than MOST frames the months."""
    totals = np.bincount(film.frame, film.count, minlength=len(film.starts)).astype(int).tolist()
    full = [(day, total) for day, total in zip(film.starts, totals, strict=True) if total][::-1]
    if len(full) <= MOST:
        return [Counted(frame.say(WORDS[film.by], day=_day(frame, day)), frame.number(total)) for day, total in full]
    months = groupby(full, key=lambda row: row[0].replace(day=1))
    return [Counted(_month(frame, first), frame.number(sum(total for _, total in rows))) for first, rows in months]


def _moment(frame: Frame, moment: datetime) -> str:
    return format_datetime(moment, "HH:mm d/M/y", tzinfo=ZONE, locale=LOCALES[frame.lang])


def _day(frame: Frame, day: date) -> str:
    return format_date(day, "long", locale=LOCALES[frame.lang])


def _month(frame: Frame, first: date) -> str:
    return str(format_skeleton("yMMMM", first, locale=LOCALES[frame.lang]))
