"""What demonstration reports say: Vietnamese sentences put together from parts, by category."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from geo.search import plain

# Categories by kind of place (as in places.KINDS: heritage, city, plain, mountain), in shares.
SHARES: dict[str, tuple[float, float, float, float]] = {
    "an-ninh-trat-tu": (9, 8, 5, 3),
    "giao-thong": (14, 20, 21, 25),
    "ha-tang-do-thi": (11, 15, 7, 4),
    "dien-chieu-sang": (9, 12, 12, 12),
    "cap-thoat-nuoc": (8, 11, 9, 9),
    "ve-sinh-moi-truong": (17, 17, 20, 10),
    "cay-xanh": (5, 6, 4, 2),
    "tai-nguyen-khoang-san": (1, 2, 9, 14),
    "y-te-suc-khoe": (2, 3, 3, 4),
    "giao-duc-dao-tao": (1, 2, 3, 6),
    "thien-tai-thoi-tiet": (2, 2, 3, 7),
    "du-lich-di-san": (18, 2, 2, 1),
    "khac": (3, 3, 3, 3),
}
# In a storm, whatever the place.
STORM_SHARES = {"thien-tai-thoi-tiet": 60, "giao-thong": 13, "cay-xanh": 10, "dien-chieu-sang": 11, "cap-thoat-nuoc": 6}

PROBLEMS: dict[str, tuple[str, ...]] = {
    "an-ninh-trat-tu": (
        "Nhóm thanh niên tụ tập nẹt pô, chạy xe lạng lách vào ban đêm",
        "Quán hát loa kéo mở nhạc rất lớn sau 22 giờ",
        "Hàng quán lấn chiếm vỉa hè, người đi bộ phải xuống lòng đường",
        "Nhiều người lạ tụ tập gây ồn ào, mất trật tự",
        "Xe dừng đỗ bừa bãi hai bên, hay xảy ra cãi vã",
    ),
    "giao-thong": (
        "Mặt đường có nhiều ổ gà sâu, xe máy rất dễ ngã",
        "Đèn tín hiệu giao thông bị hỏng, các xe tranh nhau đi",
        "Nắp hố ga bị vỡ giữa lòng đường",
        "Xe tải chở đất chạy tốc độ cao, rơi vãi đất đá xuống đường",
        "Biển báo bị gãy đổ, lái xe không nhìn thấy",
        "Vạch sơn kẻ đường đã mờ hẳn, xe đi lấn làn",
        "Lề đường sạt lở, lan can bị gãy",
        "Công trình đào đường xong không hoàn trả mặt bằng",
        "Cầu dân sinh xuống cấp, mặt cầu bị thủng",
    ),
    "ha-tang-do-thi": (
        "Gạch lát vỉa hè bong tróc, lún sụt",
        "Công trình xây dựng để vật liệu tràn ra đường",
        "Ghế đá và đường dạo trong công viên hư hỏng nặng",
        "Hàng rào tôn công trình xiêu vẹo, có thể đổ bất cứ lúc nào",
        "Cáp viễn thông đứt, thòng xuống sát mặt đường",
        "Nhà văn hóa bị thấm dột, tường nứt",
    ),
    "dien-chieu-sang": (
        "Cả dãy đèn đường không sáng đã nhiều đêm",
        "Trụ điện nghiêng, dây điện võng thấp",
        "Đèn đường bật sáng suốt cả ngày, rất lãng phí",
        "Điện chập chờn, hay mất vào giờ cao điểm",
        "Hộp điện bị hở, dây lòi ra ngoài",
        "Cành cây chạm vào đường dây điện, tóe lửa khi có gió",
    ),
    "cap-thoat-nuoc": (
        "Nước máy yếu, nhiều hôm mất hẳn",
        "Nước máy đục và có mùi lạ",
        "Ống nước bị vỡ, nước chảy tràn ra đường",
        "Cống thoát nước tắc, mưa nhỏ cũng ngập",
        "Mương thoát nước bốc mùi hôi, nhiều muỗi",
    ),
    "ve-sinh-moi-truong": (
        "Rác thải sinh hoạt chất đống mấy ngày không ai thu gom",
        "Có người đổ trộm xà bần và rác xây dựng",
        "Trại chăn nuôi xả nước thải, mùi hôi nồng nặc",
        "Đốt rác và rơm rạ gây khói mù mịt",
        "Cơ sở sản xuất xả khói, bụi bám đầy nhà dân",
        "Thùng rác công cộng bị vỡ, rác tràn ra ngoài",
        "Cá chết nổi nhiều, nước chuyển màu đen",
    ),
    "cay-xanh": (
        "Cây xanh bị nghiêng, rễ bật lên khỏi mặt đất",
        "Cành khô lớn có nguy cơ rơi xuống đường",
        "Cây mới trồng bị chết khô, không ai chăm sóc",
        "Cây che khuất đèn tín hiệu và biển báo",
        "Có người chặt hạ cây xanh mà không thấy biển thông báo",
    ),
    "tai-nguyen-khoang-san": (
        "Ghe hút cát hoạt động ban đêm, gây sạt lở bờ sông",
        "Xe múc khai thác đất trái phép",
        "Có dấu hiệu khai thác vàng trái phép, nước suối đục ngầu",
        "Bãi tập kết cát sỏi không che chắn, bụi bay khắp nơi",
        "Rừng phòng hộ bị chặt phá",
    ),
    "y-te-suc-khoe": (
        "Nhiều người bị sốt xuất huyết, cần phun thuốc diệt muỗi",
        "Quán ăn không bảo đảm vệ sinh, có người bị đau bụng",
        "Trạm y tế thiếu thuốc thông thường",
        "Chó thả rông không rọ mõm, đã cắn người",
    ),
    "giao-duc-dao-tao": (
        "Tường rào trường học bị nứt, nghiêng ra phía đường",
        "Cổng trường giờ tan học ùn tắc, học sinh qua đường nguy hiểm",
        "Phòng học bị dột, mưa là nước nhỏ xuống bàn",
        "Đường đến trường lầy lội, các em đi lại rất vất vả",
    ),
    "du-lich-di-san": (
        "Xe điện chở khách đi vào phố cổ giờ cấm",
        "Người bán hàng rong chèo kéo, làm phiền du khách",
        "Nhà cổ xuống cấp, ngói và gỗ mục có thể rơi",
        "Bảng chỉ dẫn du lịch bị hỏng, khách không tìm được đường",
        "Cơ sở lưu trú thu giá cao hơn niêm yết",
        "Rác nhiều trên bãi biển, khách phàn nàn",
        "Di tích bị viết vẽ bậy lên tường",
    ),
    "khac": (
        "Loa truyền thanh bị rè, bà con không nghe rõ",
        "Sóng điện thoại rất yếu, nhiều lúc không gọi được",
        "Nhà sinh hoạt cộng đồng đóng cửa quanh năm",
        "Gia súc thả rông phá hoa màu",
    ),
}
DISASTERS: dict[str, dict[str, tuple[str, ...]]] = {
    "storm": {
        "mountain": (
            "Đất đá sạt lở vùi lấp một phần mặt đường",
            "Taluy dương sạt lở, đường bị chia cắt",
            "Xuất hiện vết nứt lớn trên sườn đồi ngay sau khu dân cư",
            "Nước suối dâng cao, chảy xiết, ngầm tràn không qua được",
            "Lũ quét cuốn trôi cầu tạm, mấy chục hộ bị cô lập",
        ),
        "low": (
            "Nước lũ dâng nhanh, đường ngập hơn nửa mét",
            "Nhà dân bị ngập, cần thuyền để di chuyển người già và trẻ em",
            "Gió mạnh làm tốc mái nhiều nhà",
            "Sóng lớn đánh vào bờ, kè bị sạt lở",
            "Khu dân cư bị cô lập do nước ngập, cần nước uống và lương thực",
        ),
    },
    "calm": {
        "mountain": (
            "Sườn đồi có vết nứt, lo sạt lở khi mưa",
            "Khô hạn kéo dài, khe suối cạn, thiếu nước sinh hoạt",
            "Mưa đá làm hư mái nhà và hoa màu",
            "Có khói cháy trên rừng keo",
        ),
        "low": (
            "Nước nhiễm mặn, ruộng lúa bị cháy lá",
            "Bờ sông sạt lở lấn sâu vào vườn nhà dân",
            "Bờ biển bị xâm thực, hàng dương đổ xuống biển",
            "Lốc xoáy làm gãy đổ nhiều cây và tốc mái nhà",
        ),
    },
}
WHERE = {
    "town": (
        "trước cổng chợ",
        "ngay ngã tư gần bưu điện",
        "trong kiệt sâu khoảng 50 m",
        "đối diện trường tiểu học",
        "gần trạm y tế",
        "sau lưng nhà văn hóa khối phố",
        "gần bến xe",
        "cạnh công viên",
        "khu dân cư mới",
    ),
    "country": (
        "đoạn gần nhà văn hóa thôn",
        "cách UBND khoảng 300 m",
        "đầu thôn 1",
        "đoạn qua thôn 2",
        "cuối thôn 3",
        "gần chợ",
        "ngay chân cầu",
        "gần trường trung học cơ sở",
        "dọc kênh thủy lợi",
        "đoạn khúc cua",
    ),
}
SINCE = (
    "Tình trạng này đã hơn một tuần nay.",
    "Việc này kéo dài đã cả tháng.",
    "Sáng nay tôi đi qua vẫn thấy như vậy.",
    "Bà con đã nhắc nhiều lần nhưng chưa thấy thay đổi.",
    "Nhiều hộ dân quanh đây đều bức xúc.",
    "Mấy hôm nay ngày nào cũng vậy.",
    "Tôi đã báo với tổ trưởng nhưng vẫn chưa được xử lý.",
    "",
    "",
)
NOW = (
    "Nước vẫn đang lên.",
    "Trời vẫn còn mưa rất to.",
    "Hiện chưa có ai bị thương.",
    "Xe cộ không qua lại được.",
    "Khu vực này đang mất điện.",
    "",
)
ASK = (
    "Đề nghị cơ quan chức năng sớm kiểm tra, xử lý.",
    "Mong chính quyền địa phương quan tâm giải quyết.",
    "Rất mong được khắc phục sớm.",
    "Kính đề nghị đơn vị phụ trách cử người xuống xem.",
    "Xin cảm ơn.",
    "Nhờ cơ quan chức năng xử lý giúp bà con.",
    "",
)
URGENT = (
    "Đề nghị hỗ trợ khẩn cấp.",
    "Cần lực lượng đến ngay.",
    "Mong được giúp đỡ sớm.",
    "Đề nghị đặt rào chắn và cảnh báo người đi đường.",
)
RESULTS = (
    "Đơn vị đã cử người kiểm tra và xử lý xong. Cảm ơn phản ánh của ông/bà.",
    "Đã khắc phục trong ngày; đề nghị bà con tiếp tục theo dõi giúp.",
    "Đã giao đơn vị thi công sửa chữa, đến nay đã hoàn thành.",
    "Qua kiểm tra thực tế, nội dung phản ánh là đúng; đơn vị đã xử lý và nhắc nhở bên liên quan.",
    "Đã dọn dẹp, khắc phục xong và lắp biển cảnh báo tại chỗ.",
    "Đơn vị đã sửa tạm để bảo đảm an toàn và đưa vào kế hoạch sửa chữa của quý sau.",
)
REFUSALS = (
    "Nội dung không thuộc phạm vi tiếp nhận của hệ thống.",
    "Chưa đủ thông tin để xác định vị trí, xin gửi lại kèm ảnh.",
    "Qua kiểm tra, hiện trường không có tình trạng như phản ánh.",
    "Việc này đã được xử lý trước khi phản ánh được gửi đến.",
)
QUESTION = "Xin ông/bà cho biết rõ hơn vị trí và thời gian xảy ra sự việc."
MOUNTAIN = 3  # its index in places.KINDS
# What these are about is not a spot beside the road.
WIDE = ("y-te-suc-khoe", "giao-duc-dao-tao", "khac", "tai-nguyen-khoang-san")
Strings = NDArray[np.object_]


def categories(rng: Generator, kind: NDArray[np.int64], stormy: NDArray[np.bool_]) -> Strings:
    """A category code for each report, by its kind of place and whether a storm brought it."""
    found = np.empty(len(kind), object)
    names = np.array(list(SHARES), object)
    for index, weights in enumerate(np.array(list(SHARES.values())).T):
        mine = (kind == index) & ~stormy
        found[mine] = rng.choice(names, int(mine.sum()), p=weights / weights.sum())
    shares = np.array(list(STORM_SHARES.values())) / sum(STORM_SHARES.values())
    found[stormy] = rng.choice(np.array(list(STORM_SHARES), object), int(stormy.sum()), p=shares)
    return found


def contents(
    rng: Generator, category: Strings, kind: NDArray[np.int64], stormy: NDArray[np.bool_], commune: Sequence[str]
) -> tuple[list[str], list[str]]:
    """A text for each report, and the same by `plain`; `commune` is the name of its place, e.g. "xã Bình Minh"."""
    count = len(category)
    problem, where = np.empty(count, object), np.empty(count, object)
    for name, choices in PROBLEMS.items():
        _fill(rng, problem, category == name, choices)
    disaster = category == "thien-tai-thoi-tiet"
    for weather, storm in (("storm", stormy), ("calm", ~stormy)):
        _fill(rng, problem, disaster & storm & (kind == MOUNTAIN), DISASTERS[weather]["mountain"])
        _fill(rng, problem, disaster & storm & (kind != MOUNTAIN), DISASTERS[weather]["low"])
    _fill(rng, where, kind <= 1, WHERE["town"])
    _fill(rng, where, kind > 1, WHERE["country"])
    more, ask = np.empty(count, object), np.empty(count, object)
    for parts, storm_parts, target in ((SINCE, NOW, more), (ASK, URGENT, ask)):
        _fill(rng, target, ~(stormy & disaster), parts)
        _fill(rng, target, stormy & disaster, storm_parts)
    spot = np.where(np.isin(category, WIDE), "", where)
    order = rng.random(count) < 0.5
    pieces = (problem, spot, commune, more, ask)
    # The parts are few and come again and again, where each text made plain by itself takes longer than all the rest.
    bare = [[_plain(part) for part in column] for column in pieces]
    return _sentences(pieces, order), [text.lower().replace("vị trí", "vi tri") for text in _sentences(bare, order)]


_plain = lru_cache(maxsize=4_096)(plain)


def _sentences(parts: Iterable[Iterable[str]], place_first: NDArray[np.bool_]) -> list[str]:
    return [_sentence(*one, place_first=first) for *one, first in zip(*parts, place_first, strict=True)]


def _sentence(what: str, spot: str, place: str, more: str, ask: str, *, place_first: bool) -> str:
    at = f"{spot}, {place}" if spot else place
    text = f"{at[0].upper()}{at[1:]}: {what[0].lower()}{what[1:]}." if place_first else f"{what}. Vị trí: {at}."
    return " ".join(part for part in (text, more, ask) if part)


def _fill(rng: Generator, target: Strings, mask: NDArray[np.bool_], choices: Sequence[str]) -> None:
    target[mask] = np.array(choices, object)[rng.integers(0, len(choices), int(mask.sum()))]
