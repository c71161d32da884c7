"""What the planner's pages say of columns and coordinate systems, and what their scripts say."""

from geo.i18n import _

FIELDS = {
    "category": _("Mã lĩnh vực"),
    "category_name": _("Lĩnh vực"),
    "state": _("Trạng thái"),
    "area": _("Mã huyện, thị xã, thành phố"),
    "area_name": _("Huyện, thị xã, thành phố"),
    "commune": _("Mã xã, phường, thị trấn"),
    "unit": _("Mã đơn vị xử lý"),
    "unit_name": _("Đơn vị xử lý"),
    "content": _("Nội dung đã công khai"),
    "photos": _("Địa chỉ các ảnh"),
    "videos": _("Địa chỉ các video"),
    "created_at": _("Lúc gửi"),
    "happened_at": _("Lúc xảy ra"),
    "deadline": _("Hạn kế tiếp"),
    "needs_confirmation": _("Địa bàn cần xác nhận"),
    "lead": _("Mã phản ánh chính, nếu đã gộp"),
    "second_of": _("Mã phản ánh lần 1"),
    "recurrence": _("Lần thứ mấy ở nơi này"),
    "demo": _("Dữ liệu mẫu"),
}
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
