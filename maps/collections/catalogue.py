"""All collections that there are, by their names in addresses."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from boundaries import editions
from geo.errors import NotFoundError, SetupError
from maps.collections import areas, hot, reports, units
from maps.collections.collection import Box, Collection
from maps.hotspots import Hotspots
from maps.outlines import LEVELS

_AREAS = re.compile(rf"areas-(.+)-({'|'.join(LEVELS)})")


@dataclass(frozen=True)
class Sources:
    """What collections are made of besides the database; the hot spots only where their features are asked for."""

    tables: tuple[Collection, ...]
    coast: float  # metres beyond the province where a report may lie
    hotspots: Hotspots | None = None


def every(session: Session, sources: Sources) -> list[Collection]:
    """The collections in the order of their list."""
    province = _province(session)
    return [
        reports.collection(session, province, sources.coast),
        *(one for one, _edition, _level in areas.collections(session)),
        units.collection(province),
        hot.collection(sources.hotspots, province),
        *sources.tables,
    ]


def find(session: Session, sources: Sources, name: str) -> Collection:
    """The collection of a name, and nothing worked out for the others; NotFoundError."""
    if named := _AREAS.fullmatch(name):
        try:
            return areas.collection(session, named[1], named[2])
        except NotFoundError:
            raise NotFoundError(areas.UNKNOWN) from None
    makers: dict[str, Callable[[], Collection]] = {
        reports.ID: lambda: reports.collection(session, _province(session), sources.coast),
        units.ID: lambda: units.collection(_province(session)),
        hot.ID: lambda: hot.collection(sources.hotspots, _province(session)),
    } | {one.id: lambda one=one: one for one in sources.tables}
    if name not in makers:
        raise NotFoundError(areas.UNKNOWN)
    return makers[name]()


def _province(session: Session) -> Box | None:
    """Where the areas that answer today lie."""
    try:
        today = editions.find(session)
    except (NotFoundError, SetupError):
        return None
    return areas.box_of(session, today, today.routing_level)
