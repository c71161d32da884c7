"""Where each open report belongs by the edition in force: what routing it anew says, and what a person said before."""

from dataclasses import dataclass, fields
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from boundaries import routing
from boundaries.metric import Floats
from boundaries.open_reports import Ids, Objects, OpenReports
from geo import succession
from geo.models import Unit
from geo.settings import Settings


@dataclass(frozen=True)
class Wanted:
    """Columns beside those of OpenReports.

    `there` says that the unit as it was still exists on the day, `kept` that it stays, for a person chose it.
    """

    unit_id: Ids
    area_code: Objects
    commune_code: Objects
    needs_confirmation: NDArray[np.bool_]
    others: Objects  # ids of the candidates' units, in order, without the responsible one
    edition_id: Ids  # 0 where none is in force
    reason: Objects
    distance: Floats
    confidence: Floats
    candidates: Objects  # as an assignment keeps them
    rule_id: Ids  # 0 where no rule decided
    correction_id: Ids  # 0 where no correction decided
    there: NDArray[np.bool_]
    kept: NDArray[np.bool_]

    def take(self, rows: NDArray[np.bool_]) -> "Wanted":
        """The chosen rows."""
        return Wanted(*(getattr(self, one.name)[rows] for one in fields(self)))

    def stay(self, now: OpenReports, row: int) -> None:
        """Leaves a report as it is."""
        self.unit_id[row], self.needs_confirmation[row] = now.unit_id[row], now.needs_confirmation[row]
        self.area_code[row], self.commune_code[row] = now.area_code[row], now.commune_code[row]
        self.others[row] = now.candidates[row]

    def differs(self, now: OpenReports) -> NDArray[np.bool_]:
        """Which reports do not belong where they are."""
        found: NDArray[np.bool_] = (
            (self.unit_id != now.unit_id)
            | (self.area_code != now.area_code)
            | (self.commune_code != now.commune_code)
            | (self.needs_confirmation != now.needs_confirmation)
        )
        others = zip(self.others, now.candidates, strict=True)
        return found | np.fromiter((mine != theirs for mine, theirs in others), np.bool_, len(now))


def wanted(session: Session, now: OpenReports, day: date, *, settings: Settings) -> Wanted:
    """What the edition in force on a day, its units and the rules say of open reports."""
    found = routing.route_many(
        session, now.lon, now.lat, accuracy=now.accuracy, on=day, category=now.category, settings=settings
    )
    there = np.isin(now.unit_id, existing(session, day))
    result = Wanted(
        unit_id=found.unit_id.copy(),
        area_code=found.area_code.copy(),
        commune_code=found.commune_code.copy(),
        needs_confirmation=found.needs_confirmation.copy(),
        others=np.fromiter((sorted(some or ()) for some in found.others), object, len(now)),
        edition_id=np.full(len(now), found.edition.id if found.edition else 0, np.int64),
        reason=found.reason.copy(),
        distance=found.distance.copy(),
        confidence=found.confidence.copy(),
        candidates=found.candidates.copy(),
        rule_id=found.rule_id.copy(),
        correction_id=found.correction_id.copy(),
        there=there,
        kept=now.by_hand & there,
    )
    _choices(session, now, result, day, settings=settings)
    _words(now, result)
    _outside(session, found.refusal != "", result)
    _kept(found.refusal != "", now, result)
    return result


def existing(session: Session, day: date) -> list[int]:
    """The ids of the units that exist on a day."""
    return list(session.scalars(select(Unit.id).where(succession.there(day))))


def _choices(session: Session, now: OpenReports, result: Wanted, day: date, *, settings: Settings) -> None:
    """Near a border the sender's word goes on to hold, where the edition still has the area they chose."""
    for row in np.flatnonzero([one is not None for one in now.chosen]):
        if not result.reason[row]:
            continue
        accuracy = float(now.accuracy[row])
        found = routing.route(
            session,
            float(now.lon[row]),
            float(now.lat[row]),
            accuracy=None if np.isnan(accuracy) else accuracy,
            on=day,
            category=now.category[row],
            area=now.chosen[row],
            settings=settings,
        )
        result.unit_id[row] = found.unit.id
        result.area_code[row] = found.area.code if found.area else None
        result.commune_code[row] = found.commune.code if found.commune else None
        result.needs_confirmation[row] = found.needs_confirmation
        result.others[row] = sorted(found.others)
        result.reason[row] = found.reason.code
        result.distance[row] = np.nan if found.distance is None else found.distance
        result.confidence[row] = np.nan if found.confidence is None else found.confidence
        result.candidates[row] = routing.kept(found)
        result.rule_id[row] = found.rule.id if found.rule else 0
        result.correction_id[row] = found.correction or 0


def _words(now: OpenReports, result: Wanted) -> None:
    """The point of a place that was told in words says nothing of a border."""
    rows = np.flatnonzero(now.in_words & (result.reason != ""))
    plain = rows[~np.isin(result.reason[rows], ("rule", "ioc"))]
    result.reason[plain] = "uncertain"
    result.needs_confirmation[rows] = True
    result.distance[rows] = result.confidence[rows] = np.nan
    _fill(result.candidates, rows, None)
    _fill(result.others, rows, [])


def _outside(session: Session, refused: NDArray[np.bool_], result: Wanted) -> None:
    """What the edition has no place for goes to the IOC."""
    rows = np.flatnonzero(refused)
    if not len(rows):
        return
    result.unit_id[rows] = routing.ioc(session).id
    result.reason[rows] = "ioc"
    result.needs_confirmation[rows] = True


def _kept(refused: NDArray[np.bool_], now: OpenReports, result: Wanted) -> None:
    """Of what a person decided only the codes of the areas follow."""
    kept = result.kept
    result.unit_id[kept] = now.unit_id[kept]
    result.needs_confirmation[kept] = now.needs_confirmation[kept]
    result.others[kept] = now.candidates[kept]
    result.rule_id[kept] = result.correction_id[kept] = 0
    rows = kept & refused
    result.area_code[rows] = now.area_code[rows]
    result.commune_code[rows] = now.commune_code[rows]


def _fill(column: Objects, rows: NDArray[Any], value: Any) -> None:
    for row in rows:
        column[row] = value
