"""The control room's wall screen: the province live on one folium map, with what waits around it."""

from collections.abc import Mapping, Sequence
from typing import Any

from geo.i18n import _
from maps.frame import Frame
from maps.page import draw

FILTERS = ("category", "unit", "since")
TIMES = {
    "": _("Mọi thời gian"),
    "PT24H": _("24 giờ qua"),
    "P7D": _("7 ngày qua"),
    "P30D": _("30 ngày qua"),
    "P365D": _("Một năm qua"),
}
SPANS = {"day": _("Ngày qua"), "week": _("Tuần qua"), "year": _("Năm qua")}
LAYERS = {
    "heat": _("Mật độ phản ánh"),
    "pins": _("Phản ánh mới nhất"),
    "areas": _("Tô màu địa bàn"),
    "hotspots": _("Nhiều hơn thường lệ"),
}
ROOMS = {
    "/ioc": _("Màn hình"),
    "/ioc/urgent": _("Việc khẩn"),
    "/ioc/groups": _("Gợi ý gộp"),
    "/ioc/uncertain": _("Chưa rõ nơi nào"),
    "/ioc/storm": _("Thiên tai"),
    "/ioc/log": _("Sổ trực ban"),
    "/queue": _("Bàn làm việc"),
}
KEYS = (
    ("F", _("Toàn màn hình")),
    ("/", _("Đến bộ lọc")),
    ("↑ ↓", _("Đi trong danh sách")),
    ("← →", _("Đổi danh sách, khi đang ở hàng thẻ")),
    ("Space", _("Phát hoặc dừng diễn biến")),
    ("S", _("Bật, tắt âm báo")),
    ("Esc", _("Đóng hộp đang mở")),
    ("?", _("Bảng phím này")),
)
WORDS = {
    "none_newest": _("Chưa có phản ánh nào trong 30 ngày qua với bộ lọc này. Phản ánh mới sẽ tự hiện ở đây."),
    "none_tab": _("Không có phản ánh nào cần xem ở mục này."),
    "no_units": _("Không có phản ánh nào đang mở. Phản ánh mới sẽ tự hiện ở đây."),
    "taken": _("Số liệu lúc {time}"),
    "streamed": _("Trực tiếp"),
    "polled": _("Cập nhật mỗi 30 giây"),
    "away": _("Mất kết nối từ {time}; đang nối lại"),
    "confirm": _("Đúng: {unit}"),
    "reroute": _("Chuyển: {unit}"),
    "settled": _("{code}: đã xác nhận {unit}."),
    "rerouted": _("{code}: đã chuyển đến {unit}."),
    "refused": _("{code}: chưa thực hiện được. {detail}"),
    "no_network": _("Không gửi được; hãy kiểm tra mạng rồi bấm lại."),
    "urgent": _("Khẩn"),
    "late": _("Trễ"),
    "units_of": _("{open} đang mở, {late} quá hạn"),
    "loading": _("Đang tải…"),
    "gone": _("Không tải được phản ánh này. Hãy đóng lại rồi thử lần nữa."),
    "picture": _("Ảnh {number} của phản ánh"),
    "sound_on": _("Tắt âm báo"),
    "sound_off": _("Bật âm báo"),
    "alarm": _("{count} phản ánh khẩn chưa ai xem"),
    "now": _("Trực tiếp"),
    "replay_failed": _("Không tải được diễn biến. Hãy bấm Phát để thử lại."),
    "settle": _("Nơi này gần ranh giới. Đơn vị nào xử lý?"),
}
SCRIPTS = (
    "leaflet-heat.js", "heat.js", "hotspots.js", "ioc-state.js", "ioc-figures.js", "ioc-units.js", "ioc-filters.js",
    "ioc-settle.js", "ioc-lists.js", "ioc-report.js", "ioc-areas.js", "ioc-layers.js", "ioc-player.js",
    "ioc-alarm.js", "ioc-keys.js", "ioc-ask.js", "ioc.js",
)  # fmt: skip


def wall(
    frame: Frame,
    overview: Mapping[str, Any],
    *,
    units: Sequence[tuple[str, str]],
    tabs: Sequence[tuple[str, str]],
    measures: Mapping[str, str],
) -> str:
    """The page with an overview as the API gives it; `units` are those to filter by, each a code and a name."""
    return draw(
        frame,
        {"overview": overview, "words": {name: frame.say(text) for name, text in WORDS.items()}},
        SCRIPTS,
        ["dark.css", "ioc.css"],
        units=units,
        tabs=tabs,
        measures=measures,
        times=TIMES,
        spans=SPANS,
        layers=LAYERS,
        rooms=ROOMS,
        keys=KEYS,
    )
