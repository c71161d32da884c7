"""What the button of notifications says, on every page that has one."""

from geo.i18n import _

TEXTS = {
    "notify": _("Báo cho tôi khi có tin mới"),
    "notified": _("Máy này sẽ báo khi phản ánh có bước mới."),
    "notifyDenied": _("Trình duyệt không cho phép thông báo. Bạn có thể mở lại trong phần cài đặt của trang."),
    "notifyFailed": _("Chưa bật được thông báo; hãy thử lại khi có mạng."),
}
