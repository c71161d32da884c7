"""Routing of many pins by whole arrays: the questions and the answers of `route`, with the edition in memory."""

from dataclasses import dataclass, fields
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from boundaries import atlas, corrections, editions, lookup, pins, reasons, rules, shares
from boundaries.around import Around
from boundaries.atlas import Sheet
from boundaries.metric import Floats, to_metric
from boundaries.models import Area, Edition
from boundaries.pieces import TOUCH, Indices
from geo import days
from geo.models import Unit
from geo.seeds import IOC
from geo.settings import Settings

Objects = NDArray[np.object_]


@dataclass(frozen=True)
class Routings:
    """Columns with one element a pin; `refusal` is the Vietnamese sentence why no unit answers, else empty.

    `unit_id` is 0, `reason` empty and codes None where refused. `distance` is NaN where there is none. `candidates` has
    what an assignment keeps, [{"area", "unit", "share"}] or None, and `others` the ids of their units but those of
    the area and of a rule, or None. `confidence` is how likely (0–1) the area is the true one, NaN where nothing tells
    that; `correction_id` is of the correction and `rule_id` of the rule that decided, else 0.
    `edition` is None where none is in force.
    """

    edition: Edition | None
    refusal: Objects
    area_code: Objects
    area_name: Objects
    commune_code: Objects
    unit_id: NDArray[np.int64]
    unit_name: Objects
    reason: Objects
    needs_confirmation: NDArray[np.bool_]
    distance: Floats
    confidence: Floats
    correction_id: NDArray[np.int64]
    candidates: Objects
    others: Objects
    rule_id: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.reason)

    def columns(self) -> dict[str, NDArray[Any]]:
        """The columns by name, without the edition."""
        return {one.name: getattr(self, one.name) for one in fields(self) if one.name != "edition"}


@dataclass(frozen=True)
class Committees:
    """The units of the areas of a sheet, by position, and last of all the IOC."""

    ids: NDArray[np.int64]
    codes: Objects
    names: Objects
    known: NDArray[np.bool_]


def route_many(
    session: Session,
    lon: Floats,
    lat: Floats,
    *,
    accuracy: Floats | None = None,
    on: date | None = None,
    edition: str | None = None,
    category: Objects | None = None,
    settings: Settings,
) -> Routings:
    """What `route` says of each pin (degrees; accuracy in metres, NaN where unknown); NotFoundError for an edition.

    `category` has the code of each, None where the rules of categories do not matter.

    A pin that `route` refuses gets a refusal, and the others their answers.
    """
    days.refresh(session)  # the administrator's confidence
    lon, lat = np.asarray(lon, np.float64), np.asarray(lat, np.float64)
    given = np.full(len(lon), np.nan) if accuracy is None else np.asarray(accuracy, np.float64)
    day = None if edition else on or lookup.today()
    found = _edition(session, edition, day)
    refusal = pins.refusals(lon, lat, given)
    if found is None:
        return _unrouted(session, refusal)
    sheet = atlas.sheet(session, found, found.routing_level)
    units = answering(session, sheet, day)
    result = _blank(found, refusal)
    radius = np.hypot(np.nan_to_num(given), settings.border_uncertainty)
    good = np.flatnonzero(refusal == "")
    area = np.full(len(lon), -1, np.intp)
    area[good] = sheet.raster.areas(lon[good], lat[good])
    clear = sheet.raster.clear(lon[good], lat[good]) > radius[good]
    sure = good[clear & (area[good] >= 0)]
    result.reason[sure], result.confidence[sure] = "inside", 1.0
    around = Around(
        sheet,
        atlas.sheet(session, found, "neighbour"),
        good[~clear | (area[good] < 0)],
        lon=lon,
        lat=lat,
        accuracy=np.nan_to_num(given),
        radius=radius,
        settings=settings,
    )
    outside = around.judge(result, area)
    result.needs_confirmation[:] = ~(result.confidence >= shares.enough()) & (result.refusal == "")
    around.list_candidates(units, area, result)
    settled, beyond = _settle(session, found, units, result, area, sheet=sheet, lon=lon, lat=lat, accuracy=given)
    outside = np.union1d(np.setdiff1d(outside, settled), beyond)
    _communes(atlas.sheet(session, found, "commune"), sheet, result, area, lon=lon, lat=lat, outside=outside)
    _name(result, sheet, units, area)
    if category is not None:
        _by_rules(session, result, category, on or lookup.today())
    return result


