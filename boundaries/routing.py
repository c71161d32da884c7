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

from boundaries import lookup, pins, reasons, rules
from boundaries.batch import Routings, route_many
from boundaries.lookup import Hit
from boundaries.metric import to_metric
from boundaries.models import Area, Assignment, Edition
from boundaries.reasons import Reason
from boundaries.shares import overlaps
from geo.database import driver
from geo.models import Report, Unit
from geo.seeds import IOC
from geo.settings import Settings

Point = tuple[float, float]  # metres

_ASSIGN = """
    INSERT INTO assignments (report_id, edition_id, area_code, unit_id, reason, distance, candidates)
    VALUES (%(report_id)s, %(edition_id)s, %(area_code)s, %(unit_id)s, %(reason)s, %(distance)s, %(candidates)s)
    """

__all__ = ["Candidate", "Reason", "Routing", "Routings", "assign", "route", "route_many"]


@dataclass(frozen=True)
class Candidate:
    """An area that may be the true one, its unit, and its share (0–1) of what the circle has in all of them."""

    area: Area
    unit: Unit
    share: float


@dataclass(frozen=True)
class Routing:
    """Where a pin goes and why; `distance` in metres is to the area if `nearest`, else to the closest other area."""

    edition: Edition | None
    area: Area | None
    commune: Area | None
    unit: Unit
    reason: Reason
    needs_confirmation: bool
    distance: float | None = None
    candidates: list[Candidate] = field(default_factory=list)


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
    covering = sorted((hit for hit in own if hit.covers), key=lambda hit: hit.area.code)
    if covering:
        chosen = covering[0]
        communes = [hit for hit in hits if hit.area.level == "commune" and hit.covers]
        reason, distance = _judge(covering, [hit for hit in hits if _rivals(hit, chosen, found)], radius)
    else:
        chosen = _beyond(session, found, hits, (x, y), day=day, settings=settings)
        communes = lookup.closest(session, found, x, y, on=day, within=chosen.area.code)
        reason, distance = reasons.nearest(full_name(chosen.area), chosen.distance), chosen.distance
    if len(own) > 1 and (wanted := next((hit for hit in own if hit.area.code == area), None)):
        chosen, distance = wanted, min(hit.distance for hit in own if hit is not wanted)
        communes = lookup.closest(session, found, x, y, on=day, within=chosen.area.code)
        reason = reasons.chosen(full_name(chosen.area))
    candidates = _candidates(session, own, (x, y), radius) if len(own) > 1 else []
    commune = chosen.area if found.routing_level == "commune" else _within(communes, chosen.area)
    needs = reason.code != "inside" or chosen.unit is None
    if chosen.unit is None:
        reason = reasons.no_unit(full_name(chosen.area))
    routed = Routing(found, chosen.area, commune, chosen.unit or ioc(session), reason, needs, distance, candidates)
    return by_rule(session, routed, category, day) if category is not None else routed


def by_rule(session: Session, routed: Routing, category: str, day: date | None) -> Routing:
    """The routing as the narrowest rule of a category has it for its area, or as it was."""
    assert routed.area is not None
    places = [one.code for one in (routed.area, routed.commune) if one is not None]
    found = rules.instead(session, category, places, day)
    if found is None:
        return routed
    answer = replace(routed, unit=found.unit, reason=reasons.rule(full_name(routed.area)))
    # Where the unit is the same whatever the area, there is nothing to be confirmed.
    return replace(answer, needs_confirmation=False, candidates=[]) if found.everywhere else answer


def assign(session: Session, report: Report, routing: Routing) -> Assignment:
    """Writes down why the report went where it went; the answer is a copy that no session knows."""
    values: dict[str, Any] = {
        "report_id": report.id,
        "edition_id": routing.edition.id if routing.edition else None,
        "area_code": routing.area.code if routing.area else None,
        "unit_id": routing.unit.id,
        "reason": routing.reason.code,
        "distance": routing.distance,
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
    kept = {"area": one.area.code, "unit": one.unit.code, "share": round(one.share, 4)}
    # Who said so matters later: this area was not found by the borders.
    chosen = routing.reason.message == reasons.CHOSEN and routing.area is not None and one.area.id == routing.area.id
    return kept | ({"chosen": True} if chosen else {})


def full_name(area: Area) -> str:
    """The kind and the name: "thành phố Hội An"."""
    return f"{area.kind} {area.name}"


def _rivals(hit: Hit, chosen: Hit, edition: Edition) -> bool:
    return hit.area is not chosen.area and hit.area.level in (edition.routing_level, "neighbour")


def _judge(covering: list[Hit], rivals: list[Hit], radius: float) -> tuple[Reason, float | None]:
    name = full_name(covering[0].area)
    if len(covering) > 1:
        return reasons.border(name, [full_name(hit.area) for hit in covering]), rivals[0].distance
    if rivals:
        other = rivals[0]
        return reasons.uncertain(name, full_name(other.area), other.distance, radius), other.distance
    return reasons.inside(name), None


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


def _within(communes: list[Hit], area: Area) -> Area | None:
    mine = (hit.area for hit in communes if hit.area.parent_code == area.code)
    return min(mine, key=lambda commune: commune.code, default=None)


def _candidates(session: Session, own: list[Hit], at: Point, radius: float) -> list[Candidate]:
    """The areas within the radius, the greatest share first."""
    rows = lookup.parts_within(session, [hit.area for hit in own], *at, radius)
    parts = np.asarray(shapely.from_wkb([wkb for _, wkb in rows]))
    pieces = overlaps(np.full(len(rows), at[0]), np.full(len(rows), at[1]), radius, parts)
    sums: dict[int, float] = {}
    for (area_id, _), piece in zip(rows, pieces, strict=True):
        sums[area_id] = sums.get(area_id, 0.0) + float(piece)
    total = sum(sums.values())
    centre = ioc(session) if any(hit.unit is None for hit in own) else None
    found = []
    for hit in own:
        unit = hit.unit or centre
        assert unit is not None
        found.append(Candidate(hit.area, unit, sums.get(hit.area.id, 0.0) / total if total else 1 / len(own)))
    return sorted(found, key=lambda one: (-round(one.share, 4), one.area.code))


def ioc(session: Session) -> Unit:
    """The unit that answers where no other does."""
    return session.scalars(select(Unit).where(Unit.code == IOC)).one()
