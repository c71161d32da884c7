"""Units in time: founded, merged into others, abolished; and who goes on with a unit's work."""

import re
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, aliased

from geo.errors import ConflictError, InvalidError
from geo.i18n import _
from geo.models import ApiKeyUnit, Rule, Template, Unit, User, Webhook
from geo.people import normalise_email
from geo.search import plain
from geo.texts import checked

# What an administrator founds; committees come with an edition, and there is one IOC.
KINDS = {"department": _("Sở, ngành"), "police": _("Công an"), "company": _("Công ty")}
NOT_OURS = _("Ngày của {unit} theo phiên bản địa giới, không đổi được ở đây.")
TEXT = (2, 200)  # characters of a name
_COMMITTEES = "ubnd-"  # what the codes of an edition's units begin with
_POINTING = (
    *(User.unit_id, Webhook.unit_id, Template.unit_id, ApiKeyUnit.unit_id, Rule.unit_id),
    Unit.merged_into_id,
)


def exists(unit: Unit, day: date) -> bool:
    """Whether a unit answers on a day."""
    return (unit.valid_from or day) <= day < (unit.valid_until or date.max)


def ended(unit: Unit, day: date) -> bool:
    """Whether a unit was there and is no more; a committee that only drafts know may still come."""
    return _over(unit, day) and unit.valid_from != unit.valid_until


def there(day: date) -> ColumnElement[bool]:
    """The same as a condition."""
    begun = Unit.valid_from.is_(None) | (Unit.valid_from <= day)
    return begun & (Unit.valid_until.is_(None) | (Unit.valid_until > day))


def heir(unit: Unit, day: date) -> Unit | None:
    """The unit itself before its end, afterwards whoever goes on with its work on the day; None where nobody does."""
    one: Unit | None = unit
    while one is not None and one.valid_until is not None and one.valid_until <= day:
        one = one.merged_into
    return one if one is not None and exists(one, day) else None


def found(session: Session, *, name: str, kind: str, day: date | None, email: str = "") -> Unit:
    """A new unit that answers from a day on, be it past (None: always did).

    InvalidError for a kind or name that is none, ConflictError where a unit has the name.
    """
    if kind not in KINDS:
        raise InvalidError(_("Hãy chọn loại đơn vị trong danh sách."), field="kind")
    said = checked(name, "name", least=TEXT[0], most=TEXT[1])
    code = re.sub(r"[^a-z0-9]+", "-", plain(said)).strip("-")
    if not code or code.startswith(_COMMITTEES):
        raise InvalidError(
            _("Tên phải có chữ hoặc số, và không bắt đầu bằng UBND: đó là của phiên bản địa giới."), field="name"
        )
    if session.scalar(select(Unit.id).where(Unit.code == code)) is not None:
        raise ConflictError(_("Đã có đơn vị mang mã {code}; hãy đặt tên khác."), code=code)
    unit = Unit(code=code, name=said, kind=kind, valid_from=day, email=normalise_email(email))
    session.add(unit)
    session.flush()
    return unit


def end(session: Session, unit: Unit, day: date, successor: Unit | None, today: date) -> None:
    """Ends a unit on a day (its first without it), its work going to the successor, else to the IOC.

    A later word replaces an earlier one until the day has come. ConflictError where the days of the two, or of those
    merged into this one, do not fit; InvalidError for a day before the unit began.
    """
    _lock(session)
    changeable(unit)
    into = None if successor is None or successor.kind == "ioc" else successor
    if _over(unit, today) and (day != unit.valid_until or unit.merged_into_id is not None):
        raise ConflictError(
            _("{unit} đã thôi hoạt động từ ngày {day}; chỉ còn ghi được đơn vị nhận việc, một lần."),
            **_named(unit, unit.valid_until),
        )
    if unit.valid_from is not None and day <= unit.valid_from:
        raise InvalidError(
            _("Ngày thôi hoạt động phải sau ngày thành lập {day}."), field="valid_until", day=_day(unit.valid_from)
        )
    if into is not None:
        _fitting(unit, into, day)
    late = select(Unit).where(Unit.merged_into_id == unit.id, Unit.valid_until >= day).order_by(Unit.valid_until)
    if (other := session.scalar(late.limit(1))) is not None:
        raise ConflictError(
            _("{unit} sẽ nhập vào đơn vị này ngày {day}; ngày thôi hoạt động phải sau ngày ấy."),
            **_named(other, other.valid_until),
        )
    unit.valid_until, unit.merged_into = day, into
    session.flush()


def take_back(session: Session, unit: Unit, today: date) -> bool:
    """Undoes what was said in advance: an end, else the founding, where it says whether the unit is gone.

    ConflictError where its day has come, or where accounts, keys, rules or other units wait for the new unit.
    """
    _lock(session)
    changeable(unit)
    if unit.valid_until is not None and not _over(unit, today):
        unit.valid_until, unit.merged_into = None, None
        session.flush()
        return False
    if unit.valid_from is None or unit.valid_from <= today:
        raise ConflictError(_("Việc này đã đến ngày, không rút lại được."))
    one = aliased(Unit)
    waiting = or_(*(select(column).where(column == one.id).exists() for column in _POINTING))
    if session.scalar(select(one.id).where(one.id == unit.id, waiting)) is not None:
        raise ConflictError(_("Đã có tài khoản, khóa, quy tắc hoặc đơn vị khác gắn với {unit}."), unit=unit.name)
    session.delete(unit)
    session.flush()
    return True


def _lock(session: Session) -> None:
    """Lets one change of these units after another in, as they are now: two at once could merge into each other."""
    mine = select(Unit).where(Unit.kind.in_(KINDS)).order_by(Unit.id).with_for_update(key_share=True)
    session.scalars(mine.execution_options(populate_existing=True)).all()


def _fitting(unit: Unit, into: Unit, day: date) -> None:
    """ConflictError where a unit cannot go on with the work of another from a day on."""
    if into.id == unit.id:
        raise ConflictError(_("Đơn vị không thể nhập vào chính mình."))
    one: Unit | None = into
    while one is not None:
        if one.id == unit.id:
            raise ConflictError(
                _("{unit} lại sẽ nhập vào chính đơn vị này; không thể nhập vòng quanh."), unit=into.name
            )
        one = one.merged_into
    if into.valid_from is not None and into.valid_from > day:
        raise ConflictError(_("{unit} đến ngày {day} mới thành lập, sau ngày nhập."), **_named(into, into.valid_from))
    if into.valid_until is not None and into.valid_until <= day:
        raise ConflictError(
            _("{unit} thôi hoạt động từ ngày {day}, không nhận việc được."), **_named(into, into.valid_until)
        )


def changeable(unit: Unit) -> None:
    """ConflictError for a unit whose days no administrator sets."""
    if unit.kind not in KINDS:
        raise ConflictError(
            NOT_OURS if unit.kind == "committee" else _("Trung tâm IOC luôn hoạt động."), unit=unit.name
        )


def _over(unit: Unit, today: date) -> bool:
    return unit.valid_until is not None and unit.valid_until <= today


def _named(unit: Unit, day: date | None) -> dict[str, Any]:
    return {"unit": unit.name, "day": _day(day) if day else ""}


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"
