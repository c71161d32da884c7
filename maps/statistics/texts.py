"""The sentences around the tables of the periodic report."""

from geo.i18n import _

COUNTRY = _("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")
MOTTO = _("Độc lập – Tự do – Hạnh phúc")
DATED = _("Từ ngày {first} đến hết ngày {last}")
SO_FAR = _("Số liệu tạm tính từ ngày {first} đến {last}; kỳ báo cáo chưa kết thúc")
DEMO = _("Dữ liệu mẫu")
SHEETS = {_("Theo đơn vị"): "unit", _("Theo lĩnh vực"): "category", _("Theo địa bàn"): "area"}
HEADS = {"unit": _("Đơn vị xử lý"), "category": _("Lĩnh vực"), "area": _("Địa bàn")}
UNPLACED = _("Chưa xếp")
BY_THEN, BY_EDITION = _("Theo địa giới lúc gửi"), _("Theo địa giới {edition}")
NUMBER = _("STT")
TOTAL = _("Tổng cộng")
NOTES = _("Ghi chú")
MOVED = _(
    "Trong kỳ có {count} lượt chuyển giữa các đơn vị trong tỉnh. Dòng tổng cộng và bảng theo lĩnh vực không tính "
    "các lượt này, để mỗi phản ánh không bị tính nhiều lần; vì vậy hai cột về việc chuyển không cộng theo đơn vị."
)
PLACE_AND_DATE = _("Quảng Nam, ngày {day} tháng {month} năm {year}")
MAKER = _("Người lập biểu")
SIGN = _("Thủ trưởng đơn vị")
SIGN_BELOW = _("(Ký, ghi rõ họ tên)")
