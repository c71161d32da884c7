"""Codes much like one that nobody has, so that a slip is told with what was perhaps meant."""

from difflib import get_close_matches

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from boundaries.models import Area, Edition
from geo.models import Category, Unit

MOST = 5
_SHORTEST = 2  # letters: one alone begins far too much
_CODES: dict[str, Select[str, str]] = {
    "category": select(Category.code, Category.name).where(Category.active),
    "unit": select(Unit.code, Unit.name),
    "area": select(Area.code, Area.name).where(Area.level != "neighbour").distinct(),
    "edition": select(Edition.code, Edition.name),
}


def near(session: Session, field: str, value: str) -> list[str]:
    """At most MOST codes of a filter, alike ones first, then those whose code or name has the value in it."""
    if field not in _CODES:
        return []
    said = value.casefold()
    rows = session.execute(_CODES[field]).all()
    within = [code for code, name in rows if said in code or said in name.casefold()] if len(said) >= _SHORTEST else []
    alike = get_close_matches(said, {code for code, _name in rows}, MOST, 0.75)
    return list(dict.fromkeys([*alike, *sorted(within, key=lambda one: (len(one), one))]))[:MOST]
