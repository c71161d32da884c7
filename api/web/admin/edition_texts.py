"""What the pages of the boundaries say of what was done, and what their scripts say."""

from api.web.planner.texts import TEXTS as MAP
from geo.i18n import _

DONE = {
    "brought": _("Đã ghi thành bản nháp. Xem bản đồ và các con số, rồi kích hoạt khi đã chắc."),
    "working": _("Đã kích hoạt."),
    "scheduled": _("Đã hẹn giờ kích hoạt."),
    "unscheduled": _("Đã hủy lịch; phiên bản lại là bản nháp."),
    "rerouting": _("Đã định tuyến lại."),
    "undoing": _("Đã hoàn tác; phiên bản lại là bản nháp."),
    "removed": _("Đã xóa bản nháp."),
    "forgotten": _("Đã bỏ tệp; chưa có gì được ghi."),
}
TEXTS = {name: MAP[name] for name in ("zoomIn", "zoomOut")} | {"map": _("Bản đồ địa giới")}
WORKING = {
    "activate": _("Đang kích hoạt…"),
    "reroute": _("Đang định tuyến lại…"),
    "undo": _("Đang hoàn tác…"),
}
OWED = _(
    "Phiên bản {code} có hiệu lực từ một bản phần mềm cũ, khi phản ánh đang mở chưa được chuyển theo địa giới mới."
    " Định tuyến lại sẽ chuyển những phản ánh ấy một lần, như khi kích hoạt."
)
