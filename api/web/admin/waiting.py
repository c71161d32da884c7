"""What waits for somebody: requests about personal data, objections of readers, messages that were given up."""

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.web.admin.section import Change, Row, Saved, Section, known
from geo import data_requests, outbox
from geo.data_requests import KINDS
from geo.deadlines import ZONE
from geo.errors import NotFoundError
from geo.i18n import _
from geo.models import DataRequest, Event, Flag, Report

DONE = _("Đã ghi nhận.")
DUE, LATE = _("hạn {moment}"), _("quá hạn từ {moment}")


def _moment(value: datetime) -> str:
    return value.astimezone(ZONE).strftime("%H:%M %d/%m/%Y")


def _request_rows(session: Session) -> list[Row]:
    now = datetime.now(UTC)
    return [
        Row(
            str(one.id),
            [one.code, KINDS[one.kind]],
            [(LATE if one.due_at < now else DUE, {"moment": _moment(one.due_at)}), one.text or ""],
            ("erase",) if one.kind == "erasure" else ("settle",),
        )
        for one in data_requests.open_ones(session)
    ]


def _settle(change: Change) -> Saved:
    asked = change.session.get(DataRequest, known(change.key))
    if asked is None:
        raise NotFoundError(_("Không có yêu cầu này."))
    data_requests.settle(change.session, asked, "", change.user.id)
    return Saved(DONE)


def _flag_rows(session: Session) -> list[Row]:
    query = select(Flag, Report.code).join(Report, Report.id == Flag.report_id).where(Flag.settled_at.is_(None))
    return [
        Row(str(flag.id), [code], [_moment(flag.created_at), flag.text], ("dismiss",))
        for flag, code in session.execute(query.order_by(Flag.id))
    ]


def _dismiss(change: Change) -> Saved:
    flag = change.session.get(Flag, known(change.key))
    if flag is not None:
        flag.settled_at = datetime.now(UTC)
    return Saved(DONE)


def _message_rows(session: Session) -> list[Row]:
    found = []
    for one in outbox.dead(session):
        event = session.get_one(Event, one.event_id)
        about = session.get_one(Report, event.report_id).code if event.report_id else (event.data or {})["edition"]
        title = [about, event.action, one.channel]
        found.append(Row(str(one.id), title, [one.target, one.fault or ""], ("retry",)))
    return found


def _retry(change: Change) -> Saved:
    outbox.retry(change.session, known(change.key))
    return Saved(_("Đã xếp hàng để gửi lại."))


REQUESTS = Section(
    "requests",
    _("Yêu cầu về dữ liệu"),
    _("Người gửi hỏi về dữ liệu của họ; hạn theo luật. “Xóa dữ liệu” hủy khóa của người gửi, không hoàn lại được."),
    _request_rows,
    act={"settle": _settle, "erase": _settle},
    may_add=False,
)
FLAGS = Section(
    "flags",
    _("Người đọc báo"),
    _("Nội dung công khai bị báo vi phạm. Che hoặc ẩn ở bàn làm việc, rồi bỏ khỏi đây."),
    _flag_rows,
    act={"dismiss": _dismiss},
    may_add=False,
)
MESSAGES = Section(
    "messages",
    _("Thư không gửi được"),
    _("Đã thử trong khoảng một ngày rồi thôi. Sửa nguyên nhân rồi gửi lại."),
    _message_rows,
    act={"retry": _retry},
    may_add=False,
)
