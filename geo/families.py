"""Reports that only make sense together: the first and the second, and those merged into one another."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.orm import Session

from geo.models import DataRequest, Report

FINAL = ("closed", "withdrawn")  # what was rejected is closed by the clock


def over(before: datetime) -> ColumnElement[bool]:
    """Whether a report has come to its end before a moment."""
    return Report.state.in_(FINAL) & (Report.settled_at < before)


def ended(before: datetime) -> Select[int, datetime | None]:
    """Ids of the reports that came to their end before a moment, and when, the longest ago first."""
    query = select(Report.id, Report.settled_at)
    return query.where(over(before)).order_by(Report.settled_at, Report.id)


def together(session: Session, ids: Iterable[int]) -> dict[int, set[int]]:
    """The family of each report, itself included, by id."""
    family = {one: {one} for one in ids}
    asked: set[int] = set()
    while new := set(family) - asked:
        asked |= new
        links = select(Report.id, Report.lead_id, Report.second_of_id).where(
            or_(Report.id.in_(new), Report.lead_id.in_(new), Report.second_of_id.in_(new))
        )
        for report_id, *others in session.execute(links):
            for other in filter(None, others):
                _join(family, report_id, other)
    return family


def _join(family: dict[int, set[int]], one: int, other: int) -> None:
    both = family.get(one, {one}) | family.get(other, {other})
    for member in both:
        family[member] = both


def unfinished(session: Session, ids: Iterable[int], before: datetime) -> set[int]:
    """Which of some reports must stay: they go on, or their sender has asked for something that is not answered yet."""
    asked = exists().where(DataRequest.report_id == Report.id, DataRequest.done_at.is_(None))
    stays = ~(over(before) | (Report.state == "merged")) | asked
    return set(session.scalars(select(Report.id).where(Report.id.in_(set(ids)), stays)))
