"""How many public reports lie on each piece of ground, by whole arrays: a row each would take ten times as long."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import case, func, select, text
from sqlalchemy.orm import Session

from boundaries.atlas import Sheet
from boundaries.metric import Floats, to_metric
from boundaries.overlay import Overlay
from boundaries.pieces import Indices
from geo.database import driver
from geo.models import Report
from geo.permissions import PUBLIC, visible
from geo.transitions import OPEN

MANY = 50_000  # points for which it pays to build the grid that answers without looking at borders
Counts = NDArray[np.int64]
# A point as WKB has it, and behind it whether the report is open.
_ROW = np.dtype([("order", "u1"), ("type", "<u4"), ("lon", "<f8"), ("lat", "<f8"), ("open", "S1")])


@dataclass(frozen=True)
class Reported:
    """Counts by the old area (row) and the new one (column); the last row and column are those of no area."""

    every: Counts
    open: Counts
    demo: bool  # of the demonstration's reports


@dataclass(frozen=True)
class Points:
    """The public points (degrees) of the reports that the public may see, and which of them are open."""

    lon: Floats
    lat: Floats
    open: NDArray[np.bool_]
    demo: bool  # of the demonstration's reports alone, which otherwise are left out


def points(session: Session, *, demo: bool = False) -> Points:
    """One reading of all reports, for as many overlays as one likes."""
    rows = _rows(session, demo)
    return Points(rows["lon"].astype(float), rows["lat"].astype(float), rows["open"] == b"1", demo)


def reported(laid: Overlay, points: Points) -> Reported:
    """Counts points by the areas of an overlay."""
    # Number -1, in none of them, is the last.
    place = _areas(laid.old, points.lon, points.lat), _areas(laid.new, points.lon, points.lat)
    shape = len(laid.old.code) + 1, len(laid.new.code) + 1
    every, still = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    np.add.at(every, place, 1)
    np.add.at(still, place, points.open)
    return Reported(every, still, points.demo)


def _areas(sheet: Sheet, lon: Floats, lat: Floats) -> Indices:
    """The first area by code that covers each point, -1 where none does."""
    return sheet.raster.areas(lon, lat) if len(lon) > MANY else sheet.pieces.covering(*to_metric(lon, lat))


def _rows(session: Session, demo: bool) -> NDArray[Any]:
    point: Any = func.ST_AsBinary(Report.public_point, "NDR", type_=None)
    still = case((Report.state.in_(OPEN), text("'1'::bytea")), else_=text("'0'::bytea"))
    query = visible(select(func.string_agg(point.op("||")(still), text("''::bytea"))).select_from(Report), PUBLIC)
    query = query.where(Report.demo if demo else ~Report.demo)
    said = query.compile(session.connection(), compile_kwargs={"render_postcompile": True})
    # As text the bytes would come as twice as many digits.
    with driver(session).cursor(binary=True) as cursor:
        sent = cursor.execute(str(said), said.params).fetchone()
    return np.frombuffer(sent[0] if sent and sent[0] else b"", _ROW)
