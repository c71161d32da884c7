"""The sender's name and phone, for those who must reach them; each look is written down."""

from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from geo import senders
from geo.errors import ForbiddenError, NotFoundError
from geo.i18n import _
from geo.models import Look, Report, Sender, Unit, User
from geo.permissions import Actor, may
from geo.senders import Contact
from geo.texts import checked


def look(session: Session, report: Report, who: Actor, why: str, *, secret: bytes) -> tuple[Contact, Sender]:
    """The contact and its row, once the look is written down; ForbiddenError for others, NotFoundError once erased."""
    if not may(who, "contact", report):
        raise ForbiddenError(_("Chỉ đơn vị đang xử lý và Trung tâm IOC được xem người gửi."))
    reason = checked(why, "why", least=3, most=200)
    sender = session.get(Sender, report.id)
    if sender is None:
        raise NotFoundError(_("Thông tin người gửi đã được xóa."))
    found = senders.read(secret, sender)
    session.add(Look(report_id=report.id, code=report.code, user_id=who.user_id, unit_id=who.unit_id, why=reason))
    return found, sender


def looks_since(day: datetime) -> Select[datetime, str, str, str, str]:
    """A select of `at`, report, user, unit and why of every look since a moment, the oldest first."""
    query = select(Look.at, Look.code, User.email, Unit.code.label("unit"), Look.why)
    query = query.outerjoin(User, User.id == Look.user_id).outerjoin(Unit, Unit.id == Look.unit_id)
    return query.where(Look.at >= day).order_by(Look.id)
