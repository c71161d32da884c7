"""From a pin to exactly one unit and a reason; the same pin always gets the same answer."""

import math
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import numpy as np
import shapely
from psycopg.types.json import Jsonb
from sqlalchemy import select
from sqlalchemy.orm import Session

from boundaries import corrections, lookup, pins, reasons, rules
from boundaries.batch import Routings, route_many
from boundaries.corrections import Settled
from boundaries.lookup import Hit
from boundaries.metric import Floats, to_metric
from boundaries.models import Area, Assignment, Edition
from boundaries.reasons import Reason
from boundaries.rules import Instead
from boundaries.shares import DIGITS, enough, masses, radii
from geo import days
from geo.database import driver
from geo.models import Report, Unit
from geo.seeds import IOC
from geo.settings import Settings

Point = tuple[float, float]  # metres

# A rule that was deleted since it decided is forgotten, as by an explanation that was there already.
_ASSIGN = """
    INSERT INTO assignments
        (report_id, edition_id, area_code, unit_id, reason, distance, confidence, correction_id, candidates, rule_id)
    VALUES (%(report_id)s, %(edition_id)s, %(area_code)s, %(unit_id)s, %(reason)s, %(distance)s, %(confidence)s,
        %(correction_id)s, %(candidates)s, (SELECT id FROM rules WHERE id = %(rule_id)s FOR KEY SHARE))
    """

__all__ = ["Candidate", "Reason", "Routing", "Routings", "assign", "route", "route_many"]


@dataclass(frozen=True)
class Candidate:
    """An area that may be the true one, its unit, and how likely (0–1) it is: its share as boundaries.shares has it."""

    area: Area
    unit: Unit
    share: float


@dataclass(frozen=True)
class Routing:
    """Where a pin goes and why; `distance` in metres is to the area if `nearest`, else to the closest other area.

    `confidence` (0–1) is how likely the area is the true one, None where nothing tells that.
    """

    edition: Edition | None
    area: Area | None
    commune: Area | None
    unit: Unit
    reason: Reason
    needs_confirmation: bool
    distance: float | None = None
    confidence: float | None = None
    correction: int | None = None  # the id of the one that decided
    chosen: bool = False  # the area, by the sender
    candidates: list[Candidate] = field(default_factory=list)
    rule: Instead | None = None  # that decided

    @property
    def others(self) -> list[int]:
        """The ids of the units that the place may make responsible instead, the likeliest first.

        Of the area itself that is nobody: where a rule decided, its committee was passed over and not overlooked.
        """
        here = {one.unit.id for one in self.candidates if self.area is not None and one.area.id == self.area.id}
        return [
            one for one in dict.fromkeys(one.unit.id for one in self.candidates) if one not in {self.unit.id, *here}
        ]


