"""Which areas of an edition have the land of an area of another one: a word on the old area holds for its only heir."""

from typing import Any

import numpy as np
import shapely
from sqlalchemy import select
from sqlalchemy.orm import Session

from boundaries import atlas, routing
from boundaries.diff import SHARE
from boundaries.models import Assignment, Edition
from boundaries.said import Candidates
from geo.models import Report
from geo.settings import Settings


class Heirs:
    """The heirs among the areas that an edition routes to, each looked up once."""

    def __init__(self, session: Session, edition: Edition) -> None:
        self._session, self._edition = session, edition
        self._known: dict[tuple[int, str], frozenset[str]] = {}

    def alone(self, edition_id: int, area: str, near: Candidates | None, here: str | None) -> str | None:
        """The area that an area of an edition now is at a place: the one of those `near`, else `here`, with its land.

        None where no area near has it, or more than one.
        """
        if edition_id == self._edition.id:
            return area
        among = {one["area"] for one in near} if near else {here}
        found = self.of(edition_id, area) & among
        return min(found) if len(found) == 1 else None

    def of(self, edition_id: int, area: str) -> frozenset[str]:
        """The codes of all areas that have a part of an area, more than two digitisations of one border may differ."""
        key = edition_id, area
        if key not in self._known:
            self._known[key] = self._find(self._session.get_one(Edition, edition_id), area)
        return self._known[key]

    def _find(self, edition: Edition, area: str) -> frozenset[str]:
        old = atlas.sheet(self._session, edition, edition.routing_level)
        new = atlas.sheet(self._session, self._edition, self._edition.routing_level)
        rows = np.flatnonzero(old.code == area)
        if not len(rows):
            return frozenset()
        land: Any = old.polygons[rows[0]]
        near = np.flatnonzero(shapely.intersects(new.polygons, land))
        # Only shares count, so square degrees do.
        common = shapely.area(shapely.intersection(new.polygons[near], land))
        whole = np.minimum(shapely.area(new.polygons[near]), shapely.area(land))
        return frozenset(new.code[near[common > SHARE * whole]].tolist())


def in_force(session: Session, report: Report, settings: Settings) -> str | None:
    """The area of a report in the edition in force: its own, or the only heir at its pin if another one routed it last.

    None where there is none; OutsideError for a pin that the edition has no place for.
    """
    newest = select(Assignment.edition_id).where(Assignment.report_id == report.id)
    by = session.scalar(newest.order_by(Assignment.id.desc()).limit(1))
    lon, lat = session.execute(select(Report.point.ST_X(), Report.point.ST_Y()).where(Report.id == report.id)).one()
    found = routing.route(session, lon, lat, accuracy=report.accuracy, settings=settings)
    if found.edition is None or found.area is None or by is None or report.area_code is None:
        return None
    edition = session.get_one(Edition, found.edition.id)  # whole, for the atlas tells them apart by their making
    return Heirs(session, edition).alone(by, report.area_code, routing.kept(found), found.area.code)
