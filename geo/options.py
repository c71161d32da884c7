"""The numbers of the process that an administrator may change; the table holds only what was changed."""

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from geo.errors import InvalidError, NotFoundError
from geo.i18n import _
from geo.models import Option


class Number(NamedTuple):
    """A number: what it is without anybody's word, what it may be, and what it means."""

    default: int
    least: int
    most: int
    label: str


OPTIONS = {
    "answer_days": Number(5, 1, 60, _("Ngày làm việc để người gửi bổ sung thông tin")),
    "close_days": Number(15, 1, 365, _("Ngày từ khi có kết quả đến khi kết thúc")),
    "rate_days": Number(30, 1, 365, _("Ngày để đánh giá sau khi kết thúc")),
    "second_days": Number(3, 1, 60, _("Ngày làm việc để xử lý phản ánh lần 2")),
    "recurrence_metres": Number(50, 5, 1_000, _("Mét: cùng một nơi bị phản ánh lại")),
    "claim_minutes": Number(10, 1, 240, _("Phút: một người giữ một phản ánh trước khi người khác nhận được")),
    "group_hours": Number(6, 1, 72, _("Giờ: các phản ánh gần nhau được gợi ý gộp")),
    "recurrence_days": Number(90, 1, 1_000, _("Ngày: cùng một nơi bị phản ánh lại")),
    "correction_reports": Number(3, 2, 50, _("Phản ánh được xác nhận ở một nơi trước khi gợi ý điều chỉnh ranh giới")),
    "routing_confidence": Number(95, 50, 100, _("Phần trăm: khả năng đúng nơi, dưới mức này thì cần xác nhận")),
}
_changed: dict[str, int] = {}


def value(name: str) -> int:
    """The number in force, as this process last read it."""
    return _changed.get(name, OPTIONS[name].default)


def overrule(numbers: Mapping[str, int]) -> None:
    """Takes an administrator's numbers over the defaults; replaces what was said before."""
    _changed.clear()
    _changed.update(numbers)


def read(session: Session) -> None:
    """Lets this process know the numbers as they are."""
    overrule({one.name: one.value for one in session.scalars(select(Option)) if one.name in OPTIONS})


def change(session: Session, name: str, number: int) -> None:
    """Keeps a number; InvalidError where it is too small or too large."""
    known = OPTIONS.get(name)
    if known is None:
        raise NotFoundError(_("Không có mã này."))
    if not known.least <= number <= known.most:
        raise InvalidError(_("Hãy nhập từ {least} đến {most}."), field="value", least=known.least, most=known.most)
    row = insert(Option).values(name=name, value=number)
    session.execute(row.on_conflict_do_update(index_elements=["name"], set_={"value": number}))
    read(session)
