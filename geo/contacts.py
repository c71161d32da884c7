"""The sender's name and phone, for those who must reach them; each look is written down."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from geo.errors import ForbiddenError, NotFoundError
from geo.i18n import _
from geo.models import Look, Report, Sender
from geo.permissions import Actor, may
from geo.texts import checked


@dataclass(frozen=True)
class Contact:
    """How to reach a sender."""

    name: str
    organisation: str | None
    phone: str
    phone_checked: bool
    email: str | None


def look(session: Session, report: Report, who: Actor, why: str) -> Contact:
    """The contact, after the look was written down; ForbiddenError for others, NotFoundError once it was erased."""
    if not may(who, "contact", report):
        raise ForbiddenError(_("Chỉ đơn vị đang xử lý và Trung tâm IOC được xem người gửi."))
    reason = checked(why, "why", least=3, most=200)
    sender = session.get(Sender, report.id)
    if sender is None:
        raise NotFoundError(_("Thông tin người gửi đã được xóa."))
    session.add(Look(report_id=report.id, user_id=who.user_id, unit_id=who.unit_id, why=reason))
    return Contact(sender.name, sender.organisation, sender.phone, sender.phone_checked, sender.email)
