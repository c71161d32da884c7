"""Steps that change no state: who works on a report, where it belongs, how urgent it is, what of it is public."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from geo import clock, redaction, units
from geo.details import Effect, Situation
from geo.errors import ConflictError, ForbiddenError, InvalidError
from geo.i18n import _
from geo.models import Report, ReportUnit, User
from geo.texts import checked
from geo.transitions import Action


def _assign(at: Situation) -> None:
    user = at.session.get(User, at.details.user_id) if at.details.user_id is not None else None
    if user is None or not user.active or user.unit_id != at.report.unit_id:
        raise InvalidError(_("Hãy chọn một cán bộ của đơn vị đang xử lý."), field="user")
    if at.actor.role == "officer" and user.id != at.actor.user_id:
        raise ForbiddenError(_("Chỉ lãnh đạo đơn vị được giao việc cho người khác; bạn có thể nhận việc về mình."))
    check_other_officer(at.session, at.report, user)
    at.report.assignee_id = user.id


def check_other_officer(session: Session, report: Report, user: User) -> None:
    """ConflictError where an officer would judge a second report about their own result."""
    if report.second_of_id is None or user.role == "head":
        return
    first = session.scalar(select(Report.assignee_id).where(Report.id == report.second_of_id))
    if first == user.id:
        raise ConflictError(_("Phản ánh lần 2 phải do cán bộ khác hoặc lãnh đạo xử lý."))


def _confirm(at: Situation) -> None:
    if not at.report.needs_confirmation:
        raise ConflictError(_("Nơi xử lý của phản ánh này đã rõ, không cần xác nhận."))
    if units.going_on(at.session, at.report.unit_id, at.now) != at.report.unit_id:
        raise ConflictError(units.GONE)
    if at.actor.role in ("officer", "head") and _others(at, "claimant"):
        raise ConflictError(_("Đơn vị khác cũng nhận nơi này; Trung tâm IOC sẽ quyết định."))
    at.report.needs_confirmation = False


def _others(at: Situation, role: str) -> bool:
    mine = (ReportUnit.report_id == at.report.id, ReportUnit.role == role, ReportUnit.unit_id != at.report.unit_id)
    return at.session.scalar(select(ReportUnit.unit_id).where(*mine).limit(1)) is not None


def _reroute(at: Situation) -> None:
    at.report.unit_id = units.receiver(at.session, at.details.unit_id, at.report, at.now)
    # The IOC's word settles where it is; after a unit's own (geo.beside) there may still be others to hear.
    at.report.needs_confirmation = at.actor.role == "system" and _others(at, "candidate")
    at.report.assignee_id = None
    clock.restart(at.report, at.now)


def _urgency(at: Situation) -> None:
    if at.details.urgent is None:
        raise InvalidError(_("Hãy chọn khẩn hoặc không khẩn."), field="urgent")
    if at.details.urgent == clock.urgent(at.report):
        raise ConflictError(_("Phản ánh đã ở mức này."))
    clock.change_urgency(at.report, at.now, urgent=at.details.urgent)


def _escalate(at: Situation) -> None:
    watch(at.session, at.report)


def watch(session: Session, report: Report) -> None:
    """Puts a report under the eyes of the IOC."""
    row = {"report_id": report.id, "unit_id": units.ioc(session), "role": "watching"}
    session.execute(insert(ReportUnit).values(row).on_conflict_do_nothing())


def _redact(at: Situation) -> None:
    if at.details.picture is not None:
        redaction.cover(at)
        return
    words = checked(at.details.content or "", "content", least=1, most=5_000, lines=True)
    at.report.redacted = None if words == at.report.content else words


def _hide(at: Situation) -> None:
    if at.report.hidden_at is not None:
        raise ConflictError(_("Nội dung phản ánh này đã được ẩn."))
    at.report.hidden_at = at.now


def _show(at: Situation) -> None:
    if at.report.hidden_at is None:
        raise ConflictError(_("Nội dung phản ánh này đang không bị ẩn."))
    at.report.hidden_at = None


HANDLING: dict[Action, Effect] = {
    "assign": _assign,
    "confirm": _confirm,
    "reroute": _reroute,
    "urgency": _urgency,
    "escalate": _escalate,
    "redact": _redact,
    "hide": _hide,
    "show": _show,
}
