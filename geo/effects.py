"""What a step of the process asks for and changes, besides the state."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from geo import clock, deadlines
from geo.errors import ConflictError, InvalidError
from geo.i18n import _
from geo.models import Event, Report, Unit
from geo.permissions import Actor
from geo.texts import checked
from geo.transitions import Action

TEXT = (5, 5_000)  # characters
NEEDS_TEXT: frozenset[Action] = frozenset(
    {"return", "ask", "supply", "progress", "extend", "resolve", "reject", "reply"}
)
TAKES: dict[Action, str] = {"forward": "unit_id", "extend": "days", "reject": "reason", "rate": "stars"}
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
CLOSE_AFTER = timedelta(days=15)
RATE_WITHIN = timedelta(days=30)


@dataclass(frozen=True)
class Details:
    """What comes with a step: `unit_id` to forward to, `days` to extend by, `stars` from 1 to 5."""

    text: str | None = None
    reason: str | None = None
    unit_id: int | None = None
    days: int | None = None
    stars: int | None = None

    def data(self) -> dict[str, Any] | None:
        """What the event keeps beside the text."""
        kept = {"reason": self.reason, "days": self.days, "stars": self.stars}
        return {name: value for name, value in kept.items() if value is not None} or None


@dataclass(frozen=True)
class Situation:
    """Everything an effect looks at."""

    session: Session
    report: Report
    actor: Actor
    details: Details
    now: datetime


def checked_details(action: Action, details: Details) -> Details:
    """What the action takes of the details, the text clean; InvalidError where a step lacks what it must say."""
    taken = TAKES.get(action)
    kept = Details(text=details.text)
    if taken is not None:
        kept = replace(kept, **{taken: getattr(details, taken)})
    if details.text is None and action not in NEEDS_TEXT:
        return kept
    least = TEXT[0] if action in NEEDS_TEXT else 0
    return replace(kept, text=checked(details.text or "", "text", least=least, most=TEXT[1], lines=True) or None)


def _accept(at: Situation) -> None:
    at.report.published_at = at.report.published_at or at.now


def _forward(at: Situation) -> None:
    unit = at.session.get(Unit, at.details.unit_id) if at.details.unit_id is not None else None
    if unit is None:
        raise InvalidError(_("Hãy chọn đơn vị nhận phản ánh."), field="unit")
    if unit.id == at.report.unit_id:
        raise InvalidError(_("Phản ánh đang ở chính đơn vị này; hãy chọn đơn vị khác."), field="unit")
    today = at.now.astimezone(deadlines.ZONE).date()
    if not (unit.valid_from or today) <= today < (unit.valid_until or date.max):
        raise InvalidError(_("Đơn vị này không còn hoạt động; hãy chọn đơn vị khác."), field="unit")
    _hand_over(at, unit.id)


def _return(at: Situation) -> None:
    before = select(Event.unit_id).where(Event.report_id == at.report.id, Event.unit_id != at.report.unit_id)
    previous = at.session.scalar(before.order_by(Event.id.desc()).limit(1))
    _hand_over(at, previous if previous is not None else _ioc(at.session))


def _hand_over(at: Situation, unit_id: int) -> None:
    report = at.report
    if at.actor.role == "operator" and MOST_FORWARDS <= report.forwards < FINAL:
        report.forwards = FINAL
    elif report.forwards < MOST_FORWARDS:
        report.forwards += 1
    elif report.forwards == MOST_FORWARDS and (ioc := _ioc(at.session)) != report.unit_id:
        report.forwards, unit_id = MOST_FORWARDS + 1, ioc
    else:
        raise ConflictError(_("Phản ánh đã được chuyển nhiều lần; quyết định của Trung tâm IOC là cuối cùng."))
    report.unit_id = unit_id
    if report.state == "needs_info":
        clock.resume(report, at.now)
    clock.restart(report, at.now)


def _ioc(session: Session) -> int:
    return session.scalars(select(Unit.id).where(Unit.kind == "ioc").order_by(Unit.id).limit(1)).one()


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
    _settle(at)


def _rate(at: Situation) -> None:
    if at.details.stars is None or not 1 <= at.details.stars <= 5:
        raise InvalidError(_("Hãy chấm từ 1 đến 5 sao."), field="stars")
    settled = at.report.settled_at
    if at.report.state == "closed" and settled is not None and at.now > settled + RATE_WITHIN:
        raise ConflictError(_("Đã hết 30 ngày để đánh giá phản ánh này."))
    at.report.stars = at.details.stars


def _close(at: Situation) -> None:
    settled = at.report.settled_at
    if settled is not None and at.now < settled + CLOSE_AFTER:
        raise ConflictError(_("Người gửi còn thời hạn trả lời; chưa thể kết thúc."))
    _settle(at)


def _settle(at: Situation) -> None:
    at.report.settled_at = at.now


EFFECTS: dict[Action, Callable[[Situation], None]] = {
    "accept": _accept,
    "forward": _forward,
    "return": _return,
    "ask": _ask,
    "supply": _supply,
    "extend": _extend,
    "resolve": _settle,
    "reject": _reject,
    "withdraw": _settle,
    "rate": _rate,
    "close": _close,
}
