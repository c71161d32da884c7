"""Units with their life line: founded, merged, abolished, also in advance."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from api.web.admin.section import Change, Field, Part, Row, Saved, Section, day
from boundaries.lookup import today
from geo import succession
from geo.errors import InvalidError, NotFoundError
from geo.i18n import _
from geo.models import Unit
from geo.people import normalise_email
from geo.succession import KINDS
from geo.texts import checked

KEPT = _("Đã lưu.")
TO_IOC = _("Trung tâm IOC")
FROM, WILL = _("từ {day}"), _("sẽ hoạt động từ {day}")
INTO, WILL_INTO = _("đã nhập vào {unit} từ {day}"), _("sẽ nhập vào {unit} từ {day}")
OVER, WILL_END = _("đã thôi hoạt động từ {day}"), _("sẽ thôi hoạt động từ {day}, việc về Trung tâm IOC")
TOOK = _("nhận việc của {unit} từ {day}")


def unit_of(session: Session, code: str) -> Unit:
    """The unit of a code; NotFoundError."""
    unit = session.scalar(select(Unit).where(Unit.code == code)) if "\0" not in code else None
    if unit is None:
        raise NotFoundError(_("Không có đơn vị xử lý mang mã này."))
    return unit


def _rows(session: Session) -> list[Row]:
    # Those that an administrator founds and ends come first: of committees there may be a hundred.
    order = (Unit.kind == "committee", Unit.kind == "ioc", Unit.name)
    units = session.scalars(select(Unit).order_by(*order).options(joinedload(Unit.merged_into))).all()
    now = today()
    return [
        Row(unit.code, [unit.name], [unit.code, *life(unit, units, now), unit.email or ""], _actions(unit, now))
        for unit in units
    ]


def life(unit: Unit, units: Sequence[Unit], now: date) -> list[Part]:
    """The days of a unit in words, and whose work it took over."""
    found: list[Part] = []
    if unit.kind == "committee" and unit.valid_from == unit.valid_until and unit.valid_from is not None:
        return [_("chỉ có trong phiên bản địa giới chưa hiệu lực")]
    if unit.valid_from is not None:
        found.append((FROM if unit.valid_from <= now else WILL, {"day": _said(unit.valid_from)}))
    found += [
        (TOOK, {"unit": one.name, "day": _said(one.valid_until)})
        for one in units
        if one.merged_into_id == unit.id and one.valid_until is not None
    ]
    if unit.valid_until is not None:
        past, told = unit.valid_until <= now, {"day": _said(unit.valid_until)}
        if unit.merged_into is not None:
            found.append((INTO if past else WILL_INTO, told | {"unit": unit.merged_into.name}))
        else:
            found.append((OVER if past or unit.kind == "committee" else WILL_END, told))
    return found


def _actions(unit: Unit, now: date) -> tuple[str, ...]:
    waits = any(day is not None and day > now for day in (unit.valid_from, unit.valid_until))
    return ("undo",) if waits and unit.kind in KINDS else ()


def _fields(_session: Session) -> list[Field]:
    return [
        Field("name", _("Tên"), required=True),
        Field("kind", _("Loại"), "select", list(KINDS.items()), required=True),
        Field("valid_from", _("Hoạt động từ ngày"), "date", start=today().isoformat(), required=True),
        Field("email", _("E-mail nhận việc khi đơn vị chưa có tài khoản"), "email"),
    ]


def _fields_of(session: Session, code: str) -> list[Field]:
    unit = unit_of(session, code)
    others = session.execute(
        select(Unit.code, Unit.name).where(Unit.kind.in_(KINDS), Unit.id != unit.id).order_by(Unit.name)
    )
    ending = [
        Field("valid_until", _("Thôi hoạt động từ ngày (để trống: không)"), "date"),
        Field(
            "merged_into",
            _("Từ ngày ấy nhập vào, hoặc giao việc cho"),
            "select",
            [("", TO_IOC), *((other, name) for other, name in others)],
        ),
    ]
    return [
        Field("name", _("Tên"), required=True),
        Field("email", _("E-mail nhận việc khi đơn vị chưa có tài khoản"), "email"),
        *(ending if unit.kind in KINDS else []),
        Field("approves_results", _("Lãnh đạo duyệt kết quả trước khi công khai"), "check"),
        Field("approves_extensions", _("Lãnh đạo duyệt gia hạn"), "check"),
    ]


def _current(session: Session, code: str) -> dict[str, str]:
    unit = unit_of(session, code)
    return {
        "name": unit.name,
        "email": unit.email or "",
        "valid_until": unit.valid_until.isoformat() if unit.valid_until else "",
        "merged_into": unit.merged_into.code if unit.merged_into else "",
        "approves_results": "true" if unit.approves_results else "",
        "approves_extensions": "true" if unit.approves_extensions else "",
    }


def _save(change: Change) -> Saved:
    session, said = change.session, change.values
    if not change.key:
        name, kind, email = (said.get(name, "") for name in ("name", "kind", "email"))
        succession.found(session, name=name, kind=kind, day=day(said, "valid_from"), email=email)
        return Saved(_("Đã thành lập đơn vị."))
    unit = unit_of(session, change.key)
    if said.get("valid_until") or said.get("merged_into"):
        succession.changeable(unit)
    unit.name = checked(said.get("name", ""), "name", least=2, most=200)
    unit.email = normalise_email(said.get("email", ""))
    unit.approves_results = change.flag("approves_results")
    unit.approves_extensions = change.flag("approves_extensions")
    if unit.kind in KINDS:
        _end(session, unit, day(said, "valid_until"), said.get("merged_into", ""))
    return Saved(KEPT)


def _end(session: Session, unit: Unit, until: date | None, into: str) -> None:
    if until == unit.valid_until and into == (unit.merged_into.code if unit.merged_into else ""):
        return
    if until is not None:
        succession.end(session, unit, until, unit_of(session, into) if into else None, today())
    elif into:
        raise InvalidError(_("Hãy ghi từ ngày nào đơn vị thôi hoạt động."), field="valid_until")
    else:
        succession.take_back(session, unit, today())


def _undo(change: Change) -> Saved:
    gone = succession.take_back(change.session, unit_of(change.session, change.key), today())
    return Saved(_("Đã rút lại; đơn vị không được thành lập.") if gone else _("Đã rút lại; đơn vị tiếp tục hoạt động."))


def _said(value: date | None) -> str:
    return f"{value:%d/%m/%Y}" if value else ""


UNITS = Section(
    "units",
    _("Các đơn vị xử lý"),
    _(
        "Đến ngày thôi hoạt động, phản ánh đang mở, tài khoản, khóa và câu mẫu của đơn vị sang đơn vị nhận việc;"
        " trước ngày ấy rút lại được. Đơn vị chưa có tài khoản nhận phản ánh qua e-mail, kèm liên kết để xử lý."
    ),
    _rows,
    _fields,
    _current,
    _save,
    act={"undo": _undo},
    fields_of=_fields_of,
)
