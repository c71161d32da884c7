"""Places where reports keep coming back after a result."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geo.models import Report

METRES = 50
WITHIN = timedelta(days=90)
_DEGREES = 0.0006  # more than METRES anywhere in the province, so that the index finds the few that are measured


def count(session: Session, report: Report, now: datetime) -> int:
    """How often the same category was reported here, this one included, since results of the last 90 days."""
    near = Report.point.op("&&")(func.ST_Expand(report.point, _DEGREES))
    close = func.ST_DistanceSphere(Report.point, report.point) <= METRES
    query = select(func.count()).where(
        Report.id != report.id,
        Report.category_id == report.category_id,
        Report.state.in_(("resolved", "closed")),
        Report.settled_at > now - WITHIN,
        near,
        close,
    )
    return 1 + (session.scalar(query) or 0)