def route(
    session: Session,
    lon: float,
    lat: float,
    *,
    accuracy: float | None = None,
    on: date | None = None,
    edition: str | None = None,
    category: str | None = None,
    area: str | None = None,
    settings: Settings,
) -> Routing:
    """The unit for a pin (degrees, accuracy in metres) by the edition named or active on the day, and by the rules.

    Near a border `area` is the code of the candidate that the sender chose; any other is passed over.
    InvalidError for what is no place, OutsideError outside the province, NotFoundError for an unknown edition.
    """
    days.refresh(session)  # the administrator's confidence
    pins.check(lon, lat, accuracy)
    x, y = to_metric(lon, lat)
    if not (math.isfinite(x) and math.isfinite(y)):
        raise reasons.outside(math.inf, None)  # on the other side of the world
    radius = math.hypot(accuracy or 0.0, settings.border_uncertainty)
    day = None if edition else on or lookup.today()
    found, hits = lookup.around(session, x, y, radius, on=day, edition=edition)
    if found is None:
        return Routing(None, None, None, ioc(session), reasons.no_edition(), True)
    own = [hit for hit in hits if hit.area.level == found.routing_level]
    settled = corrections.at(session, found, x, y, accuracy or 0.0)
    if settled is not None and settled.sure:
        routed = _settled(session, found, hits, settled, at=(x, y), day=day)
        return by_rule(session, routed, category, on or lookup.today()) if category is not None else routed
    beside = [hit for hit in hits if hit.area.level == "neighbour"]
    covering = sorted((hit for hit in own if hit.covers), key=lambda hit: hit.area.code)
    lies = covering[0] if covering else _beyond(session, found, hits, (x, y), day=day, settings=settings)
    share = _shares(session, own, beside, (x, y), radii(accuracy or 0.0, settings.border_uncertainty))
    # The likeliest; of equal ones where the pin lies, then the smallest code.
    ordered = sorted(own, key=lambda hit: (-share[hit.area.id], hit.area.id != lies.area.id, hit.area.code))
    said = next((hit for hit in own if len(own) > 1 and hit.area.code == area), None)
    chosen = said or (ordered[0] if ordered else lies)
    reason = reasons.chosen(full_name(said.area)) if said else None
    confidence = share.get(chosen.area.id)
    rivals = [hit for hit in [*own, *beside] if hit is not chosen]
    distance = min((hit.distance for hit in rivals), default=None)
    if not covering and reason is None:
        distance = chosen.distance
    candidates = _candidates(session, own, share) if len(own) > 1 else []
    needs = confidence is None or confidence < enough()
    if candidates and not beside and len({one.unit.id for one in candidates}) == 1:
        needs = False  # nothing about the unit is uncertain
    if reason is None:
        reason = _judge(chosen, lies, covering, rivals, radius=radius, chance=confidence, needs=needs)
    if chosen.unit is None:
        needs, reason = True, reasons.no_unit(full_name(chosen.area))
    commune = (
        chosen.area if found.routing_level == "commune" else _commune(session, found, hits, chosen, at=(x, y), day=day)
    )
    unit = chosen.unit or ioc(session)
    routed = Routing(
        found, chosen.area, commune, unit, reason, needs, distance, confidence, chosen=bool(said), candidates=candidates
    )
    if settled is not None and settled.area != chosen.area.code and not said:
        known = _settled(session, found, hits, settled, at=(x, y), day=day)
        # The model's own chance is that of a border which is known to be wrong here.
        routed = replace(known, needs_confirmation=True, confidence=None, candidates=candidates)
    # Also under an edition that is named there is a day, on which rules are in force and units exist.
    return by_rule(session, routed, category, on or lookup.today()) if category is not None else routed


def _settled(
    session: Session, edition: Edition, hits: list[Hit], settled: Settled, *, at: Point, day: date | None
) -> Routing:
    """The routing of a pin in an accepted correction, which knows better than the borders."""
    own = (hit for hit in hits if hit.area.level == edition.routing_level and hit.area.code == settled.area)
    chosen = next(own, None) or lookup.named(session, edition, settled.area, on=day)
    name, unit = full_name(chosen.area), chosen.unit or ioc(session)
    reason = (reasons.settled if settled.sure else reasons.perhaps_settled)(name)
    needs = chosen.unit is None
    commune = _commune(session, edition, hits, chosen, at=at, day=day)
    return Routing(
        edition,
        chosen.area,
        commune,
        unit,
        reasons.no_unit(name) if needs else reason,
        needs,
        confidence=1.0,
        correction=settled.id,
    )


def by_rule(session: Session, routed: Routing, category: str, day: date) -> Routing:
    """The routing as the rule of a category that wins on the day has it for its area, or as it was."""
    assert routed.area is not None
    commune = routed.commune.code if routed.commune else None
    found = rules.instead(session, category, routed.area.code, commune, day)
    if found is None:
        return routed
    answer = replace(routed, unit=found.unit, reason=reasons.rule(full_name(routed.area)), rule=found)
    if not found.everywhere:
        return answer
    # Where the unit is the same whatever the area, there is nothing to be confirmed. What the sender chose is not lost.
    mine = [one for one in routed.candidates if routed.chosen and one.area.id == routed.area.id]
    return replace(answer, needs_confirmation=False, candidates=mine)


def assign(session: Session, report: Report, routing: Routing) -> Assignment:
    """Writes down why the report went where it went; the answer is a copy that no session knows."""
    values: dict[str, Any] = {
        "report_id": report.id,
        "edition_id": routing.edition.id if routing.edition else None,
        "area_code": routing.area.code if routing.area else None,
        "unit_id": routing.unit.id,
        "reason": routing.reason.code,
        "distance": routing.distance,
        "confidence": routing.confidence,
        "correction_id": routing.correction,
        "rule_id": routing.rule.id if routing.rule else None,
        "candidates": kept(routing),
    }
    # Not through the unit of work: nobody reads the row back, and this stands in the way of every report.
    listed = values["candidates"]
    driver(session).execute(_ASSIGN, values | {"candidates": Jsonb(listed) if listed else None})
    return Assignment(**values)


