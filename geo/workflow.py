"""One step of a report; `apply` is the only writer of its state."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import insert
from sqlalchemy.orm import Session

from geo import approval, beside, claims, days, jobs, merging, outbox, proof
from geo.database import driver
from geo.details import Details, Situation, checked_details
from geo.effects import EFFECTS
from geo.errors import ConflictError, ForbiddenError
from geo.i18n import _
from geo.models import Report, ReportUnit
from geo.permissions import SYSTEM, Actor, may
from geo.transitions import OPEN, STATES, TRANSITIONS, Action, State, possible

NOTHING = Details()
CHANNEL = "quangnam"
# NOTIFY only wakes the listeners up, so it says nothing and rides on the insert: one trip less.
_RECORD = f"""
    INSERT INTO events (report_id, unit_id, action, from_state, to_state, actor, user_id, door, text, data)
    VALUES (%(report_id)s, %(unit_id)s, %(action)s, %(from_state)s, %(to_state)s, %(actor)s, %(user_id)s, %(door)s,
        %(text)s, %(data)s)
    RETURNING id, pg_notify('{CHANNEL}', '')
    """  # noqa: S608 (a constant)


def apply(
    session: Session,
    report: Report,
    action: Action,
    actor: Actor,
    *,
    door: str,
    version: int | None = None,
    details: Details = NOTHING,
    candidates: Sequence[int] = (),
    now: datetime | None = None,
) -> int:
    """Takes one step (state, effects, event, `candidates`, NOTIFY) in the session's transaction; the event's id.

    ConflictError where the step is not possible now, or another came first and `version` is old; ClaimedError where a
    colleague has the report in hand; ForbiddenError where the actor may not take it; InvalidError where its details
    lack something. None of them changes the report.
    """
    source = None if action == "receive" else _locked(session, report, version)
    moment = now or datetime.now(UTC)
    days.refresh(session)
    if source is not None and approval.wanted(action, report, actor) and may(actor, action, report):
        action, details = "propose", replace(details, proposed=action)
    target = TRANSITIONS.get((source, action))
    if target is None:
        raise ConflictError(
            _("Phản ánh đang ở trạng thái “{state}”, bước này không còn thực hiện được."),
            details={"possible": [one for one in possible(source, actor.role) if may(actor, one, report)]},
            state=STATES[source] if source else "",
        )
    if not may(actor, action, None if action == "receive" else report):
        raise ForbiddenError(_("Bạn không có quyền thực hiện bước này."))
    details = checked_details(action, details)
    if source is not None:
        claims.stepping(session, report, actor, moment)
        unit_id = report.unit_id
        if effect := EFFECTS.get(action):
            effect(Situation(session, report, actor, details, moment))
        report.state = target
        if target != "in_progress":
            report.waiting = None
        report.version += 1
        session.flush()
        if target not in OPEN or report.unit_id != unit_id:
            claims.end(session, report)
    if candidates:
        rows = [{"report_id": report.id, "unit_id": unit, "role": "candidate"} for unit in candidates]
        session.execute(insert(ReportUnit), rows)
    told = {
        "action": action,
        "actor": actor.role,
        "user_id": actor.user_id,
        "door": door,
        "text": details.text,
        "data": details.data(),
    }
    event_id = _record(session, report, source, target, **told)
    jobs.defer(session, outbox.TELL, event_id=event_id)
    _and_so(session, report, action, actor, door=door, now=moment, named=details.unit_id)
    return event_id


def _and_so(
    session: Session, report: Report, action: Action, actor: Actor, *, door: str, now: datetime, named: int | None
) -> None:
    """The steps that follow from a step, in the same transaction."""
    if action == "approve":
        step, said = approval.approved(report)
        approved = apply(session, report, step, actor, door=door, details=said, now=now)
        proof.move(session, report, approved)
    if action == "withdraw":
        # Those that followed it are answered on their own again.
        for follower in merging.merged(session, report):
            apply(session, follower, "split", SYSTEM, door=door, now=now)
    if action in beside.BESIDE and (unit := beside.next_unit(session, report, action, actor, named)) is not None:
        beside.forget(session, report, None if action == "ours" else unit)
        apply(session, report, "reroute", SYSTEM, door=beside.DOOR, details=Details(unit_id=unit), now=now)


def _locked(session: Session, report: Report, version: int | None) -> State:
    session.refresh(report, with_for_update={"of": Report})
    if version is not None and version != report.version:
        raise ConflictError(
            _("Phản ánh vừa được người khác cập nhật; hãy tải lại trang."), details={"version": report.version}
        )
    state: Any = report.state
    found: State = state
    return found


def _record(session: Session, report: Report, source: State | None, target: State, **line: Any) -> int:
    place = {"report_id": report.id, "unit_id": report.unit_id, "from_state": source, "to_state": target}
    line["data"] = Jsonb(line["data"]) if line["data"] else None
    row = driver(session).execute(_RECORD, place | line).fetchone()
    assert row is not None
    return int(row[0])
