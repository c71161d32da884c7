"""Rules that replace the default: for a category, in an area or everywhere, another unit than the committee answers."""

from datetime import date
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo import succession
from geo.database import driver
from geo.models import Category, Rule, Unit
from geo.rules import AREA, COMMUNE, EVERYWHERE, in_force, order

Objects = NDArray[np.object_]


_ANY = """
    SELECT FROM rules JOIN categories ON categories.id = rules.category_id
    WHERE rules.replaces AND categories.code = %(category)s LIMIT 1
    """


class Instead(NamedTuple):
    """A rule as it decides on a day; `unit` is its own, or whoever goes on with the work of that one."""

    id: int
    unit: Unit
    category: str
    area_code: str | None
    priority: int
    valid_from: date | None

    @property
    def everywhere(self) -> bool:
        """Whether it does not matter which area a pin lies in."""
        return self.area_code is None


def replacing(session: Session, day: date, category: str | None = None) -> list[tuple[Instead, int]]:
    """The rules (of a category) in force on the day that lead to a unit there is, and how narrowly; the first wins.

    A rule for an area stands here twice: a code may be a commune's or the routed area's.
    """
    query = select(Rule, Unit, Category.code).join(Unit, Rule.unit_id == Unit.id)
    query = query.join(Category, Category.id == Rule.category_id).where(Rule.replaces, in_force(day))
    if category is not None:
        query = query.where(Category.code == category)
    found = []
    for rule, named, code in session.execute(query):
        unit = succession.heir(named, day)
        if unit is not None:
            one = Instead(rule.id, unit, code, rule.area_code, rule.priority, rule.valid_from)
            found += [(one, how) for how in ([EVERYWHERE] if one.everywhere else [COMMUNE, AREA])]
    return sorted(
        found, key=lambda pair: order(pair[0].priority, pair[1], pair[0].valid_from, pair[0].id), reverse=True
    )


def there(session: Session, ids: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which ids are those of rules that are still there, and stay until the session's transaction ends."""
    known = [one for one in np.unique(ids).tolist() if one]
    query = select(Rule.id).where(Rule.id.in_(known)).order_by(Rule.id).with_for_update(read=True, key_share=True)
    return np.isin(ids, session.scalars(query).all() if known else [])


def instead(session: Session, category: str, area: str | None, commune: str | None, day: date) -> Instead | None:
    """The rule of a category that wins at a place by the codes of its areas, None where the default stays."""
    # Most installations have none, and this stands in the way of every report: asked without the mapper.
    if driver(session).execute(_ANY, {"category": category}).fetchone() is None:
        return None
    places = {EVERYWHERE: None, AREA: area, COMMUNE: commune}
    return next((one for one, how in replacing(session, day, category) if one.area_code == places[how]), None)


def instead_of_many(
    session: Session, categories: Objects, areas: Objects, communes: Objects, day: date
) -> list[tuple[Instead, NDArray[Any]]]:
    """The same for arrays: each rule with a mask of the pins where it wins; without an area there is none."""
    claimed = areas == None  # noqa: E711 (of each element)
    places = {AREA: areas, COMMUNE: communes}
    found = []
    for one, how in replacing(session, day):
        here: Any = True if one.everywhere else places[how] == one.area_code
        mine = (categories == one.category) & here & ~claimed
        claimed |= mine
        if mine.any():
            found.append((one, mine))
    return found
