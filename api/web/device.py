"""What the scripts say of the reports that this phone keeps or follows."""

from typing import Any

from sqlalchemy.orm import Session

from api.web import mapping, texting
from api.web.following_texts import TEXTS as FOLLOWING
from api.web.states import STATE_TEXTS
from geo.i18n import Lang, _
from geo.settings import Settings

TEXTS = {
    "waiting": _("Chờ gửi"),
    "writing": _("Viết dở"),
    "refused": _("Chưa nhận, cần sửa"),
    "sending": _("Đang gửi…"),
    "sendingPart": _("Đang gửi… {percent}"),
    "noCategory": _("Chưa chọn lĩnh vực"),
    "saved": _("Lưu {ago}"),
    "sentAt": _("Gửi {ago}"),
    "photos": _("kèm {count} ảnh, video"),
    "sendNow": _("Gửi ngay"),
    "text": _("Gửi bằng tin nhắn"),
    "edit": _("Sửa"),
    "resume": _("Viết tiếp"),
    "delete": _("Xóa"),
    "deleteSurely": _("Bấm lần nữa để xóa hẳn"),
    "mayHaveArrived": _("Có thể phản ánh đã đến máy chủ nhưng chưa kịp trả lời: xóa ở đây không rút nó lại."),
    "stillAway": _("Vẫn chưa có mạng. Phản ánh vẫn chờ trên máy này."),
    "copyLink": _("Chép liên kết riêng"),
    "copied": _("Đã sao chép"),
    "forget": _("Bỏ khỏi danh sách"),
    "forgotten": _("Đã xóa mọi thứ của bạn trên máy này."),
    "forgottenHere": _("Đã xóa trên máy này. Khi có mạng, hãy bấm lại một lần để máy quên cả liên kết riêng."),
    "unit": _("Nơi nhận: {unit}"),
    "followed": _("Đang theo dõi"),
}


def config(session: Session, settings: Settings, lang: Lang) -> dict[str, Any]:
    """The values and sentences of the page `/my`."""
    return mapping.config(
        session, settings, lang, TEXTS | STATE_TEXTS | FOLLOWING, sms=texting.config(session, settings)
    )
