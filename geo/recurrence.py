"""Places where reports keep coming back after a result."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geo import options
from geo.models import Report

_DEGREES = 1.2e-5  # of a metre, with room to spare, so that the index finds the few that are measured


def count(session: Session, report: Report, now: datetime) -> int:
    """How often the same category was reported here, this one included, since results of late (90 days)."""
    metres, days = options.value("recurrence_metres"), options.value("recurrence_days")
    near = Report.point.op("&&")(func.ST_Expand(report.point, metres * _DEGREES))
    close = func.ST_DistanceSphere(Report.point, report.point) <= metres
    query = select(func.count()).where(
        Report.id != report.id,
        Report.category_id == report.category_id,
        Report.state.in_(("resolved", "closed")),
        Report.settled_at > now - timedelta(days=days),
        near,
        close,
    )
    return 1 + (session.scalar(query) or 0)
