"""What the home page's scripts say."""

from api.web.finder import FROM, TO
from api.web.states import STATE_TEXTS
from geo.i18n import _

TEXTS = {
    "map": _("Bản đồ phản ánh"),
    "zoomIn": _("Phóng to"),
    "zoomOut": _("Thu nhỏ"),
    "many": _("{count} phản ánh ở khu vực này; bấm để xem gần hơn"),
    "open": _("Xem phản ánh"),
    "demo": _("Mẫu"),
    "again": _("Lần thứ {count} ở nơi này"),
    "failed": _("Không tải được phản ánh mới. Hãy kiểm tra mạng; những gì đang hiện vẫn xem được."),
    "none": _("Chưa có phản ánh nào trong khung bản đồ này."),
    "inView": _("{count} phản ánh trong khung nhìn"),
    "nearest": _("{count} phản ánh gần bạn nhất"),
    "saved": _("{count} phản ánh đã lưu trong khung nhìn"),
    "offline": _("Ngoại tuyến: đang xem phản ánh đã lưu lúc {moment}."),
    "away": _("cách {distance}"),
    "locating": _("Đang tìm vị trí của bạn…"),
    "located": _("Xếp theo khoảng cách từ vị trí của bạn (sai số khoảng {distance})."),
    "denied": _(
        "Trang này chưa được phép dùng vị trí. Hãy mở quyền vị trí trong cài đặt của trình duyệt rồi bấm lại “Gần tôi”."
    ),
    "nowhere": _("Chưa tìm được vị trí. Hãy bật định vị (GPS), ra chỗ thoáng rồi bấm lại “Gần tôi”."),
    "from": FROM,
    "to": TO,
    "without": _("Bỏ lọc: {name}"),
} | STATE_TEXTS
