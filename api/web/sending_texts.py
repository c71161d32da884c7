"""What the form's scripts say."""

from boundaries import reasons
from geo.i18n import _

NO_COOKIE = _("Trình duyệt chưa giữ cookie của trang này nên biểu mẫu chưa gửi được; hãy bấm Gửi lần nữa.")
SENT_BEFORE = _("Biểu mẫu này đã gửi một phản ánh trước đó. Nếu đây là một phản ánh khác, hãy bấm Gửi lần nữa.")
PICTURES_LOST = _("Trình duyệt không giữ lại ảnh; hãy chọn lại ảnh trước khi gửi.")
TEXTS = {
    "map": _("Bản đồ để chọn vị trí"),
    "zoomIn": _("Phóng to"),
    "zoomOut": _("Thu nhỏ"),
    "pin": _("Ghim vị trí; kéo để chỉnh"),
    "noPin": _("Chưa chọn vị trí. Hãy chạm vào bản đồ ở đúng chỗ xảy ra sự việc."),
    "asking": _("Đang tìm đơn vị xử lý…"),
    "goesTo": _("Nơi nhận: {unit}"),
    "share": _("khoảng {share}"),
    "offline": _("Chưa tra được đơn vị xử lý vì mất kết nối. Bạn vẫn gửi được khi có mạng; vị trí đã được giữ."),
    "outside": reasons.OUTSIDE,
    "inNeighbour": reasons.IN_NEIGHBOUR,
    "reason_inside": reasons.INSIDE,
    "reason_border": reasons.BORDER,
    "reason_uncertain": reasons.UNCERTAIN,
    "reason_nearest": reasons.NEAREST,
    "reason_ioc": reasons.NO_UNIT,
    "byCommune": _("Theo {place} mà bạn đã chọn; cần xác nhận chỗ chính xác."),
    "communePin": _("Ghim tạm ở giữa {place}. Hãy kéo ghim nếu bạn biết đúng chỗ."),
    "unsurePin": _("Vị trí tạm; kéo đến đúng chỗ"),
    "photoPinned": _("Đã ghim theo vị trí ghi trong ảnh. Hãy kéo ghim nếu chưa đúng."),
    "photoFar": _("Ảnh được chụp cách ghim khoảng {distance}."),
    "awayFromProvince": _("Bạn đang ở ngoài tỉnh. Hãy chạm vào bản đồ ở nơi xảy ra sự việc, hoặc tìm tên xã, phường."),
    "away": _("cách {distance}"),
    "locating": _("Đang tìm vị trí của bạn…"),
    "located": _("Đã ghim vị trí của bạn, sai số khoảng {accuracy}. Hãy kéo ghim nếu chưa đúng."),
    "rough": _("Vị trí chỉ chính xác đến khoảng {accuracy}. Hãy kéo ghim đến đúng chỗ."),
    "denied": _("Trình duyệt không được phép xem vị trí. Hãy chạm vào bản đồ, hoặc tìm tên xã, phường."),
    "unlocatable": _("Không tìm được vị trí của bạn. Hãy chạm vào bản đồ, hoặc tìm tên xã, phường."),
    "noPlace": _("Không có nơi nào tên như vậy trong tỉnh. Hãy thử tên xã, phường, huyện hoặc tọa độ."),
    "movedTo": _("Bản đồ đã chuyển đến {place}. Hãy chạm vào đúng chỗ xảy ra sự việc."),
    "pinned": _("Đã ghim theo tọa độ."),
    "pinnedShort": _(
        "Mã ngắn có ở nhiều nơi; đã ghim nơi gần giữa bản đồ nhất. Hãy xem lại, hoặc ghi thêm tên xã sau mã."
    ),
    "tooMany": _("Nhiều nhất {most} ảnh cho một phản ánh."),
    "oneVideo": _("Nhiều nhất một video mỗi lần gửi."),
    "videoTooLarge": _("Video {name} quá lớn; nhiều nhất {most} MB."),
    "tooLarge": _("Ảnh {name} quá lớn; nhiều nhất {most} MB một ảnh."),
    "removePhoto": _("Bỏ ảnh {number}"),
    "photo": _("Ảnh {number}"),
    "sending": _("Đang gửi…"),
    "sendingPart": _("Đang gửi… {percent}"),
    "lost": _("Chưa gửi được vì mất kết nối. Mọi điều bạn nhập vẫn còn đây; hãy bấm Gửi lại khi có mạng."),
    "refused": _("Chưa gửi được. Hãy xem lại những chỗ được đánh dấu."),
    "sentBefore": SENT_BEFORE,
    "broken": _("Máy chủ gặp lỗi. Mọi điều bạn nhập vẫn còn đây; xin thử lại sau ít phút."),
    "copied": _("Đã sao chép"),
    "needPin": _("Hãy chọn vị trí trên bản đồ, hoặc chọn xã và cho biết gần đâu."),
    "needCategory": _("Hãy chọn lĩnh vực."),
    "needContent": _("Hãy mô tả sự việc, ít nhất 10 ký tự."),
    "needName": _("Hãy nhập họ và tên của bạn."),
    "needPhone": _("Hãy nhập số điện thoại để đơn vị xử lý liên hệ khi cần."),
    "needTruth": _("Hãy xác nhận rằng bạn chịu trách nhiệm về tính trung thực của phản ánh."),
}
