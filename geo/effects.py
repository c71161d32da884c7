"""What a step of the process asks for and changes, besides the state."""

from datetime import timedelta

from sqlalchemy import select

from geo import clock, deadlines, options, proof, recurrence, units
from geo.approval import APPROVAL
from geo.details import Details, Effect, Situation, checked_details
from geo.errors import ConflictError, InvalidError
from geo.handling import HANDLING, check_other_officer
from geo.i18n import _
from geo.merging import MERGING
from geo.models import Event, Unit, User
from geo.seconds import SECONDS
from geo.transitions import Action

REASONS = {
    "ngoai-pham-vi": _("Ngoài phạm vi tiếp nhận"),
    "thieu-thong-tin": _("Không đủ thông tin để xử lý"),
    "sai-su-that": _("Không đúng sự thật"),
    "da-xu-ly": _("Đã được xử lý từ trước"),
    "khac": _("Lý do khác"),
}
MOST_FORWARDS = 3  # by units; the next one goes to the IOC
FINAL = MOST_FORWARDS + 2  # the count once the IOC has decided
MOST_EXTENSIONS = 2


def _accept(at: Situation) -> None:
    user = at.session.get(User, at.actor.user_id) if at.actor.user_id is not None else None
    if user is not None and user.unit_id == at.report.unit_id:
        check_other_officer(at.session, at.report, user)
        at.report.assignee_id = at.report.assignee_id or user.id
    at.report.published_at = at.report.published_at or at.now
    at.report.recurrence = recurrence.count(at.session, at.report, at.now)


def _forward(at: Situation) -> None:
    _hand_over(at, units.receiver(at.session, at.details.unit_id, at.report, at.now))


def _return(at: Situation) -> None:
    # One that is gone, with the boundaries of then, takes nothing back.
    before = (
        select(Event.unit_id)
        .join(Unit, Unit.id == Event.unit_id)
        .where(
            Event.report_id == at.report.id,
            Event.unit_id != at.report.unit_id,
            units.there(at.now.astimezone(deadlines.ZONE).date()),
        )
    )
    previous = at.session.scalar(before.order_by(Event.id.desc()).limit(1))
    _hand_over(at, previous if previous is not None else units.ioc(at.session))


def _hand_over(at: Situation, unit_id: int) -> None:
    report = at.report
    if at.actor.role == "operator" and MOST_FORWARDS <= report.forwards < FINAL:
        report.forwards = FINAL
    elif report.forwards < MOST_FORWARDS:
        report.forwards += 1
    elif report.forwards == MOST_FORWARDS and (ioc := units.ioc(at.session)) != report.unit_id:
        report.forwards, unit_id = MOST_FORWARDS + 1, ioc
    else:
        raise ConflictError(_("Phản ánh đã được chuyển nhiều lần; quyết định của Trung tâm IOC là cuối cùng."))
    report.unit_id = unit_id
    report.assignee_id = None
    if report.state == "needs_info":
        clock.resume(report, at.now)
    clock.restart(report, at.now)


def _ask(at: Situation) -> None:
    at.report.asked_at = at.now
    at.report.questions += 1


def _supply(at: Situation) -> None:
    clock.resume(at.report, at.now)
    if at.report.published_at is not None:
        # It was accepted once and waits for that again; the old deadline of acceptance was met.
        clock.restart(at.report, at.now)


def _extend(at: Situation) -> None:
    most = at.report.category.resolve_days
    if at.details.days is None or not 1 <= at.details.days <= most:
        raise InvalidError(_("Hãy gia hạn từ 1 đến {most} ngày làm việc."), field="days", most=most)
    if at.report.extensions >= MOST_EXTENSIONS:
        raise ConflictError(_("Phản ánh đã được gia hạn hai lần, không gia hạn thêm được."))
    at.report.extensions += 1
    clock.extend(at.report, at.details.days)


def _reject(at: Situation) -> None:
    if at.details.reason not in REASONS:
        raise InvalidError(_("Hãy chọn một lý do trong danh sách."), field="reason")
    asked = at.report.asked_at
    if at.report.state == "needs_info" and asked is not None and at.now < (until := clock.answer_due(asked)):
        raise ConflictError(
            _("Người gửi còn thời hạn bổ sung; chưa thể từ chối phản ánh."), details={"until": until.isoformat()}
        )
    if at.report.state == "needs_info":
        # Nobody answered: the unit is not late by the days that it waited.
        clock.resume(at.report, at.now)
    _settle(at)


def _resolve(at: Situation) -> None:
    proof.check(at)
    _settle(at)


def _rate(at: Situation) -> None:
    if at.details.stars is None or not 1 <= at.details.stars <= 5:
        raise InvalidError(_("Hãy chấm từ 1 đến 5 sao."), field="stars")
    settled = at.report.settled_at
    days = options.value("rate_days")
    if at.report.state == "closed" and settled is not None and at.now > settled + timedelta(days=days):
        raise ConflictError(_("Đã hết {days} ngày để đánh giá phản ánh này."), days=days)
    at.report.stars = at.details.stars


def _close(at: Situation) -> None:
    settled = at.report.settled_at
    if settled is not None and at.now < settled + timedelta(days=options.value("close_days")):
        raise ConflictError(_("Người gửi còn thời hạn trả lời; chưa thể kết thúc."))
    _settle(at)


def _settle(at: Situation) -> None:
    at.report.settled_at = at.now


EFFECTS: dict[Action, Effect] = {
    "accept": _accept,
    "forward": _forward,
    "return": _return,
    "ask": _ask,
    "supply": _supply,
    "extend": _extend,
    "resolve": _resolve,
    "reject": _reject,
    "withdraw": _settle,
    "rate": _rate,
    "close": _close,
    **HANDLING,
    **MERGING,
    **APPROVAL,
    **SECONDS,
}

__all__ = ["EFFECTS", "REASONS", "Details", "Situation", "checked_details"]
