"""What the pages of the boundaries say of what was done, and what their scripts say."""

from api.web.planner.texts import TEXTS as MAP
from geo.i18n import _

DONE = {
    "brought": _("Đã ghi thành bản nháp. Xem bản đồ và các con số, rồi kích hoạt khi đã chắc."),
    "working": _("Đã kích hoạt."),
    "scheduled": _("Đã hẹn giờ kích hoạt."),
    "unscheduled": _("Đã hủy lịch; phiên bản lại là bản nháp."),
    "undoing": _("Đã hoàn tác; phiên bản lại là bản nháp."),
    "removed": _("Đã xóa bản nháp."),
    "forgotten": _("Đã bỏ tệp; chưa có gì được ghi."),
}
TEXTS = {name: MAP[name] for name in ("zoomIn", "zoomOut")} | {"map": _("Bản đồ địa giới")}
