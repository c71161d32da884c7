"""States and steps in words that need no explanation."""

from geo.i18n import Lang, _, translate
from geo.models import Report
from geo.transitions import STATES

STATE_TEXTS = {f"state_{name}": text for name, text in STATES.items()}
# What happened, as one sentence of a report's history; {unit} is the unit then responsible.
STEPS = {
    "receive": _("Hệ thống nhận phản ánh và chuyển đến {unit}."),
    "accept": _("{unit} tiếp nhận và bắt đầu xử lý."),
    "forward": _("Chuyển đến {unit}."),
    "return": _("Trả lại cho {unit}."),
    "ask": _("{unit} đề nghị người gửi bổ sung thông tin."),
    "supply": _("Người gửi đã bổ sung thông tin."),
    "progress": _("{unit} cho biết tiến độ."),
    "extend": _("{unit} gia hạn xử lý."),
    "resolve": _("{unit} trả lời kết quả."),
    "reject": _("{unit} không tiếp nhận phản ánh."),
    "complete": _("Người gửi đã gửi đủ nội dung và ảnh của tin nhắn."),
    "reply": _("Người gửi trao đổi lại về kết quả."),
    "rate": _("Người gửi đánh giá kết quả."),
    "close": _("Hệ thống kết thúc phản ánh."),
    "withdraw": _("Người gửi rút phản ánh."),
    "dispute": _("Người gửi chưa đồng ý và gửi phản ánh lần 2."),
    "assign": _("{unit} giao cán bộ xử lý."),
    "merge": _("{unit} gộp với phản ánh khác về cùng một việc."),
    "split": _("{unit} tách ra để xử lý riêng."),
    "confirm": _("{unit} xác nhận nơi xử lý."),
    "ours": _("{unit} cho biết nơi này thuộc mình."),
    "not_ours": _("{unit} cho biết nơi này không thuộc mình."),
    "unit": _("Đơn vị trước thôi hoạt động; {unit} nhận việc."),
    "reroute": _("Trung tâm IOC chuyển đến {unit}."),
    "edition": _("Địa giới hành chính thay đổi: nay do {unit} xử lý."),
    "undone": _("Phiên bản địa giới được hoàn tác: lại do {unit} xử lý."),
    "border": _("Chuyển đến {unit} theo nơi xảy ra sự việc."),
    "urgency": _("{unit} đổi mức khẩn."),
    "propose": _("{unit} trình lãnh đạo duyệt."),
    "approve": _("Lãnh đạo {unit} đã duyệt."),
    "decline": _("Lãnh đạo {unit} yêu cầu làm lại."),
    "escalate": _("Quá hạn: hệ thống báo Trung tâm IOC."),
    "redact": _("{unit} che bớt nội dung công khai."),
    "hide": _("{unit} ẩn nội dung khỏi trang công khai."),
    "show": _("{unit} hiện lại nội dung."),
}
# Steps whose words are part of the answer; what units tell each other when they forward is not.
SPOKEN = frozenset(
    {"ask", "supply", "complete", "progress", "extend", "resolve", "reject", "reply", "rate", "urgency", "hide"}
)
OTHER_STEP = _("Chuyển sang trạng thái “{state}”.")
# What a state means for the one who waits.
MEANINGS = {
    "received": _("Đơn vị xử lý đã nhận được tin nhưng chưa tiếp nhận phản ánh này."),
    "needs_info": _("Đơn vị xử lý cần người gửi bổ sung thông tin."),
    "in_progress": _("Đơn vị xử lý đã tiếp nhận và đang giải quyết."),
    "resolved": _("Đơn vị xử lý đã trả lời."),
    "rejected": _("Phản ánh không được tiếp nhận; lý do ở nhật ký bên dưới."),
    "merged": _("Phản ánh được gộp với một phản ánh khác về cùng một việc."),
    "closed": _("Việc xử lý đã kết thúc."),
    "withdrawn": _("Người gửi đã rút phản ánh này."),
}
# Why a stranger does not read what was sent.
HIDDEN_SENSITIVE = _("Nội dung và ảnh thuộc lĩnh vực nhạy cảm không công khai; chỉ đơn vị xử lý và người gửi xem được.")
HIDDEN_WAITING = _("Nội dung và ảnh sẽ công khai sau khi đơn vị xử lý tiếp nhận phản ánh.")
HIDDEN_OTHERWISE = _("Nội dung và ảnh của phản ánh này không công khai.")


def state_name(state: str, lang: Lang) -> str:
    """A state as people call it."""
    return next((translate(text, lang) for name, text in STATES.items() if name == state), state)


def hidden_why(report: Report, lang: Lang) -> str:
    """Why content and pictures of a report are not public."""
    if report.category.sensitive:
        return translate(HIDDEN_SENSITIVE, lang)
    return translate(HIDDEN_WAITING if report.published_at is None else HIDDEN_OTHERWISE, lang)
