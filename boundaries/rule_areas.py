"""What an edition does to rules for areas: some lose theirs, and a code that is used again is other ground."""

from datetime import date
from typing import Any, NamedTuple

import numpy as np
import shapely
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, aliased, load_only

from boundaries import atlas, editions, lookup
from boundaries.diff import SHARE
from boundaries.models import Area, Edition
from geo.models import Category, Rule, Unit
from geo.succession import heir

_LEVELS = ("district", "commune")


class Ending(NamedTuple):
    """A rule that decides nothing once an edition is in force, for that one lacks its area."""

    rule: Rule
    category: Category
    unit: Unit
    area: Area


class Shifting(NamedTuple):
    """A rule whose area's code is other ground once an edition is in force, with the area before and after."""

    rule: Rule
    category: Category
    unit: Unit
    before: Area
    after: Area


def ending(session: Session, edition: Edition, day: date) -> list[Ending]:
    """The rules for areas in force on the day that an edition lacks, by area; not those that are over by then.

    None where a later edition goes on to be in force.
    """
    if editions.follows(session, edition, day, active=True) != edition:
        return []
    theirs = select(Area.code).where(Area.edition_id == edition.id, Area.level.in_(_LEVELS))
    query = _ruled(day, select(Rule, Category, Unit, Area)).where(Rule.area_code.not_in(theirs))
    return [Ending(*row) for row in session.execute(query, {"day": day})]


def shifting(session: Session, edition: Edition, day: date) -> list[Shifting]:
    """The rules that decide before the day, and on it for other ground than in the edition now in force, by area.

    None where a later edition goes on to be in force.
    """
    if editions.follows(session, edition, day, active=True) != edition:
        return []
    today, new = lookup.today(), aliased(Area)
    query = (
        _ruled(day, select(Rule, Category, Unit, Area, new, Edition))
        .join(new, (new.edition_id == edition.id) & (new.code == Rule.area_code) & new.level.in_(_LEVELS))
        # One that begins with the edition was made for that one's ground.
        .where(or_(Rule.valid_from.is_(None), Rule.valid_from <= today, Rule.valid_from < day))
        .options(load_only(new.level, new.kind, new.name, new.code, new.area_m2))
    )
    found = []
    for rule, category, unit, before, after, now in session.execute(query, {"day": day}):
        if heir(unit, today) is not None and _differ(_land(session, now, before), _land(session, edition, after)):
            found.append(Shifting(rule, category, unit, before, after))
    return found


def _ruled(day: date, query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """The rules for areas in force on the day that are not over by then, by area."""
    return (
        query.join(Category, Category.id == Rule.category_id)
        .join(Unit, Unit.id == Rule.unit_id)
        .join(Area, Area.code == Rule.area_code)
        .join(Edition, Edition.id == Area.edition_id)
        .where(lookup.in_force(named=False), Area.level.in_(_LEVELS))
        .where(or_(Rule.valid_until.is_(None), Rule.valid_until > day))
        .order_by(Area.code, Category.position, Rule.id)
        .options(load_only(Area.level, Area.kind, Area.name, Area.code, Area.area_m2))
    )


def _land(session: Session, edition: Edition, area: Area) -> Any:
    sheet = atlas.sheet(session, edition, area.level)
    return sheet.polygons[np.flatnonzero(sheet.code == area.code)[0]]


def _differ(old: Any, new: Any) -> bool:
    """Whether two areas have less in common than two digitisations of one; of shares square degrees are enough."""
    common = shapely.area(shapely.intersection(old, new))
    return bool(common < (1 - SHARE) * max(shapely.area(old), shapely.area(new)))
