"""The units beside the responsible one that a place by an uncertain border may belong to, and what they say of it."""

from sqlalchemy import ColumnElement, delete, exists, false, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from geo.details import Effect, Situation
from geo.errors import ConflictError, InvalidError
from geo.handling import watch
from geo.i18n import _
from geo.models import Report, ReportUnit, Unit
from geo.permissions import Actor, visible
from geo.transitions import OPEN, Action

DOOR = "border"  # of a reroute that follows from what units say
CLEAR = _("Nơi xử lý của phản ánh này đã rõ, không cần xác nhận.")


def maybe(actor: Actor) -> ColumnElement[bool]:
    """Whether a report may belong to the actor's unit though another one is responsible."""
    if actor.role not in ("officer", "head"):
        return false()
    mine = exists().where(
        ReportUnit.report_id == Report.id, ReportUnit.unit_id == actor.unit_id, ReportUnit.role == "candidate"
    )
    return Report.needs_confirmation & Report.state.in_(OPEN) & (Report.unit_id != actor.unit_id) & mine


def may_read(session: Session, report: Report, actor: Actor) -> bool:
    """Whether an actor may see a report, or it may belong to their unit."""
    one = select(Report.id).where(Report.id == report.id)
    return session.scalar(visible(one, actor).union(one.where(maybe(actor)))) is not None


def units(session: Session, report: Report, role: str = "candidate") -> list[Unit]:
    """The units beside that may be the right one, or with `claimant` those that say they are; by their names."""
    query = select(Unit).join(ReportUnit, ReportUnit.unit_id == Unit.id)
    mine = query.where(ReportUnit.report_id == report.id, ReportUnit.role == role, Unit.id != report.unit_id)
    return list(session.scalars(mine.order_by(Unit.name, Unit.id)))


def quarrel() -> ColumnElement[bool]:
    """Whether a unit beside the responsible one says that an open report is its own."""
    return exists().where(
        ReportUnit.report_id == Report.id, ReportUnit.role == "claimant", ReportUnit.unit_id != Report.unit_id
    )


def next_unit(session: Session, report: Report, action: Action, actor: Actor, named: int | None) -> int | None:
    """Where a report goes at once after what a unit said of it; None where it stays."""
    if action == "not_ours" and actor.unit_id == report.unit_id:
        return named
    # What nobody has accepted yet nobody has called theirs.
    if action == "ours" and report.published_at is None and len(units(session, report, "claimant")) == 1:
        return actor.unit_id
    return None


def forget(session: Session, report: Report, unit_id: int | None = None) -> None:
    """Takes a unit, or every one, off those that may be the right one."""
    gone = delete(ReportUnit).where(ReportUnit.report_id == report.id, ReportUnit.role.in_(("candidate", "claimant")))
    session.execute(gone if unit_id is None else gone.where(ReportUnit.unit_id == unit_id))


def _ours(at: Situation) -> None:
    _check_open(at)
    row = {"report_id": at.report.id, "unit_id": at.actor.unit_id, "role": "claimant"}
    if at.session.scalar(insert(ReportUnit).values(row).on_conflict_do_nothing().returning(ReportUnit.unit_id)) is None:
        raise ConflictError(_("Đơn vị bạn đã nhận nơi này; Trung tâm IOC sẽ quyết định."))
    watch(at.session, at.report)


def _not_ours(at: Situation) -> None:
    _check_open(at)
    if at.actor.unit_id != at.report.unit_id:
        assert at.actor.unit_id is not None
        forget(at.session, at.report, at.actor.unit_id)
        # All others said no: what is left is the responsible one.
        at.report.needs_confirmation = bool(units(at.session, at.report))
        return
    if at.details.unit_id not in {unit.id for unit in units(at.session, at.report)}:
        raise InvalidError(_("Hãy chọn một trong các đơn vị có thể phụ trách nơi này."), field="unit")


def _check_open(at: Situation) -> None:
    if not at.report.needs_confirmation:
        raise ConflictError(CLEAR)


BESIDE: dict[Action, Effect] = {"ours": _ours, "not_ours": _not_ours}
