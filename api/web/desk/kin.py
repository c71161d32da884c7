"""What lies around a report, and what belongs to it."""

from typing import Any, NamedTuple

from geoalchemy2 import Geography
from sqlalchemy import case, cast, func, select
from sqlalchemy.orm import Session

from geo.models import Report
from geo.permissions import Actor, visible
from geo.transitions import OPEN

WITHIN, MOST = 300, 8  # metres, reports


class Near(NamedTuple):
    """An open report close by: itself, and how many metres away it is."""

    report: Report
    metres: float


def nearby(session: Session, who: Actor, report: Report) -> list[Near]:
    """Open reports within 300 m that somebody may see, the same category first, then the nearest."""
    here = select(cast(Report.point, Geography)).where(Report.id == report.id).scalar_subquery()
    metres = func.ST_Distance(cast(Report.point, Geography), here)
    # The index knows degrees: 0.004 of them are more than 300 m anywhere in the province.
    box = func.ST_Expand(select(Report.point).where(Report.id == report.id).scalar_subquery(), 0.004)
    query: Any = visible(select(Report, metres.label("metres")), who)
    query = query.where(Report.point.intersects(box), metres <= WITHIN, Report.id != report.id, Report.state.in_(OPEN))
    same = case((Report.category_id == report.category_id, 0), else_=1)
    return [Near(*row) for row in session.execute(query.order_by(same, metres).limit(MOST))]


def kin(session: Session, report: Report) -> list[Report]:
    """The reports that were merged into this one."""
    return list(session.scalars(select(Report).where(Report.lead_id == report.id).order_by(Report.id)))
