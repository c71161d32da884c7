"""How far what is drawn reaches."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from boundaries.models import Area, Edition
from geo.density.grid import LEVELS
from geo.filters import Filters
from geo.geometry import BBox
from maps.density import at_level
from maps.grid import Tile

COARSE = LEVELS[1]  # level; a cell is 39 km across


def areas(session: Session, edition: Edition, level: str | None = None) -> BBox | None:
    """The box around the areas of an edition, or of one of its levels; None where there are none."""
    box = func.ST_Extent(Area.outline)
    corners = select(func.ST_XMin(box), func.ST_YMin(box), func.ST_XMax(box), func.ST_YMax(box))
    mine = Area.level == level if level else Area.level != "neighbour"
    row = session.execute(corners.where(Area.edition_id == edition.id, mine)).one()
    return BBox(*row) if row[0] is not None else None


def reports(session: Session) -> BBox | None:
    """A box around all public reports, by their kept counts: as much as a cell of COARSE too wide; None for none."""
    found = at_level(session, Filters(), COARSE)
    if not len(found.x):
        return None
    first = Tile(COARSE, int(found.x.min()), int(found.y.min())).box()
    last = Tile(COARSE, int(found.x.max()), int(found.y.max())).box()
    return BBox(first.west, last.south, last.east, first.north)


def around(boxes: list[BBox]) -> BBox | None:
    """The box around some; None around none."""
    if not boxes:
        return None
    return BBox(
        min(box.west for box in boxes),
        min(box.south for box in boxes),
        max(box.east for box in boxes),
        max(box.north for box in boxes),
    )
