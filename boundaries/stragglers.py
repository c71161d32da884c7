"""Open reports at a committee that is gone: a step beside a switch sent them there, and the clock routes them anew.

Whoever forwards looks at the units of the moment, a switch at the reports of its own; neither sees what the other has
not committed yet, and waiting for each other they might wait for ever.
"""

from datetime import UTC, datetime

import numpy as np
from psycopg.errors import LockNotAvailable
from sqlalchemy import exists, select
from sqlalchemy.orm import Session, sessionmaker

from boundaries import lookup, moved, open_reports, rerouting, turns
from boundaries.models import Activation
from boundaries.open_reports import Ids, OpenReports
from boundaries.wanted import Wanted, existing, wanted
from geo import jobs, moving, outbox, succession
from geo.database import driver
from geo.models import Report, Unit
from geo.moving import Moves
from geo.settings import Settings
from geo.transitions import OPEN

BATCH = 1_000


def keep(sessions: sessionmaker[Session], settings: Settings) -> int:
    """Routes the open reports at committees that do not exist today by the edition in force; how many.

    It may be called at any time: what is done is not done again, and while a switch or somebody's step is at work the
    rest is for the next time. Where no edition was ever switched here nothing is touched.
    """
    count, behind = 0, 0
    try:
        while True:
            with sessions.begin() as session:
                ids = _next(session, behind)
                if not len(ids):
                    return count
                count += _route(session, settings, ids)
            behind = int(ids[-1])
    except (turns.BusyError, LockNotAvailable):
        return count


def _next(session: Session, behind: int) -> Ids:
    mine = (
        *(Report.state.in_(OPEN), Report.id > behind),
        *(Unit.kind == "committee", ~succession.there(lookup.today())),
        # What an older release left behind is moved by a switch, without a message each.
        exists().where(Activation.id > 0),
    )
    query = select(Report.id).join(Unit, Unit.id == Report.unit_id).where(*mine).order_by(Report.id).limit(BATCH)
    return np.array(session.scalars(query).all(), np.int64)


def _route(session: Session, settings: Settings, ids: Ids) -> int:
    """Moves the reports, an event and an explanation each, and has everybody told; how many."""
    turns.alone(session)  # the edition in force and the units stay as they are
    day, at = lookup.today(), datetime.now(UTC)
    now = open_reports.read(session, moving.lock(session, ids))
    now = now.take(~np.isin(now.unit_id, existing(session, day)))
    found = wanted(session, now, day, settings=settings)
    for unit in session.scalars(select(Unit).where(Unit.id.in_(now.unit_id.tolist()))).all():
        rows = now.unit_id == unit.id
        _write(session, now.take(rows), found.take(rows), {"from": unit.code}, at)
    return len(now)


def _write(session: Session, now: OpenReports, found: Wanted, data: dict[str, str], at: datetime) -> None:
    codes = (found.area_code, found.commune_code)
    moves = Moves(now.id, found.unit_id, *codes, found.needs_confirmation, found.others.tolist())
    events = moving.move(session, moves, door=moving.GONE, now=at, data=data)
    rerouting.explain(session, now, found, at)
    # An undo of the edition that they missed brings them back as well.
    followed = moved.newest(session, int(found.edition_id[0]))
    if followed is not None:
        moved.remember(driver(session), followed, now, events)
    for event_id in events.tolist():
        jobs.defer(session, outbox.TELL, event_id=event_id)
