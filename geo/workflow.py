"""The process as one table; `apply` is the only writer of a report's state."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

from sqlalchemy import insert
from sqlalchemy.orm import Session

from geo.database import driver
from geo.errors import ConflictError, ForbiddenError
from geo.i18n import _
from geo.models import Report, ReportUnit
from geo.permissions import Actor, Role

State = Literal["received", "needs_info", "in_progress", "resolved", "rejected", "merged", "closed", "withdrawn"]
STATES: dict[State, str] = {
    "received": _("Chờ tiếp nhận"),
    "needs_info": _("Chờ bổ sung"),
    "in_progress": _("Đang xử lý"),
    "resolved": _("Đã có kết quả"),
    "rejected": _("Không tiếp nhận"),
    "merged": _("Đã gộp"),
    "closed": _("Đã kết thúc"),
    "withdrawn": _("Người gửi đã rút"),
}
Action = Literal["receive", "accept"]
CHANNEL = "quangnam"
# NOTIFY only wakes the listeners up, so it says nothing and rides on the insert: one trip less.
_RECORD = f"""
    INSERT INTO events (report_id, unit_id, action, from_state, to_state, actor, door, text)
    VALUES (%(report_id)s, %(unit_id)s, %(action)s, %(from_state)s, %(to_state)s, %(actor)s, %(door)s, %(text)s)
    RETURNING pg_notify('{CHANNEL}', '')
    """  # noqa: S608 (a constant)


class Step(NamedTuple):
    """Where an action leads and who may take it."""

    state: State
    who: frozenset[Role]


TRANSITIONS: dict[tuple[State | None, Action], Step] = {
    (None, "receive"): Step("received", frozenset({"sender", "operator", "system"})),
    ("received", "accept"): Step("in_progress", frozenset({"officer", "operator", "system"})),
}


def possible(state: str | None, actor: Actor) -> list[Action]:
    """The actions that an actor may take on a report in a state."""
    return [action for (source, action), step in TRANSITIONS.items() if source == state and actor.role in step.who]


def apply(
    session: Session,
    report: Report,
    action: Action,
    actor: Actor,
    *,
    door: str,
    version: int | None = None,
    text: str | None = None,
    candidates: Sequence[int] = (),
) -> None:
    """Takes one step: state, event, `candidates` (ids of units) and NOTIFY in the session's transaction.

    ConflictError where the step is not possible from the report's state, or another came first and `version` is old;
    ForbiddenError where the actor may not take it.
    """
    source = None if action == "receive" else _locked(session, report, version)
    step = TRANSITIONS.get((source, action))
    if step is None:
        steps = possible(source, actor)
        raise ConflictError(
            _("Phản ánh đang ở trạng thái “{state}”, bước này không còn thực hiện được."),
            details={"possible": steps},
            state=STATES[source] if source else "",
        )
    foreign = actor.role == "officer" and actor.unit_id != report.unit_id
    if actor.role not in step.who or foreign:
        raise ForbiddenError(_("Bạn không có quyền thực hiện bước này."))
    if source is not None:
        report.state = step.state
        report.version += 1
        if action == "accept" and report.published_at is None:
            report.published_at = datetime.now(UTC)
        session.flush()
    if candidates:
        rows = [{"report_id": report.id, "unit_id": unit, "role": "candidate"} for unit in candidates]
        session.execute(insert(ReportUnit), rows)
    _record(session, report, source, step.state, action=action, actor=actor.role, door=door, text=text)


def _locked(session: Session, report: Report, version: int | None) -> State:
    session.refresh(report, with_for_update={"of": Report})
    if version is not None and version != report.version:
        raise ConflictError(
            _("Phản ánh vừa được người khác cập nhật; hãy tải lại trang."), details={"version": report.version}
        )
    state: Any = report.state
    found: State = state
    return found


def _record(session: Session, report: Report, source: State | None, target: State, **line: Any) -> None:
    place = {"report_id": report.id, "unit_id": report.unit_id, "from_state": source, "to_state": target}
    driver(session).execute(_RECORD, place | line)
