"""The public reports nearest to a place."""

from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from geo.filters import Filters, apply_filters
from geo.geometry import SRID
from geo.models import Report
from geo.permissions import PUBLIC, visible
from maps.features import select_public

MOST = 100


def nearest(session: Session, filters: Filters, lon: float, lat: float, most: int) -> list[Row[Any]]:
    """Rows of `select_public` with their `distance` in metres from a place in degrees, `most` or MOST of them.

    Distances are those of the public points, like everything that the public may ask.
    """
    here = func.ST_SetSRID(func.ST_MakePoint(lon, lat), SRID)
    # The index orders by degrees, whose lengths differ by 4 % here: twice as many surely hold the nearest in metres.
    close = visible(apply_filters(select(Report.id), filters), PUBLIC)
    close = close.order_by(Report.public_point.op("<->")(here)).limit(2 * min(most, MOST))
    distance = func.ST_DistanceSphere(Report.public_point, here).label("distance")
    query = select_public().add_columns(distance).where(Report.id.in_(close))
    return list(session.execute(query.order_by(distance, Report.id).limit(min(most, MOST))))
