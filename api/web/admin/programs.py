"""Keys of programs and agencies: made here, shown once, ended here."""

from datetime import datetime

from sqlalchemy.orm import Session

from api.web.admin.section import Change, Field, Part, Row, Saved, Section, known, number
from api.web.desk.lists import units
from geo import api_keys
from geo.deadlines import ZONE
from geo.errors import NotFoundError
from geo.i18n import _
from geo.models import ApiKey

A_MINUTE, DAYS = 60, 365  # what a form is filled with


def _rows(session: Session) -> list[Row]:
    return [
        Row(str(key.id), [key.name], [api_keys.PROGRAM_SCOPES[key.scope], *_notes(key)], ("revoke",))
        for key in api_keys.of_programs(session)
    ]


def _notes(key: ApiKey) -> list[Part]:
    names = ", ".join(unit.name for unit in key.units)
    used: Part = (
        (_("dùng lần cuối {moment}"), {"moment": _moment(key.used_at)}) if key.used_at else _("chưa dùng lần nào")
    )
    until: list[Part] = [(_("dùng đến {moment}"), {"moment": _moment(key.expires_at)})] if key.expires_at else []
    return [names, (_("{count} yêu cầu một phút"), {"count": key.per_minute}), *until, used]


def _moment(value: datetime) -> str:
    return value.astimezone(ZONE).strftime("%H:%M %d/%m/%Y")


def _fields(session: Session) -> list[Field]:
    return [
        Field("name", _("Chương trình hoặc cơ quan nào dùng khóa này"), required=True),
        Field("scope", _("Được làm gì"), "select", tuple(api_keys.PROGRAM_SCOPES.items()), required=True),
        Field("units", _("Cho những đơn vị nào"), "several", [(one.code, one.name) for one in units(session)]),
        Field("per_minute", _("Số yêu cầu nhiều nhất trong một phút"), "number", start=str(A_MINUTE), required=True),
        Field("days", _("Dùng được trong bao nhiêu ngày"), "number", start=str(DAYS), required=True),
    ]


def _grant(change: Change) -> Saved:
    said = change.values
    token = api_keys.grant(
        change.session,
        name=said.get("name", ""),
        scope=said.get("scope", ""),
        units=[code for code in said.get("units", "").split(",") if code],
        per_minute=number(said, "per_minute", 0),
        days=number(said, "days", 0),
    )
    return Saved(_("Đã tạo khóa. Khóa dưới đây chỉ hiện một lần; hãy giao tận tay cho người dùng nó."), spelled=token)


def _revoke(change: Change) -> Saved:
    if known(change.key) >= 2**31 or not api_keys.revoke(change.session, None, known(change.key)):
        raise NotFoundError(_("Không có khóa này."))
    return Saved(_("Đã thu hồi khóa; từ bây giờ không ai dùng được nó."))


KEYS = Section(
    "keys",
    _("Khóa API"),
    _(
        "Cho chương trình và hệ thống của các cơ quan, qua Open311 hoặc API; chỉ đọc thì không cần khóa."
        " Khóa của đơn vị trả lời thay đơn vị đó, nên chỉ giao cho chính đơn vị."
    ),
    _rows,
    _fields,
    save=_grant,
    act={"revoke": _revoke},
)
