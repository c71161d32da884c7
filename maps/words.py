"""The sentences of the maps' scripts, which have none of their own."""

from geo.i18n import _

WORDS = {
    "zoomIn": _("Phóng to"),
    "zoomOut": _("Thu nhỏ"),
    "map": _("Bản đồ; dùng các phím mũi tên để di chuyển, + và - để phóng to, thu nhỏ"),
    "many": _("{count} phản ánh ở khu vực này; bấm để xem gần hơn"),
    "open": _("Xem phản ánh"),
    "demo": _("Dữ liệu mẫu"),
    "unknown": _("Lĩnh vực khác"),
    "failed": _("Không tải được dữ liệu của khu vực này. Hãy kiểm tra mạng rồi di chuyển bản đồ để thử lại."),
    "live": _("Trực tiếp"),
    "lost": _("Mất kết nối, đang nối lại…"),
    "anew": _("Có nhiều thay đổi: tải lại bản đồ"),
    "play": _("Phát"),
    "next": _("Khung sau"),
    "pause": _("Dừng"),
    "day": _("Ngày {day}"),
    "week": _("Tuần từ {day}"),
    "count": _("{count} phản ánh"),
    "rate": _("{count} phản ánh trên 1.000 km²"),
    "offshore": _("Ngoài địa giới"),
    "area": _("{count} km²"),
}
