"""What a unit leaves on the day of its end: open reports, accounts, keys, webhooks and replies go to who goes on."""

from datetime import date, datetime

import numpy as np
from sqlalchemy import ColumnElement, delete, exists, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, sessionmaker

from geo import jobs, moving, outbox, units
from geo.deadlines import ZONE
from geo.models import ApiKeyUnit, Report, ReportUnit, Template, Unit, User, Webhook
from geo.moving import Moves
from geo.succession import KINDS, heir
from geo.transitions import OPEN

DOOR = "unit"  # of what the end of a unit moves
BATCH = 1_000
# Rows that name a unit and nothing of what it did: they follow as they are.
_FOLLOWING = (User, Webhook, Template)


def keep(sessions: sessionmaker[Session], now: datetime) -> int:
    """Hands over what ended units still have; how many open reports went to other units.

    It may be called at any time and by several workers at once: what is done is not done again.
    """
    today = now.astimezone(ZONE).date()
    with sessions() as session:
        ended = session.scalars(select(Unit.id).where(*_ended(today)).order_by(Unit.valid_until, Unit.id)).all()
    moved = 0
    for unit_id in ended:
        with sessions.begin() as session:
            _hand_over_people(session, unit_id, today)
        while True:
            with sessions.begin() as session:
                count = hand_over_reports(session, unit_id, now)
            moved += count
            if count < BATCH:
                break
    return moved


def hand_over_reports(session: Session, unit_id: int, now: datetime) -> int:
    """Moves at most BATCH open reports of an ended unit, an event each, and has everybody told; how many."""
    unit = session.get_one(Unit, unit_id)
    into = heir(unit, now.astimezone(ZONE).date())
    to = into.id if into is not None else units.ioc(session)
    mine = select(Report.id).where(Report.unit_id == unit_id, Report.state.in_(OPEN)).order_by(Report.id).limit(BATCH)
    locked = moving.lock(session, np.array(session.scalars(mine).all(), np.int64)).tolist()
    # Somebody may have sent one of them on while we waited for it.
    rows = session.execute(
        select(Report.id, Report.area_code, Report.commune_code, Report.needs_confirmation, Report.assignee_id)
        .where(Report.id.in_(locked), Report.unit_id == unit_id)
        .order_by(Report.id)
    ).all()
    if not rows:
        return 0
    ids, areas, communes, unsure, people = zip(*rows, strict=True)
    moves = Moves(
        np.array(ids, np.int64),
        np.full(len(ids), to, np.int64),
        np.fromiter(areas, object, len(ids)),
        np.fromiter(communes, object, len(ids)),
        np.array(unsure, np.bool_),
        _candidates(session, list(ids), to),
    )
    events = moving.move(session, moves, door=DOOR, now=now, data={"from": unit.code})
    # Who came along goes on with what they had in hand.
    moving.give_back(session, ids, people)
    for event_id in events.tolist():
        jobs.defer(session, outbox.TELL, event_id=event_id)
    return len(ids)


def _hand_over_people(session: Session, unit_id: int, today: date) -> None:
    """Gives the accounts and what else speaks for a unit to the one that goes on; where none does, they stay."""
    into = heir(session.get_one(Unit, unit_id, with_for_update={"key_share": True}), today)
    if into is None:
        return
    for table in _FOLLOWING:
        session.execute(update(table).where(table.unit_id == unit_id).values(unit_id=into.id))
    keys = session.scalars(delete(ApiKeyUnit).where(ApiKeyUnit.unit_id == unit_id).returning(ApiKeyUnit.key_id)).all()
    for key_id in keys:
        row = insert(ApiKeyUnit).values(key_id=key_id, unit_id=into.id)
        session.execute(row.on_conflict_do_nothing())


def _ended(today: date) -> tuple[ColumnElement[bool], ...]:
    """The conditions of a unit that is over and still has something to hand over."""
    reports = exists().where(Report.unit_id == Unit.id, Report.state.in_(OPEN))
    people = [exists().where(table.unit_id == Unit.id) for table in (*_FOLLOWING, ApiKeyUnit)]
    left = or_(reports, Unit.merged_into_id.is_not(None) & or_(*people))
    return Unit.kind.in_(KINDS), Unit.valid_until <= today, left


def _candidates(session: Session, ids: list[int], to: int) -> list[list[int]]:
    """The units that may be the right ones of each report, without the one that has it from now on."""
    beside: dict[int, list[int]] = {one: [] for one in ids}
    query = select(ReportUnit.report_id, ReportUnit.unit_id).where(
        ReportUnit.report_id.in_(ids), ReportUnit.role == "candidate", ReportUnit.unit_id != to
    )
    for report_id, unit_id in session.execute(query.order_by(ReportUnit.unit_id)):
        beside[report_id].append(unit_id)
    return list(beside.values())
