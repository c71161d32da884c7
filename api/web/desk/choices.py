"""The steps as the desk offers them: their names, and what each asks for."""

from typing import NamedTuple

from geo.details import NEEDS_TEXT, TAKES
from geo.i18n import _
from geo.models import Report
from geo.permissions import Actor, may
from geo.transitions import Action, possible


class Choice(NamedTuple):
    """A step: its button, an icon, and what to write with it (blank where nothing is to be said)."""

    name: str
    icon: str
    hint: str = ""
    photos: bool = False


CHOICES: dict[Action, Choice] = {
    "accept": Choice(_("Tiếp nhận"), "inbox"),
    "resolve": Choice(_("Trả lời kết quả"), "circle-check", _("Đã làm gì, khi nào; người dân sẽ đọc câu này"), True),
    "progress": Choice(_("Báo tiến độ"), "hammer", _("Đang làm đến đâu, dự kiến khi nào xong"), True),
    "approve": Choice(_("Duyệt"), "stamp"),
    "decline": Choice(_("Yêu cầu làm lại"), "undo-2", _("Cần sửa điều gì")),
    "assign": Choice(_("Giao việc"), "user-round-check"),
    "forward": Choice(_("Chuyển đơn vị khác"), "send", _("Lời nhắn cho đơn vị nhận (không công khai)")),
    "return": Choice(_("Trả lại"), "corner-up-left", _("Vì sao không thuộc đơn vị mình")),
    "ask": Choice(_("Hỏi người gửi"), "message-circle-question-mark", _("Cần bổ sung điều gì")),
    "extend": Choice(_("Gia hạn"), "calendar-plus", _("Vì sao cần thêm thời gian; người gửi sẽ đọc câu này")),
    "reject": Choice(_("Không tiếp nhận"), "circle-x", _("Giải thích cho người gửi")),
    "merge": Choice(_("Gộp vào phản ánh khác"), "merge"),
    "split": Choice(_("Tách ra"), "split"),
    "confirm": Choice(_("Của chúng tôi: đúng nơi xử lý"), "map-pin-check"),
    "ours": Choice(_("Của chúng tôi"), "map-pin-check"),
    "not_ours": Choice(_("Không phải của chúng tôi"), "map-pin-x"),
    "reroute": Choice(_("IOC chuyển đơn vị"), "route"),
    "urgency": Choice(_("Đổi mức khẩn"), "siren", _("Vì sao")),
    "redact": Choice(_("Che từ ngữ"), "pen-line"),
    "hide": Choice(_("Ẩn nội dung"), "eye-off", _("Vì sao phải ẩn")),
    "show": Choice(_("Hiện lại nội dung"), "eye", _("Vì sao hiện lại")),
}


class Offer(NamedTuple):
    """A choice for one report: the action, what the table says it takes, and whether words are a must."""

    action: Action
    choice: Choice
    takes: tuple[str, ...]
    must: bool


def offers(report: Report, who: Actor) -> list[Offer]:
    """The steps that somebody may take on a report now, the likeliest first."""
    allowed = {action for action in possible(report.state, who.role) if may(who, action, report)}
    if report.waiting is None:
        allowed -= {"approve", "decline"}
    if not report.needs_confirmation:
        allowed.discard("confirm")
    allowed.discard("show" if report.hidden_at is None else "hide")
    if report.published_at is None:
        allowed -= {"hide", "redact"}
    return [
        Offer(action, choice, () if _beside(action, report, who) else TAKES.get(action, ()), action in NEEDS_TEXT)
        for action, choice in CHOICES.items()
        if action in allowed
    ]


def _beside(action: Action, report: Report, who: Actor) -> bool:
    """Whether somebody speaks of another unit's report, and so names no unit."""
    return action == "not_ours" and who.unit_id != report.unit_id
