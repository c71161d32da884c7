"""All collections that there are, by their names in addresses."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from boundaries import editions
from geo.errors import NotFoundError, SetupError
from geo.i18n import _
from maps.collections import areas, hot, reports, units
from maps.collections.collection import Box, Collection
from maps.hotspots import Hotspots


@dataclass(frozen=True)
class Sources:
    """What collections are made of besides the database; the hot spots only where their features are asked for."""

    tables: tuple[Collection, ...]
    coast: float  # metres beyond the province where a report may lie
    hotspots: Hotspots | None = None


def every(session: Session, sources: Sources) -> list[Collection]:
    """The collections in the order of their list."""
    province, found = _areas(session)
    return [
        reports.collection(session, province, sources.coast),
        *found,
        units.collection(province),
        hot.collection(sources.hotspots, province),
        *sources.tables,
    ]


def find(session: Session, sources: Sources, name: str) -> Collection:
    """The collection of a name; NotFoundError."""
    province, found = _areas(session)
    makers: dict[str, Callable[[], Collection]] = {
        reports.ID: lambda: reports.collection(session, province, sources.coast),
        units.ID: lambda: units.collection(province),
        hot.ID: lambda: hot.collection(sources.hotspots, province),
    } | {one.id: lambda one=one: one for one in (*found, *sources.tables)}
    if name not in makers:
        raise NotFoundError(_("Không có bộ dữ liệu này; xem danh sách ở /ogc/collections."))
    return makers[name]()


def _areas(session: Session) -> tuple[Box | None, list[Collection]]:
    """Where the areas that answer today lie, and the collections of areas."""
    made = list(areas.collections(session))
    try:
        today = editions.find(session)
    except (NotFoundError, SetupError):
        return None, [one for one, _edition, _level in made]
    boxes = (one.extent.box for one, edition, level in made if (edition.id, level) == (today.id, today.routing_level))
    return next(boxes, None), [one for one, _edition, _level in made]
