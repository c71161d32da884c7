"""What an activation would do to the open reports, found out without doing anything."""

from dataclasses import dataclass

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from boundaries import committees, corrections, editions, lookup, open_reports, readiness, rule_areas
from boundaries.models import Edition
from boundaries.readiness import Unready
from boundaries.rerouting import Tally
from boundaries.rule_areas import Ending, Shifting
from boundaries.wanted import wanted
from geo.models import Unit
from geo.settings import Settings


@dataclass(frozen=True)
class Move:
    """How many open reports go from one unit to another."""

    old: Unit
    new: Unit
    count: int


@dataclass(frozen=True)
class Preview:
    """What an activation would do to the open reports now, of which `stay` keep their unit."""

    edition: Edition
    open: int
    stay: int
    moves: list[Move]  # the most first
    by_hand: int  # of those that stay, the ones whose unit a person chose
    uncertain: int  # become uncertain
    certain: int  # become certain
    without_committee: int  # go to the IOC, for nobody else answers there
    changed: int  # get a line in their history: another unit, other codes of areas, more or less certain
    rules: list[Ending]  # will have no area any more, and decide nothing
    shifting: list[Shifting]  # will decide for other ground
    corrections: int  # that administrators accepted, will count no more
    unready: list[Unready]  # would get reports that they could not see


def preview(session: Session, code: str, *, settings: Settings) -> Preview:
    """What activating an edition on its first day, or today after that, would do to the reports that are open now.

    It changes nothing, holds nothing up and waits for nobody. ConflictError where the edition could not be activated.
    """
    edition = editions.find(session, code)
    day = max(edition.valid_from, lookup.today())
    tally = Tally()
    again = editions.owes(session, edition, day)
    if not again:
        editions.check(session, edition)
    with session.begin_nested() as point:
        session.execute(text("SET LOCAL statement_timeout = 0"))
        with committees.days_if(session, edition, active=True):
            if again or editions.follows(session, edition, day, active=True) == edition:
                now = open_reports.read(session)
                tally.add(now, wanted(session, now, day, edition=code, settings=settings))
        point.rollback()
    units = {one.id: one for one in session.scalars(select(Unit).where(Unit.id.in_(tally.units)))}
    moves = [Move(units[old], units[new], count) for (old, new), count in tally.moves.most_common()]
    counts = {name: tally.counts[name] for name in Tally.NAMES}
    rules, shifting = rule_areas.ending(session, edition, day), rule_areas.shifting(session, edition, day)
    unready = readiness.unready(session, tally.came(), settings)
    return Preview(
        edition=edition,
        moves=moves,
        rules=rules,
        shifting=shifting,
        corrections=corrections.left(session, edition, day),
        unready=unready,
        **counts,
    )
