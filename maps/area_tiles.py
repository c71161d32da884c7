"""Vector tiles of the areas of an edition."""

from typing import Any

from sqlalchemy import LargeBinary, exists, func, literal, literal_column, select
from sqlalchemy.orm import Session

from boundaries.models import Area, Edition
from geo.geometry import SRID
from maps.grid import AROUND, Tile
from maps.outlines import given
from maps.tiles import EXTENT, MERCATOR

COMMUNES = 10  # the first zoom with communes
BUFFER = 64  # units around a tile, so that its edge is not drawn as a border


def areas(session: Session, edition: Edition, tile: Tile, level: str | None = None) -> bytes:
    """A tile of an edition's `areas` and of `labels`, one point each: districts, and from zoom COMMUNES on communes.

    With a `level` that one at every zoom. Whole borders only where the licence lets them out, and never finer than a
    quarter of a pixel.
    """
    mine = Area.edition_id == edition.id
    if level is None:
        wanted, other = ("commune", "district") if tile.z >= COMMUNES else ("district", "commune")
        # An edition may lack either of them.
        level = wanted if session.scalar(select(exists().where(mine, Area.level == wanted))) else other
    frame = func.ST_TileEnvelope(*tile, type_=None)
    here = Area.outline.intersects(func.ST_Transform(frame, SRID, type_=None))
    facts = (
        Area.code,
        Area.name,
        Area.kind,
        Area.level,
        literal(edition.code).label("edition"),
        literal(edition.attribution).label("attribution"),
    )

    def layer(name: str, shape: Any, buffer: int) -> Any:
        drawn = func.ST_AsMVTGeom(shape, func.Box2D(frame), EXTENT, buffer, True, type_=None).label("geom")
        rows = select(drawn, *facts).where(mine, Area.level == level, here).order_by(Area.code).subquery(name)
        encoded = func.ST_AsMVT(literal_column(name), name, EXTENT, "geom", type_=LargeBinary)
        return select(encoded).select_from(rows).where(rows.c.geom.is_not(None)).scalar_subquery()

    fine = func.ST_Simplify(_mercator(given(edition)), AROUND / (1 << tile.z) / 1_024, True, type_=None)
    middle = _mercator(func.ST_PointOnSurface(Area.outline, type_=None))
    return bytes(session.scalar(select(layer("areas", fine, BUFFER).op("||")(layer("labels", middle, 0)))) or b"")


def _mercator(shape: Any) -> Any:
    return func.ST_Transform(shape, MERCATOR, type_=None)
