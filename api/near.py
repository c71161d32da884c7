"""Codes much like one that nobody has, so that a slip is told with what was perhaps meant."""

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from boundaries import lookup
from boundaries.models import Area, Edition
from geo.models import Category, Unit
from geo.succession import there

MOST = 5
_SHORTEST = 2  # letters: one alone begins far too much


def near(session: Session, field: str, value: str, among: Sequence[Edition]) -> list[str]:
    """At most MOST codes of a filter, alike ones first, then those whose code or name has the value in it.

    Areas are those of some editions, without any of the one in force; units those that exist today.
    """
    query = _codes(field, among)
    if query is None:
        return []
    said = value.casefold()
    rows = [(code, name) for code, name in session.execute(query, {"day": lookup.today()}) if code != value]
    within = [code for code, name in rows if said in code or said in name.casefold()] if len(said) >= _SHORTEST else []
    alike = get_close_matches(said, {code for code, _name in rows}, MOST, 0.75)
    return list(dict.fromkeys([*alike, *sorted(within, key=lambda one: (len(one), one))]))[:MOST]


def _codes(field: str, among: Sequence[Edition]) -> Select[str, str] | None:
    if field == "category":
        return select(Category.code, Category.name).where(Category.active)
    if field == "unit":
        return select(Unit.code, Unit.name).where(there(lookup.today()))
    if field == "edition":
        return select(Edition.code, Edition.name)
    if field != "area":
        return None
    mine: Any = Edition.id.in_([one.id for one in among]) if among else lookup.in_force(named=False)
    query = select(Area.code, Area.name).join(Edition, Edition.id == Area.edition_id)
    return query.where(mine, Area.level != "neighbour").distinct()
