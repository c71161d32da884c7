"""Where routing was not certain: public reports whose unit had to be confirmed, by cells and by areas."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from boundaries import placed, shares
from boundaries.models import Area, Assignment, Edition, ReportArea
from geo.density.grid import DEEPEST
from geo.filters import Filters, apply_filters, sensitive
from geo.models import Report
from geo.permissions import PUBLIC, visible
from geo.transitions import OPEN
from maps.density import Cells
from maps.samples import only

LEVEL = 16  # cells of some 600 m: a strip along a border is one or two of them wide


@dataclass(frozen=True)
class AreaDoubts:
    """The reports of an area whose unit had to be confirmed, and how many of them still have to be."""

    name: str  # empty for those that are not placed in the edition yet
    kind: str
    count: int
    waiting: int


def doubted() -> ColumnElement[bool]:
    """Whether a report's place is to be confirmed, or some routing of it was less certain than asked for now."""
    unsure = select(Assignment.report_id).where(Assignment.confidence < shares.enough())
    # That a border is near a hidden place would tell where it is.
    return or_(Report.needs_confirmation, Report.id.in_(unsure)) & ~sensitive()


def cells(session: Session, filters: Filters, *, demo: bool | None) -> Cells:
    """The cells of LEVEL with such reports, by their public points."""
    column, row = (
        place.op(">>")(DEEPEST - LEVEL)
        for place in (func.density_x(Report.public_point), func.density_y(Report.public_point))
    )
    query: Any = select(column.label("x"), row.label("y"), func.count(), func.count().filter(Report.demo))
    rows = session.execute(_narrowed(query, filters, demo).group_by("x", "y").order_by("x", "y")).all()
    return Cells(LEVEL, *np.array([tuple(one) for one in rows], np.int64).reshape(-1, 4).T)


def by_area(session: Session, filters: Filters, edition: Edition, *, demo: bool | None) -> list[AreaDoubts]:
    """The areas of an edition's routing level with such reports, those with the most first; they add up to all."""
    counted: Any = select(
        ReportArea.area_code.label("code"),
        func.count().label("count"),
        func.count().filter(Report.needs_confirmation, Report.state.in_(OPEN)).label("waiting"),
    )
    counted = _narrowed(counted, filters, demo).outerjoin(ReportArea, placed.here([edition]))
    sums = counted.group_by(ReportArea.area_code).subquery()
    here = (Area.code == sums.c.code) & (Area.edition_id == edition.id) & (Area.level == edition.routing_level)
    query = (
        select(func.coalesce(Area.name, ""), func.coalesce(Area.kind, ""), sums.c.count, sums.c.waiting)
        .select_from(sums)
        .outerjoin(Area, here)
    )
    rows = session.execute(query.order_by(Area.name.is_(None), sums.c.count.desc(), Area.name))
    return [AreaDoubts(*row) for row in rows]


def _narrowed(query: Select[Any], filters: Filters, demo: bool | None) -> Select[Any]:
    return only(visible(apply_filters(query.select_from(Report), filters), PUBLIC), demo).where(doubted())
