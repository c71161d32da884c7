"""What senders ask about their own data, in a register with due times (law 91/2025/QH15, decree 13/2023/NĐ-CP)."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from geo import senders
from geo.errors import ConflictError, InvalidError
from geo.i18n import _
from geo.models import DataRequest, Event, Look, Report, Sender, Unit, User
from geo.texts import checked

KINDS = {"access": _("Xem dữ liệu"), "correction": _("Sửa dữ liệu"), "erasure": _("Xóa dữ liệu")}


def ask(session: Session, report: Report, kind: str, text: str, hours: int) -> DataRequest:
    """Registers a request, due in so many hours; InvalidError for a kind that is none."""
    if kind not in KINDS:
        raise InvalidError(_("Hãy chọn bạn muốn xem, sửa hay xóa dữ liệu."), field="kind")
    words = checked(text, "text", least=5 if kind == "correction" else 0, most=1_000, lines=True)
    due = datetime.now(UTC) + timedelta(hours=hours)
    made = DataRequest(report_id=report.id, code=report.code, kind=kind, text=words or None, due_at=due)
    session.add(made)
    session.flush()
    return made


def open_ones(session: Session) -> list[DataRequest]:
    """The requests that wait, the first due first."""
    waiting = select(DataRequest).where(DataRequest.done_at.is_(None)).order_by(DataRequest.due_at)
    return list(session.scalars(waiting))


def settle(session: Session, request: DataRequest, answer: str, user_id: int | None) -> None:
    """Writes down what came of a request; an erasure destroys the sender's key."""
    if request.done_at is not None:
        raise ConflictError(_("Yêu cầu này đã được giải quyết."))
    if request.kind == "erasure" and request.report_id is not None:
        senders.erase(session, session.get_one(Report, request.report_id))
    request.answer = checked(answer, "answer", least=0, most=1_000, lines=True) or None
    request.done_at, request.user_id = datetime.now(UTC), user_id


def everything(session: Session, report: Report, secret: bytes) -> dict[str, Any]:
    """All that is held about a sender with one report, and who has looked at it, as plain values."""
    sender = session.get(Sender, report.id)
    known = vars(senders.read(secret, sender)) if sender is not None and sender.key is not None else None
    seen = select(Look.at, Look.why, User.name, Unit.name).outerjoin(User, User.id == Look.user_id)
    looks = session.execute(seen.outerjoin(Unit, Unit.id == Look.unit_id).where(Look.report_id == report.id))
    mine = select(Event.at, Event.action, Event.text).where(Event.report_id == report.id, Event.actor == "sender")
    asked = session.scalars(select(DataRequest).where(DataRequest.report_id == report.id).order_by(DataRequest.id))
    return {
        "code": report.code,
        "sender": known,
        "phone_checked": sender.phone_checked if sender is not None else False,
        "notice_version": sender.notice_version if sender is not None else "",
        "content": report.content,
        "created_at": report.created_at,
        "steps": [dict(row._mapping) for row in session.execute(mine.order_by(Event.id))],
        "looks": [{"at": at, "why": why, "user": user, "unit": unit} for at, why, user, unit in looks],
        "requests": [{"kind": one.kind, "at": one.created_at, "due": one.due_at, "done": one.done_at} for one in asked],
    }
