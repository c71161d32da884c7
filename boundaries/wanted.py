"""Where each open report belongs by the edition in force: what routing it anew says, and what a person said before."""

from dataclasses import dataclass, fields
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from boundaries import lookup, routing, said, settled
from boundaries.heirs import Heirs
from boundaries.metric import Floats
from boundaries.models import Edition
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


def wanted(session: Session, now: OpenReports, day: date, *, edition: str | None = None, settings: Settings) -> Wanted:
    """What the edition named or in force on a day, the units of that day and the rules say of open reports."""
    found = routing.route_many(
        session,
        now.lon,
        now.lat,
        accuracy=now.accuracy,
        on=day,
        edition=edition,
        category=now.category,
        settings=settings,
    )
    exist = existing(session, day)
    there = np.isin(now.unit_id, exist)
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
        kept=(now.by_hand | (now.settled != None)) & there,  # noqa: E711 (of each element)
    )
    if found.edition is not None:
        heirs = Heirs(session, found.edition)
        _choices(session, now, result, day, edition=edition, heirs=heirs, settings=settings)
        _settlements(session, now, result, day, edition=found.edition, heirs=heirs)
    _words(now, result)
    _outside(session, found.refusal != "", result)
    _kept(found.refusal != "", now, result, frozenset(exist))
    return result


def existing(session: Session, day: date) -> list[int]:
    """The ids of the units that exist on a day, as the session knows them (`committees.days_if`)."""
    return [one.id for one in session.scalars(select(Unit)) if succession.exists(one, day)]


def _choices(
    session: Session,
    now: OpenReports,
    result: Wanted,
    day: date,
    *,
    edition: str | None,
    heirs: Heirs,
    settings: Settings,
) -> None:
    """Near a border the sender's word goes on to hold, where the edition still has the area they chose or its heir."""
    for row in np.flatnonzero([one is not None for one in now.chosen]).tolist():
        if not result.reason[row]:
            continue
        accuracy, chosen = float(now.accuracy[row]), now.chosen[row]
        found = routing.route(
            session,
            float(now.lon[row]),
            float(now.lat[row]),
            accuracy=None if np.isnan(accuracy) else accuracy,
            on=day,
            edition=edition,
            category=now.category[row],
            area=_heir(now, result, row, chosen, heirs) or chosen,
            settings=settings,
        )
        _write(result, row, found)
        result.candidates[row] = routing.kept(found)


def _settlements(
    session: Session, now: OpenReports, result: Wanted, day: date, *, edition: Edition, heirs: Heirs
) -> None:
    """So does what somebody settled, and with certainty; the unit they named follows the land it had."""
    rows = np.flatnonzero(now.settled != None).tolist()  # noqa: E711 (of each element)
    units = select(Unit.id, Unit.area_code).where(Unit.id.in_(now.unit_id[rows].tolist()))
    theirs: dict[int, str | None] = {one.id: one.area_code for one in session.execute(units)}
    for row in rows:
        was, near = now.settled[row], result.candidates[row]
        area = _heir(now, result, row, was, heirs) if result.reason[row] else None
        # Where the edition leaves no doubt there is nothing to say.
        if area is None or (near is None and area == result.area_code[row]):
            continue
        hit = lookup.named(session, edition, area, on=None)
        found = settled.routing(session, edition, hit, float(now.lon[row]), float(now.lat[row]))
        found = routing.by_rule(session, found, now.category[row], day)
        _write(result, row, found)
        alone = {"area": area, "unit": found.unit.code, "share": 1.0}
        result.candidates[row] = said.marked(near or [alone], area)
        result.kept[row] &= area == was or theirs[now.unit_id[row]] != was


def _heir(now: OpenReports, result: Wanted, row: int, area: str, heirs: Heirs) -> str | None:
    return heirs.alone(int(now.edition_id[row]), area, result.candidates[row], result.area_code[row])


def _write(result: Wanted, row: int, found: routing.Routing) -> None:
    result.unit_id[row] = found.unit.id
    result.area_code[row] = found.area.code if found.area else None
    result.commune_code[row] = found.commune.code if found.commune else None
    result.needs_confirmation[row] = found.needs_confirmation
    result.others[row] = sorted(found.others)
    result.reason[row] = found.reason.code
    result.distance[row] = np.nan if found.distance is None else found.distance
    result.confidence[row] = np.nan if found.confidence is None else found.confidence
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


def _kept(refused: NDArray[np.bool_], now: OpenReports, result: Wanted, exist: frozenset[int]) -> None:
    """Of what a person decided only the codes of the areas follow, and no unit that has ended may be the right one."""
    kept = result.kept
    # Neither a place nor a rule is why such a unit answers. Where it is the right one anyway they are.
    other = kept & (result.unit_id != now.unit_id)
    result.rule_id[other] = result.correction_id[other] = 0
    result.reason[other & ~now.in_words] = "person"
    result.reason[other & now.in_words] = "uncertain"
    result.unit_id[kept] = now.unit_id[kept]
    result.needs_confirmation[kept] = now.needs_confirmation[kept]
    for row in np.flatnonzero(kept):
        result.others[row] = [one for one in now.candidates[row] if one in exist]
    rows = kept & refused
    result.area_code[rows] = now.area_code[rows]
    result.commune_code[rows] = now.commune_code[rows]


def _fill(column: Objects, rows: NDArray[Any], value: Any) -> None:
    for row in rows:
        column[row] = value