def kept(routing: Routing) -> list[dict[str, Any]] | None:
    """The candidates of a routing as its assignment keeps them: [{"area", "unit", "share", "chosen"?}]."""
    return [_kept(one, routing) for one in routing.candidates] or None


def _kept(one: Candidate, routing: Routing) -> dict[str, Any]:
    kept = {"area": one.area.code, "unit": one.unit.code, "share": one.share}
    # Who said so matters later: this area was not found by the borders.
    chosen = routing.chosen and routing.area is not None and one.area.id == routing.area.id
    return kept | ({"chosen": True} if chosen else {})


def full_name(area: Area) -> str:
    """The kind and the name: "thành phố Hội An"."""
    return f"{area.kind} {area.name}"


def _judge(
    chosen: Hit, lies: Hit, covering: list[Hit], rivals: list[Hit], *, radius: float, chance: float | None, needs: bool
) -> Reason:
    name = full_name(chosen.area)
    if not covering or chance is None:
        return reasons.nearest(name, chosen.distance, chance)
    if len(covering) > 1:
        return reasons.border(name, [full_name(hit.area) for hit in covering], chance)
    if chosen is not lies:
        return reasons.likelier(name, full_name(lies.area), chance)
    if not rivals:
        return reasons.inside(name)
    other = min(rivals, key=lambda hit: hit.distance)
    if needs:
        return reasons.uncertain(name, full_name(other.area), other.distance, radius, chance)
    return reasons.likely(name, full_name(other.area), other.distance, chance)


def _beyond(
    session: Session, edition: Edition, hits: list[Hit], at: Point, *, day: date | None, settings: Settings
) -> Hit:
    """The nearest area of a point in none; OutsideError where it is too far or in a neighbouring province."""
    neighbour = next((hit for hit in hits if hit.covers and hit.area.level == "neighbour"), None)
    nearest = lookup.closest(session, edition, *at, on=day)
    if not nearest:
        raise reasons.outside(math.inf, None)
    reach = settings.coast_distance if nearest[0].area.coastal else 0.0
    if neighbour or nearest[0].distance > max(reach, settings.border_uncertainty):
        raise reasons.outside(nearest[0].distance, full_name(neighbour.area) if neighbour else None)
    return nearest[0]


def _commune(
    session: Session, edition: Edition, hits: list[Hit], chosen: Hit, *, at: Point, day: date | None
) -> Area | None:
    """The commune of the area: the first by code of those that cover the pin, else of those that are nearest."""
    if edition.routing_level == "commune":
        return chosen.area
    communes = [hit for hit in hits if hit.area.level == "commune" and hit.covers]
    if not chosen.covers:
        communes = lookup.closest(session, edition, *at, on=day, within=chosen.area.code)
    mine = (hit.area for hit in communes if hit.area.parent_code == chosen.area.code)
    return min(mine, key=lambda commune: commune.code, default=None)


def _shares(session: Session, own: list[Hit], beside: list[Hit], at: Point, discs: Floats) -> dict[int, float]:
    """How likely each of the own areas is, of these and the provinces beside them, by the ids of the areas."""
    if len(own) + len(beside) < 2:
        return {hit.area.id: 1.0 for hit in own}
    rows = lookup.parts_within(session, [hit.area for hit in [*own, *beside]], *at, float(discs.max()))
    parts = np.asarray(shapely.from_wkb([wkb for _, wkb in rows]), object)
    x, y = (np.full(len(rows), value) for value in at)
    sums: dict[int, float] = {}
    for (area_id, _), mass in zip(rows, masses(x, y, np.tile(discs, (len(rows), 1)), parts), strict=True):
        sums[area_id] = sums.get(area_id, 0.0) + float(mass)
    total = sum(sums.values())
    found = {hit.area.id: sums.get(hit.area.id, 0.0) / total if total else 1 / len(own) for hit in own}
    return {area_id: round(value, DIGITS) for area_id, value in found.items()}


def _candidates(session: Session, own: list[Hit], share: dict[int, float]) -> list[Candidate]:
    """The areas within the radius, the likeliest first."""
    centre = ioc(session) if any(hit.unit is None for hit in own) else None
    found = []
    for hit in own:
        unit = hit.unit or centre
        assert unit is not None
        found.append(Candidate(hit.area, unit, share[hit.area.id]))
    return sorted(found, key=lambda one: (-one.share, one.area.code))


def ioc(session: Session) -> Unit:
    """The unit that answers where no other does."""
    return session.scalars(select(Unit).where(Unit.code == IOC)).one()
