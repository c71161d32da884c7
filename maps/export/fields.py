"""What the fields of an export are, for people: read inside files, in both languages."""

from geo.i18n import _, translate
from geo.transitions import STATES
from maps.export.source import Source

SAID = {
    "code": _("mã"),
    "category": _("mã lĩnh vực"),
    "category_name": _("lĩnh vực"),
    "state": _("trạng thái (received, needs_info, in_progress, resolved, rejected, merged, closed)"),
    "area": _("mã đơn vị hành chính nơi xảy ra"),
    "area_name": _("tên đơn vị hành chính nơi xảy ra"),
    "commune": _("mã xã, phường, thị trấn"),
    "unit": _("mã đơn vị xử lý"),
    "unit_name": _("đơn vị xử lý"),
    "content": _("nội dung, khi đã được tiếp nhận và công khai"),
    "photos": _("địa chỉ các ảnh công khai trên trang này"),
    "videos": _("địa chỉ các video công khai trên trang này"),
    "created_at": _("lúc gửi"),
    "happened_at": _("lúc xảy ra, theo người gửi"),
    "deadline": _("hạn xử lý đang tính"),
    "needs_confirmation": _("nơi xảy ra còn chờ xác nhận"),
    "lead": _("mã phản ánh mà phản ánh này được gộp vào"),
    "second_of": _("mã phản ánh lần đầu, nếu đây là phản ánh lần 2"),
    "recurrence": _("lần thứ mấy ở nơi này"),
    "demo": _("dữ liệu minh họa, không có thật"),
    "name": _("tên"),
    "kind": _("loại đơn vị hành chính"),
    "level": _("cấp: district (huyện) hoặc commune (xã)"),
    "parent": _("mã đơn vị cấp trên"),
    "edition": _("phiên bản địa giới"),
    "edition_area": _("mã đơn vị hành chính nơi xảy ra trong phiên bản ấy"),
    "edition_area_name": _("tên đơn vị hành chính nơi xảy ra trong phiên bản ấy"),
    "source": _("nguồn của đường địa giới"),
    "licence": _("giấy phép sử dụng"),
    "attribution": _("ghi nguồn khi sử dụng"),
    "simplified": _("đường địa giới đã đơn giản hóa vì giấy phép"),
}


def meant(source: Source) -> list[tuple[str, str, str]]:
    """What each state in a file means, in Vietnamese and in English; nothing where states are no field of it."""
    if "state" not in source.fields:
        return []
    return [(state, said, translate(said, "en")) for state, said in STATES.items() if state != "withdrawn"]


def both(text: str) -> str:
    """A sentence in both languages."""
    return f"{text} / {translate(text, 'en')}"


def explained(source: Source) -> list[tuple[str, str, str]]:
    """Each field's name, what it is in Vietnamese, and in English."""
    return [(name, SAID[name], translate(SAID[name], "en")) for name in ("code", *source.fields)]
