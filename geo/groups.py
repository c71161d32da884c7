"""Open reports that are probably about one and the same thing: near, at about the same time, in similar words."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from geo import options
from geo.alike import Spot, clusters, longest, shared
from geo.models import Apart, Category, Media, Report, Unit
from geo.permissions import Actor, visible

MOST = 3_000  # open reports that are compared, the newest
JOINABLE = ("received", "in_progress")


@dataclass(frozen=True)
class Member:
    """One report of a group, with how many pictures it has and how many were merged into it before."""

    report: Report
    pictures: int
    led: int
    unit: str
    metres: int  # from the lead


@dataclass(frozen=True)
class Group:
    """A suggestion: the lead first, then the others by age; its spread in metres, its span, the words they share."""

    lead: Report
    members: list[Member]
    category: Category
    metres: int
    first: datetime
    last: datetime
    words: list[str]

    @property
    def minutes(self) -> int:
        """From the first to the last of them, one at least."""
        return max(round((self.last - self.first).total_seconds() / 60), 1)


def suggested(session: Session, who: Actor, now: datetime) -> list[Group]:
    """The groups among what somebody sees, the largest first."""
    since = now - timedelta(hours=options.value("group_hours"))
    # The exact point: those who see a suggestion see the reports.
    columns = select(Report, func.ST_X(Report.point), func.ST_Y(Report.point))
    query = visible(columns, who).where(
        Report.created_at >= since,
        Report.created_at <= now,
        Report.state.in_(JOINABLE),
        Report.second_of_id.is_(None),
    )
    rows = session.execute(query.order_by(Report.created_at.desc(), Report.id.desc()).limit(MOST)).all()
    reports = {report.id: report for report, _lon, _lat in rows}
    led = _led(session, list(reports))
    spots = [
        Spot(one.id, (one.category_id, one.demo), lon, lat, one.created_at.timestamp(), one.content, one.id in led)
        for one, lon, lat in rows
    ]
    found = clusters(spots, apart=_apart(session, list(reports)), hours=options.value("group_hours"))
    return sorted(_groups(session, found, reports, led), key=lambda one: (-len(one.members), one.lead.id))


def dismiss(session: Session, who: Actor, one: list[int], others: list[int]) -> None:
    """Remembers that none of `one` is the same thing as any of `others`, all ids of reports."""
    pairs = sorted({(min(a, b), max(a, b)) for a in one for b in others if a != b})
    if pairs:
        rows = [{"report_id": a, "other_id": b, "user_id": who.user_id} for a, b in pairs]
        session.execute(insert(Apart).on_conflict_do_nothing(), rows)


def _apart(session: Session, ids: list[int]) -> set[tuple[int, int]]:
    query = select(Apart.report_id, Apart.other_id).where(Apart.report_id.in_(ids))
    return {(a, b) for a, b in session.execute(query)}


def _led(session: Session, ids: list[int]) -> dict[int, int]:
    query = select(Report.lead_id, func.count()).where(Report.lead_id.in_(ids)).group_by(Report.lead_id)
    return {lead: count for lead, count in session.execute(query) if lead is not None}


def _groups(
    session: Session, found: list[list[Spot]], reports: dict[int, Report], led: dict[int, int]
) -> Iterator[Group]:
    ids = [spot.id for cluster in found for spot in cluster]
    pictures = dict(
        session.execute(
            select(Media.report_id, func.count())
            .where(Media.report_id.in_(ids), Media.event_id.is_(None))
            .group_by(Media.report_id)
        ).all()
    )
    units = dict(session.execute(select(Unit.id, Unit.name)).all())
    categories = {one.id: one for one in session.scalars(select(Category))}
    for cluster in found:
        ranked = sorted(cluster, key=lambda spot: (spot.leads is False, reports[spot.id].state == "received", spot.at))
        head = ranked[0]
        others = sorted(ranked[1:], key=lambda spot: spot.at)
        yield Group(
            lead=reports[head.id],
            members=[
                Member(
                    reports[spot.id],
                    pictures.get(spot.id, 0),
                    led.get(spot.id, 0),
                    units[reports[spot.id].unit_id],
                    longest([head, spot]),
                )
                for spot in [head, *others]
            ],
            category=categories[reports[head.id].category_id],
            metres=longest(cluster),
            first=min(reports[spot.id].created_at for spot in cluster),
            last=max(reports[spot.id].created_at for spot in cluster),
            words=shared([spot.text for spot in cluster]),
        )
