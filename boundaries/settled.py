"""What somebody settled near a border: the report's area follows, by a routing of its own that says so."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from boundaries import lookup, reasons
from boundaries.lookup import Hit
from boundaries.metric import to_metric
from boundaries.models import Area, Assignment, Edition
from boundaries.routing import Routing, full_name, ioc
from boundaries.said import area_of, marked
from geo.models import Report, Unit
from geo.transitions import Action

WORDS: frozenset[Action] = frozenset({"confirm", "ours", "not_ours", "reroute"})  # that settle where a place is
MOVES: frozenset[Action] = frozenset({"forward", "return"})  # that say so only of what was settled before


def follow(session: Session, report: Report, action: Action) -> None:
    """Puts a report into the area that the step just taken says it is in; any other step leaves its area alone.

    A step says that where nothing is left to be confirmed and the responsible unit has exactly one of the candidates
    of the newest routing: what it had before, a department, or a unit that has two of them tells no area. Of a report
    in a sensitive category the unit alone follows: an area that is not its pin's would tell the public of a border.
    """
    if action not in WORDS | MOVES or report.needs_confirmation or report.category.sensitive:
        return
    query = select(Assignment).where(Assignment.report_id == report.id).order_by(Assignment.id.desc()).limit(1)
    newest = session.scalar(query)
    if newest is None or newest.edition_id is None or not newest.candidates:
        return
    before, unit = area_of(newest.candidates), session.get_one(Unit, report.unit_id)
    areas = [one["area"] for one in newest.candidates if one["unit"] == unit.code]
    if len(areas) != 1 or areas[0] == before or (before is None and action in MOVES):
        return
    _write(session, report, newest, areas[0])


def routing(session: Session, edition: Edition, hit: Hit, lon: float, lat: float) -> Routing:
    """The routing of a pin (degrees) that somebody said is in an area."""
    name, needs = full_name(hit.area), hit.unit is None
    return Routing(
        edition,
        hit.area,
        commune(session, edition, hit.area.code, lon, lat),
        hit.unit or ioc(session),
        reasons.no_unit(name) if needs else reasons.agreed(name),
        needs,
        confidence=1.0,
    )


def commune(session: Session, edition: Edition, area: str, lon: float, lat: float) -> Area | None:
    """The commune of an area that is nearest to a point (degrees), the first by code of several; None without any.

    An edition that routes to communes has no other ones: there it is the area.
    """
    if edition.routing_level == "commune":
        return lookup.named(session, edition, area, on=None).area
    found = lookup.closest(session, edition, *to_metric(lon, lat), on=None, within=area)
    return found[0].area if found else None


def _write(session: Session, report: Report, newest: Assignment, area: str) -> None:
    assert newest.candidates is not None
    if report.area_code != area:
        edition = session.get_one(Edition, newest.edition_id)
        where = select(Report.point.ST_X(), Report.point.ST_Y()).where(Report.id == report.id)
        lon, lat = session.execute(where).one()
        found = commune(session, edition, area, lon, lat)
        report.area_code, report.commune_code = area, found.code if found else None
    session.add(
        Assignment(
            report_id=report.id,
            edition_id=newest.edition_id,
            area_code=area,
            unit_id=report.unit_id,
            reason="border",
            confidence=1.0,
            candidates=marked(newest.candidates, area),
        )
    )
    session.flush()
