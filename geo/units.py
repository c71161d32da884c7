"""Units: found, and chosen among those that are there."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from geo import deadlines
from geo.errors import InvalidError
from geo.i18n import _
from geo.models import Report, Unit
from geo.succession import ended, exists, heir

UNKNOWN = _("Không có đơn vị xử lý mang mã này; các mã: /api/v1/units.")
GONE = _("Đơn vị này không còn hoạt động; hãy chọn đơn vị khác.")
ENDED = _("đơn vị đã kết thúc")
_OVER = _("{unit} đã thôi hoạt động từ ngày {day}; hãy chọn đơn vị khác.")
_SUCCEEDED = _("{unit} đã thôi hoạt động từ ngày {day}; hãy chọn đơn vị nhận việc: {heir} ({code}).")


def by_code(session: Session, code: str | None) -> int | None:
    """The id of the unit of a code, None for none; InvalidError where no unit has it."""
    if not code:
        return None
    found = session.scalar(select(Unit.id).where(Unit.code == code)) if "\0" not in code else None
    if found is None:
        raise InvalidError(UNKNOWN, field="unit")
    return found


def joined(session: Session, code: str, today: date) -> int:
    """The id of a unit that people may be given to, there or still to come; InvalidError says who followed one."""
    found = session.scalar(select(Unit).where(Unit.code == code)) if "\0" not in code else None
    if found is None:
        raise InvalidError(UNKNOWN, field="unit")
    if found.valid_until is not None and ended(found, today):
        told = {"unit": found.name, "day": f"{found.valid_until:%d/%m/%Y}"}
        if (after := heir(found, today)) is None:
            raise InvalidError(_OVER, field="unit", **told)
        raise InvalidError(_SUCCEEDED, field="unit", **told, heir=after.name, code=after.code)
    return found.id


def ioc(session: Session) -> int:
    """The id of the IOC, which answers where nobody else does."""
    return session.scalars(select(Unit.id).where(Unit.kind == "ioc").order_by(Unit.id).limit(1)).one()


def going_on(session: Session, unit_id: int, now: datetime) -> int:
    """The id of the unit itself while it exists, else of whoever goes on with its work, else of the IOC."""
    found = heir(session.get_one(Unit, unit_id), now.astimezone(deadlines.ZONE).date())
    return found.id if found is not None else ioc(session)


def receiver(session: Session, unit_id: int | None, report: Report, now: datetime) -> int:
    """The id of a unit that a report may go to; InvalidError where it is none, the same one, or no longer there."""
    unit = session.get(Unit, unit_id) if unit_id is not None else None
    if unit is None:
        raise InvalidError(_("Hãy chọn đơn vị nhận phản ánh."), field="unit")
    if unit.id == report.unit_id:
        raise InvalidError(_("Phản ánh đang ở chính đơn vị này; hãy chọn đơn vị khác."), field="unit")
    today = now.astimezone(deadlines.ZONE).date()
    if not exists(unit, today):
        raise InvalidError(GONE, field="unit")
    return unit.id
