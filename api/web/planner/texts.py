"""What the planner's pages say of coordinate systems, and what their scripts say."""

from geo.i18n import _

CRS = {
    "EPSG:5899": _("VN-2000, kinh tuyến trục 107°45′"),
    "EPSG:32648": _("UTM múi 48 Bắc, WGS 84"),
    "EPSG:32649": _("UTM múi 49 Bắc, WGS 84"),
    "EPSG:4326": _("Kinh độ, vĩ độ, WGS 84"),
}
TEXTS = {
    "map": _("Bản đồ chọn khu vực"),
    "zoomIn": _("Phóng to"),
    "zoomOut": _("Thu nhỏ"),
    "copied": _("Đã sao chép"),
    "draw": _("Kéo trên bản đồ để vẽ khung; nhấn Esc để thôi."),
    "failed": _("Không tính lại được; hãy kiểm tra mạng rồi đổi một lựa chọn để thử lại."),
    "rows": _("{done} trong khoảng {total} phản ánh"),
}