def _settle(
    session: Session,
    edition: Edition,
    units: Committees,
    result: Routings,
    area: Indices,
    *,
    sheet: Sheet,
    lon: Floats,
    lat: Floats,
    accuracy: Floats,
) -> tuple[Indices, Indices]:
    """Gives the pins in accepted corrections to their areas; the rows of all, and of those outside of their area."""
    layer = corrections.layer(session, edition)
    none = np.empty(0, np.intp)
    good = np.flatnonzero(pins.refusals(lon, lat, accuracy) == "") if len(layer.id) else none
    if not len(good):
        return none, none
    x, y = to_metric(lon[good], lat[good])
    place, sure = layer.at(x, y, np.nan_to_num(accuracy[good]))
    wanted = np.searchsorted(sheet.code.astype(str), layer.area[place].astype(str))
    # Where the borders say the same, they also say how surely.
    inside = (place >= 0) & (sure | (wanted != area[good]) & (result.refusal[good] == ""))
    rows, x, y, sure = good[inside], x[inside], y[inside], sure[inside]
    area[rows], result.correction_id[rows] = wanted[inside], layer.id[place[inside]]
    result.distance[rows], result.needs_confirmation[rows] = np.nan, ~sure
    certain, doubtful = rows[sure], rows[~sure]
    result.refusal[certain], result.reason[certain], result.confidence[certain] = "", "inside", 1.0
    result.candidates[certain], result.others[certain] = None, None
    result.reason[doubtful] = "uncertain"
    result.confidence[doubtful] = np.nan  # the model's is that of a border which is known to be wrong here
    for row in doubtful:
        _stand_beside(units, result, row, units.codes[area[row]])
    pairs = sheet.pieces.near(x, y, TOUCH)
    covered = pairs.pin[pairs.area == area[rows][pairs.pin]]
    return rows, np.delete(rows, covered)


def _stand_beside(units: Committees, result: Routings, row: int, mine: str) -> None:
    """Writes the others of a pin whose candidates are as they were, but whose unit is another one."""
    rest = dict.fromkeys(one["unit"] for one in result.candidates[row] or [] if one["unit"] != mine)
    result.others[row] = [int(units.ids[np.flatnonzero(units.codes == one)[0]]) for one in rest] or None


def _by_rules(session: Session, result: Routings, category: Objects, day: date) -> None:
    for rule, mine in rules.instead_of_many(session, category, result.area_code, result.commune_code, day):
        result.unit_id[mine] = rule.unit.id
        result.unit_name[mine] = rule.unit.name
        result.reason[mine] = "rule"
        result.rule_id[mine] = rule.id
        if rule.everywhere:
            result.needs_confirmation[mine] = False
            result.candidates[mine] = None
            result.others[mine] = None
        for row in np.flatnonzero(mine & (result.others != None)):  # noqa: E711 (of each element)
            result.others[row] = [one for one in result.others[row] if one != rule.unit.id] or None


def _edition(session: Session, code: str | None, day: date | None) -> Edition | None:
    statement = select(Edition).where(lookup.in_force(code is not None))
    found = session.execute(statement, {"edition": code, "day": day}).scalar_one_or_none()
    return editions.find(session, code) if found is None and code is not None else found


