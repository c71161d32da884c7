"""Reports beside a border whose unit somebody settled."""

from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from boundaries.metric import to_degrees, to_metric
from boundaries.routing import assign, route
from geo import workflow
from geo.details import Details
from geo.models import Report, ReportUnit, Unit
from geo.permissions import Actor
from geo.settings import Settings
from tests.boundaries.test_routing import beside

Settle = Callable[..., list[Report]]


def settling(session: Session, settings: Settings, make_report: Callable[..., Report]) -> Settle:
    """A builder of reports beside Điện Bàn's border, each some metres on, that the IOC says belong to a unit."""

    def make(
        count: int, *, unit: str = "ubnd-507", step: float = 15, senders: int = 2, away: float = 20, **values: str
    ) -> list[Report]:
        lon, lat = beside(session, "503", "507", away)
        x, y = to_metric(lon, lat)
        found = []
        for number in range(count):
            lon_, lat_ = (float(one[0]) for one in to_degrees(np.array([x + step * number]), np.array([y])))
            routed = route(session, lon_, lat_, settings=settings)
            report = make_report(
                unit=routed.unit.code,
                lon=lon_,
                lat=lat_,
                phone=f"+8490512345{number % senders}",
                needs_confirmation=True,
                area_code=routed.area.code,
                **values,
            )
            assign(session, report, routed)
            for one in routed.candidates:
                if one.unit.id != report.unit_id:
                    session.add(ReportUnit(report_id=report.id, unit_id=one.unit.id, role="candidate"))
            say(session, report, unit)
            found.append(report)
        return found

    return make


def say(session: Session, report: Report, unit: str) -> None:
    """The IOC's word on whose a report is."""
    wanted = session.scalars(select(Unit).where(Unit.code == unit)).one()
    same = wanted.id == report.unit_id
    workflow.apply(
        session,
        report,
        "confirm" if same else "reroute",
        Actor("operator"),
        door="web",
        details=Details(unit_id=None if same else wanted.id),
        now=datetime.now(UTC),
    )
