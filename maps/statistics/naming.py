"""Tables with the names of their units, categories and areas, in the order of people's lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from boundaries import placed
from boundaries.models import Area
from boundaries.naming import of_areas
from geo.models import Category, Unit
from maps.statistics.performance import Dimension, Line
from maps.statistics.periods import Period, name


@dataclass(frozen=True)
class Called:
    """The code and the name of a unit, a category or an area."""

    code: str
    name: str


@dataclass(frozen=True)
class Named:
    """A row: what it is of (`period` as `periods.name` has it), and its figures."""

    of: dict[Dimension, Called | str | None]
    figures: dict[str, Any]


@dataclass(frozen=True)
class Names:
    """Units and categories by id and areas by code, each in its order: administration's, the form's, the codes'."""

    units: dict[int, Called]
    categories: dict[int, Called]
    areas: dict[str, Called]


def names(session: Session, *, english: bool = False, edition: str | None = None) -> Names:
    """What everything is called, categories in English where wanted, areas as an edition (or those of `then`) has them.

    A code that several editions have is called as the newest of them has it.
    """
    units = session.execute(select(Unit.id, Unit.code, Unit.name).order_by(Unit.id))
    title = Category.name_en if english else Category.name
    kinds = session.execute(select(Category.id, Category.code, title).order_by(Category.position, Category.id))
    return Names(
        {number: Called(code, said) for number, code, said in units},
        {number: Called(code, said) for number, code, said in kinds},
        _areas(session, edition),
    )


def _areas(session: Session, edition: str | None) -> dict[str, Called]:
    if edition is None:
        return {code: Called(code, one.full) for code, one in of_areas(session).items()}
    found: dict[str, Called] = {}
    for one in placed.asked(session, edition):
        here = (Area.edition_id == one.id, Area.level == one.routing_level)
        for code, kind, said in session.execute(select(Area.code, Area.kind, Area.name).where(*here)):
            found[code] = Called(code, f"{kind} {said}")
    return dict(sorted(found.items()))


def named(lines: Sequence[Line], by: Sequence[Dimension], known: Names, period: Period | None) -> list[Named]:
    """The rows of a table in order: of its dimensions the first first, and reports without an area last."""
    orders: list[dict[Any, int]] = [
        {key: place for place, key in enumerate(one)} for one in (known.units, known.categories, known.areas)
    ]

    def place(line: Line) -> tuple[Any, ...]:
        unit, category, area = (
            order.get(key, len(order)) for order, key in zip(orders, (line.unit, line.category, line.area), strict=True)
        )
        places = {"unit": unit, "category": category, "area": area, "period": line.period or date.min}
        return tuple(places[one] for one in by)

    return [_named(line, by, known, period) for line in sorted(lines, key=place)]


def _named(line: Line, by: Sequence[Dimension], known: Names, period: Period | None) -> Named:
    of: dict[Dimension, Called | str | None] = {}
    if line.unit is not None:
        of["unit"] = known.units[line.unit]
    if line.category is not None:
        of["category"] = known.categories[line.category]
    if "area" in by:
        # The code of an edition that was removed still stands in its reports.
        of["area"] = known.areas.get(line.area, Called(line.area, line.area)) if line.area else None
    if line.period is not None and period:
        of["period"] = name(period, line.period)
    return Named({one: of[one] for one in by}, line.figures)
