"""Rules that replace the default: for a category, in an area or everywhere, another unit than the committee answers."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.database import driver
from geo.models import Category, Rule, Unit

Objects = NDArray[np.object_]


_ANY = """
    SELECT FROM rules JOIN categories ON categories.id = rules.category_id
    WHERE rules.replaces AND categories.code = %(category)s LIMIT 1
    """


class Instead(NamedTuple):
    """The unit of a rule; `everywhere` where it does not matter which area a pin lies in."""

    unit: Unit
    category: str
    area_code: str | None
    everywhere: bool


def replacing(session: Session, day: date | None, category: str | None = None) -> list[Instead]:
    """The rules (of a category) whose unit exists on the day, the wider areas first."""
    query = select(Unit, Category.code, Rule.area_code).join(Rule, Rule.unit_id == Unit.id)
    query = query.join(Category, Category.id == Rule.category_id).where(Rule.replaces)
    if category is not None:
        query = query.where(Category.code == category)
    found = [Instead(unit, code, area, area is None) for unit, code, area in session.execute(query)]
    there = [one for one in found if day is None or _exists(one.unit, day)]
    # A commune's code is longer than its district's (QĐ 124/2004/QĐ-TTg: three digits and five).
    return sorted(there, key=lambda one: (len(one.area_code or ""), one.area_code or ""))


def instead(session: Session, category: str, places: Sequence[str | None], day: date | None) -> Instead | None:
    """The narrowest rule of a category for a place by the codes of its areas, None where the default stays."""
    # Most installations have none, and this stands in the way of every report: asked without the mapper.
    if driver(session).execute(_ANY, {"category": category}).fetchone() is None:
        return None
    fits = [one for one in replacing(session, day, category) if one.everywhere or one.area_code in places]
    return fits[-1] if fits else None


def instead_of_many(
    session: Session, categories: Objects, areas: Objects, communes: Objects, day: date | None
) -> list[tuple[Instead, NDArray[Any]]]:
    """The same for arrays: each rule with a mask of the pins it is the narrowest for; without an area there is none."""
    claimed = areas == None  # noqa: E711 (of each element)
    found = []
    for one in reversed(replacing(session, day)):
        here = True if one.everywhere else (areas == one.area_code) | (communes == one.area_code)
        mine = (categories == one.category) & here & ~claimed
        claimed |= mine
        if mine.any():
            found.append((one, mine))
    return found


def _exists(unit: Unit, day: date) -> bool:
    return (unit.valid_from or day) <= day < (unit.valid_until or date.max)