def answering(session: Session, sheet: Sheet, day: date | None) -> Committees:
    """Who answers for the areas of a sheet on a day (None: on any)."""
    ioc = session.scalars(select(Unit).where(Unit.code == IOC)).one()
    statement = (
        select(Unit, Area.code)
        .join_from(Area, Unit, lookup.committee(day is None))
        .where(Area.code.in_(list(sheet.code)))
        .order_by(Unit.code.desc())
    )
    units = {code: unit for unit, code in session.execute(statement, {"day": day})}  # the smallest code comes last
    column = [units.get(code, ioc) for code in sheet.code] + [ioc]
    return Committees(
        np.array([unit.id for unit in column], np.int64),
        np.array([unit.code for unit in column], object),
        np.array([unit.name for unit in column], object),
        np.array([code in units for code in sheet.code] + [False], np.bool_),
    )


def _communes(
    communes: Sheet, sheet: Sheet, result: Routings, area: Indices, *, lon: Floats, lat: Floats, outside: Indices
) -> None:
    """The commune of each pin: of those that cover it or are nearest, the first by code in the chosen area."""
    taken = np.flatnonzero(result.refusal == "")
    if communes is sheet:
        result.commune_code[taken] = sheet.code[area[taken]]
        return
    if not len(communes.code):
        return
    inside, beyond = np.setdiff1d(taken, outside, assume_unique=True), outside
    commune = communes.raster.areas(lon[inside], lat[inside])
    fits = (commune >= 0) & (communes.parent[commune] == sheet.code[area[inside]])
    result.commune_code[inside[fits]] = communes.code[commune[fits]]
    # On a border of districts the first commune by code may be the other district's.
    rows = inside[~fits]
    pairs = communes.pieces.near(*to_metric(lon[rows], lat[rows]), TOUCH)
    mine = pairs.where(communes.parent[pairs.area] == sheet.code[area[rows[pairs.pin]]])
    result.commune_code[rows[mine.pin[::-1]]] = communes.code[mine.area[::-1]]
    for parent in np.unique(area[beyond]):
        rows = beyond[area[beyond] == parent]
        pairs = communes.within(sheet.code[parent]).closest(*to_metric(lon[rows], lat[rows]))
        result.commune_code[rows[pairs.pin[::-1]]] = communes.code[pairs.area[::-1]]


def _name(result: Routings, sheet: Sheet, units: Committees, area: Indices) -> None:
    taken = np.flatnonzero(result.refusal == "")
    mine = area[taken]
    result.area_code[taken] = sheet.code[mine]
    result.area_name[taken] = sheet.name[mine]
    result.unit_id[taken] = units.ids[mine]
    result.unit_name[taken] = units.names[mine]
    orphans = taken[~units.known[mine]]
    result.reason[orphans] = "ioc"
    result.needs_confirmation[orphans] = True


def _blank(edition: Edition | None, refusal: Objects) -> Routings:
    count = len(refusal)

    def nothing(value: Any = None) -> Objects:
        return np.full(count, value, object)

    return Routings(
        edition=edition,
        refusal=refusal,
        area_code=nothing(),
        area_name=nothing(),
        commune_code=nothing(),
        unit_id=np.zeros(count, np.int64),
        unit_name=nothing(),
        reason=nothing(""),
        needs_confirmation=np.zeros(count, np.bool_),
        distance=np.full(count, np.nan),
        confidence=np.full(count, np.nan),
        correction_id=np.zeros(count, np.int64),
        candidates=nothing(),
        others=nothing(),
        rule_id=np.zeros(count, np.int64),
    )


def _unrouted(session: Session, refusal: Objects) -> Routings:
    """Every good pin to the IOC, for want of an edition."""
    ioc = session.scalars(select(Unit).where(Unit.code == IOC)).one()
    result = _blank(None, refusal)
    good = refusal == ""
    result.unit_id[good] = ioc.id
    result.unit_name[good] = ioc.name
    result.reason[good] = reasons.no_edition().code
    result.needs_confirmation[:] = good
    return result
