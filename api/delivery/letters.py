"""What a message says: never a name or a phone, and in an SMS and a push no content."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.listening import base
from geo import work_links
from geo.filters import public_content
from geo.i18n import _, translate
from geo.models import Event, Report
from geo.settings import Settings
from geo.texts import bare

SUBJECT = _("Phản ánh {code}: {what}")
WHAT = {
    "receive": _("có phản ánh mới"),
    "accept": _("đã được tiếp nhận"),
    "ask": _("cần bạn bổ sung thông tin"),
    "forward": _("đã chuyển đến {unit}"),
    "return": _("đã được trả lại cho {unit}"),
    "reroute": _("đã chuyển đến {unit}"),
    "extend": _("được gia hạn xử lý"),
    "resolve": _("đã có kết quả"),
    "reject": _("không được tiếp nhận"),
    "merge": _("được gộp với phản ánh về cùng một việc"),
    "propose": _("chờ bạn duyệt"),
    "escalate": _("đã quá hạn"),
    "assign": _("được giao cho bạn"),
    "supply": _("người gửi đã bổ sung thông tin"),
    "complete": _("người gửi đã gửi đủ nội dung và ảnh của tin nhắn"),
    "reply": _("người gửi trao đổi lại"),
    "approve": _("lãnh đạo đã duyệt"),
    "decline": _("lãnh đạo yêu cầu làm lại"),
}
OTHERWISE = _("có thay đổi")
SEE = _("Xem tại: {address}")
QUESTION = _("Đã sửa thật chưa? Hãy mở trang phản ánh để trả lời; nếu chưa, bạn có thể gửi phản ánh lần 2.")
WORK = _("Đơn vị của bạn được giao phản ánh này. Mở liên kết sau để xem và xử lý, không cần tài khoản:")
WORK_ENDS = _("Liên kết dùng được trong {days} ngày, cho riêng phản ánh này. Đừng chuyển tiếp ra ngoài đơn vị.")
RECEIVED = _("{code} da den {unit}; theo doi: {address}")
SMS = _("Quang Nam truc tuyen: {code} {what}. {address}")
# Words that the unit wrote for the sender.
SPOKEN = frozenset({"ask", "extend", "resolve", "reject"})


@dataclass(frozen=True)
class Letter:
    """A subject and plain text."""

    subject: str
    text: str


def what(event: Event, report: Report) -> str:
    """What happened, as the end of a sentence."""
    message = WHAT.get(event.action, OTHERWISE)
    return translate(message, "vi", unit=report.unit.name) if "{unit}" in message else message


def address(settings: Settings, report: Report, *, inside: bool = False) -> str:
    """The page of a report, or for officers the one of the desk."""
    return f"{base(settings)}/{'queue' if inside else 'reports'}/{report.code}"


def letter(settings: Settings, event: Event, report: Report, *, inside: bool = False) -> Letter:
    """What is e-mailed to the sender or, `inside`, to an officer."""
    said = [event.text] if event.text and (inside or event.action in SPOKEN) else []
    question = [QUESTION] if event.action == "resolve" and not inside else []
    where = translate(SEE, "vi", address=address(settings, report, inside=inside))
    subject = translate(SUBJECT, "vi", code=report.code, what=what(event, report))
    return Letter(subject, "\n\n".join([subject + ".", *said, *question, where]) + "\n")


def work_letter(session: Session, settings: Settings, event: Event, report: Report, *, token: str) -> Letter:
    """What a unit without accounts gets: the report's words and the link."""
    words = session.scalar(select(public_content()).where(Report.id == report.id)) or ""
    subject = translate(SUBJECT, "vi", code=report.code, what=what(event, report))
    ends = translate(WORK_ENDS, "vi", days=work_links.DAYS)
    link = f"{base(settings)}/work/{token}"
    return Letter(subject, "\n\n".join([report.category.name, words, WORK, link, ends]) + "\n")


def short(settings: Settings, event: Event, report: Report) -> str:
    """What is sent by SMS."""
    return bare(translate(SMS, "vi", code=report.code, what=what(event, report), address=address(settings, report)))


def received(settings: Settings, report: Report, token: str | None) -> str:
    """What is sent by SMS to whoever sent a report by SMS: its code, its unit, and the private link of a token."""
    where = f"{base(settings)}/follow/{token}" if token else address(settings, report)
    return bare(translate(RECEIVED, "vi", code=report.code, unit=report.unit.name, address=where))
