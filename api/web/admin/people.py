"""Users: made with a one-time link, ended and never deleted."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.web.admin.section import Change, Field, Part, Row, Saved, Section, known
from boundaries.lookup import today
from geo import accounts, succession
from geo.errors import ConflictError, NotFoundError
from geo.i18n import _
from geo.models import Unit, User
from geo.units import ENDED

TOLD = _("Gửi liên kết này cho chính người đó; dùng một lần, trong 3 ngày:")
OVER = _("{unit}, đơn vị đã kết thúc")
TO_COME, DRAFTED = _("{unit}, từ {day}"), _("{unit}, chỉ có trong bản nháp địa giới")


def _rows(session: Session) -> list[Row]:
    users = session.scalars(select(User).order_by(User.active.desc(), User.name))
    now = today()
    return [
        Row(
            str(user.id),
            [user.name, user.email],
            [accounts.ROLES[user.role], *_unit(user, now), "" if user.active else _("đã đóng")],
            ("link", "end") if user.active else ("reopen",),
            changes=user.role in accounts.OF_A_UNIT,
        )
        for user in users
    ]


def _unit(user: User, now: date) -> list[Part]:
    if user.unit is None:
        return []
    return [user.unit.name, ENDED] if succession.ended(user.unit, now) else [user.unit.name]


def _choices(session: Session) -> list[tuple[str, Part]]:
    """The units that are there, then those to come with the day from which they will be, or that only drafts know."""
    now = today()
    every = session.scalars(select(Unit).order_by(~succession.there(now), Unit.name))
    return [(unit.code, _choice(unit, now)) for unit in every if not succession.ended(unit, now)]


def _choice(unit: Unit, now: date) -> Part:
    if unit.valid_from is None or succession.exists(unit, now):
        return unit.name
    if unit.valid_from == unit.valid_until:
        return DRAFTED, {"unit": unit.name}
    return TO_COME, {"unit": unit.name, "day": f"{unit.valid_from:%d/%m/%Y}"}


def _fields(session: Session) -> list[Field]:
    return [
        Field("email", _("E-mail"), "email", required=True),
        Field("name", _("Họ và tên"), required=True),
        Field("role", _("Vai trò"), "select", tuple(accounts.ROLES.items()), required=True),
        Field(
            "unit",
            _("Đơn vị (chỉ cho cán bộ và lãnh đạo)"),
            "select",
            [("", "–"), *_choices(session)],
        ),
    ]


def _fields_of(session: Session, key: str) -> list[Field]:
    user = _found(session, key)
    if user.role not in accounts.OF_A_UNIT:
        return []
    # Whose unit has ended sees it still: the form must not choose another one by itself.
    over = user.unit if user.unit is not None and succession.ended(user.unit, today()) else None
    mine: list[tuple[str, Part]] = [(over.code, (OVER, {"unit": over.name}))] if over else []
    return [Field("unit", _("Đơn vị"), "select", [*mine, *_choices(session)], required=True)]


def _current(session: Session, key: str) -> dict[str, str]:
    user = _found(session, key)
    return {"unit": user.unit.code if user.unit else ""}


def _save(change: Change) -> Saved:
    if not change.key:
        return _add(change)
    accounts.move(change.session, _user(change), change.values.get("unit", ""))
    return Saved(_("Đã lưu."))


def _add(change: Change) -> Saved:
    said = change.values
    _user, token = accounts.add(
        change.session,
        said.get("email", ""),
        name=said.get("name", ""),
        role=said.get("role", ""),
        unit=said.get("unit") or None,
    )
    return Saved(TOLD, f"/welcome/{token}")


def _found(session: Session, key: str) -> User:
    user = session.get(User, known(key)) if known(key) < 2**31 else None
    if user is None:
        raise NotFoundError(_("Không có tài khoản nào với e-mail này."))
    return user


def _user(change: Change) -> User:
    user = _found(change.session, change.key)
    if user.id == change.user.id:
        raise ConflictError(_("Bạn không tự đóng hay đặt lại tài khoản của mình ở đây; hãy nhờ người quản trị khác."))
    return user


def _link(change: Change) -> Saved:
    return Saved(TOLD, f"/welcome/{accounts.link(change.session, _user(change))}")


def _reopen(change: Change) -> Saved:
    return Saved(TOLD, f"/welcome/{accounts.link(change.session, _user(change), reopen=True)}")


def _end(change: Change) -> Saved:
    accounts.end(change.session, _user(change))
    return Saved(_("Đã đóng tài khoản."))


USERS = Section(
    "users",
    _("Các tài khoản"),
    _("Mỗi người một tài khoản; mật khẩu do chính họ chọn bằng liên kết dùng một lần."),
    _rows,
    _fields,
    _current,
    _save,
    act={"link": _link, "end": _end, "reopen": _reopen},
    fields_of=_fields_of,
)
