"""Questions to the places of reports: in one edition, or in that which was in force when each report was made."""

from collections.abc import Sequence
from datetime import date, datetime, time

from sqlalchemy import ColumnElement, and_, case, exists, literal, or_, select
from sqlalchemy.orm import Session

from boundaries.models import Area, Edition, ReportArea
from geo.deadlines import ZONE
from geo.models import Report

THEN = "then"  # in place of an edition's code: of each report the one in force on the day on which it was made


def asked(session: Session, code: str) -> list[Edition]:
    """The editions that a code means, oldest first: one whatever its state, or all in force for THEN; none: unknown."""
    which = Edition.state == "active" if code == THEN else Edition.code == code.replace("\0", "?")
    return list(session.scalars(select(Edition).where(which).order_by(Edition.valid_from)))


def edition_of(editions: Sequence[Edition]) -> ColumnElement[int]:
    """The id of the one of some editions, oldest first, by which each report is asked; every report has one.

    What is older than the first edition belongs to the first.
    """
    if not editions:
        return literal(0)
    until = [Report.created_at < _midnight(after.valid_from) for after in editions[1:]]
    last = literal(editions[-1].id)
    whens = [(past, literal(one.id)) for past, one in zip(until, editions, strict=False)]
    return case(*whens, else_=last) if whens else last


def here(editions: Sequence[Edition]) -> ColumnElement[bool]:
    """The condition that a row of ReportArea is that of a report in the edition by which it is asked."""
    return (ReportArea.report_id == Report.id) & (ReportArea.edition_id == edition_of(editions))


def inside(session: Session, editions: Sequence[Edition], code: str) -> ColumnElement[bool] | None:
    """The condition that a report lies in a district or commune of these editions; None where none has it."""
    ids = [edition.id for edition in editions]
    query = select(Area.edition_id, Area.level, Area.parent_code).where(
        Area.edition_id.in_(ids), Area.code == code.replace("\0", "?"), Area.level != "neighbour"
    )
    levels = {edition.id: edition.routing_level for edition in editions}
    matching = [
        and_(ReportArea.edition_id == number, _matches(number, levels[number], level, parent, code))
        for number, level, parent in session.execute(query)
    ]
    return exists().where(here(editions), or_(*matching)).correlate(Report) if matching else None


def _matches(edition_id: int, routed: str, level: str, parent: str | None, code: str) -> ColumnElement[bool]:
    if level == routed:
        return ReportArea.area_code == code
    if level == "district":
        communes = select(Area.code).where(
            Area.edition_id == edition_id, Area.level == routed, Area.parent_code == code
        )
        return ReportArea.area_code.in_(communes)
    found = ReportArea.commune_code == code
    return found if parent is None else (ReportArea.area_code == parent) & found


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZONE)
