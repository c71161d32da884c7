"""What was wrong with a field, said to a person: pydantic's findings in our own words."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from geo.errors import FaultsError, InvalidError
from geo.i18n import _

# By the beginning of pydantic's type of error; {expected}, {ge} and the like come from its context.
SENTENCES = {
    "missing": _("Còn thiếu."),
    "literal_error": _("Không có giá trị này; dùng được: {expected}."),
    "extra_forbidden": _("Không có trường này."),
    "float": _("Phải là một số."),
    "finite_number": _("Phải là một số hữu hạn."),
    "int": _("Phải là một số nguyên."),
    "bool": _("Phải là true hoặc false."),
    "string_type": _("Phải là văn bản."),
    "string_too_short": _("Quá ngắn; hãy viết ít nhất {min_length} ký tự."),
    "string_too_long": _("Quá dài; nhiều nhất {max_length} ký tự."),
    "string_unicode": _("Có ký tự không phải là chữ; hãy gõ lại."),
    "greater_than_equal": _("Không được nhỏ hơn {ge}."),
    "less_than_equal": _("Không được lớn hơn {le}."),
    "greater_than": _("Phải lớn hơn {gt}."),
    "less_than": _("Phải nhỏ hơn {lt}."),
    "datetime": _("Phải là thời điểm dạng ISO 8601, ví dụ 2026-01-31T08:30:00+07:00."),
    "date": _("Phải là ngày dạng 2026-01-31."),
    "json_invalid": _("Nội dung gửi không phải là JSON đúng."),
    "model": _("Nội dung gửi phải là một đối tượng JSON."),
    "dict": _("Nội dung gửi phải là một đối tượng JSON."),
}
# What a field means says more than what is wrong with its type.
FIELDS = {
    ("name", "missing"): _("Hãy nhập họ và tên của bạn."),
    ("phone", "missing"): _("Hãy nhập số điện thoại để đơn vị xử lý liên hệ khi cần."),
    ("content", "missing"): _("Hãy mô tả sự việc."),
    ("category", "missing"): _("Hãy chọn lĩnh vực."),
    ("truthful", "missing"): _("Hãy xác nhận rằng bạn chịu trách nhiệm về tính trung thực của phản ánh."),
    ("truthful", "literal_error"): _("Hãy xác nhận rằng bạn chịu trách nhiệm về tính trung thực của phản ánh."),
    ("lon", "missing"): _("Hãy chọn vị trí trên bản đồ."),
    ("lat", "missing"): _("Hãy chọn vị trí trên bản đồ."),
    ("commune", "missing"): _("Hãy chọn xã, phường hoặc thị trấn nơi xảy ra."),
    ("landmark", "missing"): _("Hãy tả nơi xảy ra bằng lời, ví dụ “trước cổng chợ Nam Phước”."),
}
FALLBACK = _("Giá trị chưa đúng.")


def fault(error: Mapping[str, Any], *, skip: int = 0) -> InvalidError:
    """One of pydantic's findings as our own error; `skip` leaves the first parts of its place out."""
    field = ".".join(map(str, error["loc"][skip:]))
    context = error.get("ctx") or {}
    cause = context.get("error")
    if isinstance(cause, Refusal):
        return InvalidError(cause.cause.message, field=field, **cause.cause.values)
    kind = str(error["type"])
    if (field, kind) in FIELDS:
        return InvalidError(FIELDS[field, kind], field=field)
    start = next((name for name in SENTENCES if kind == name), None) or next(
        (name for name in SENTENCES if kind.startswith(name + "_")), None
    )
    if start is None:
        return InvalidError(FALLBACK, field=field)
    values = {name: value for name, value in context.items() if name != "error"}
    if kind == "literal_error":
        # pydantic writes them as an English sentence has them.
        values["expected"] = ", ".join(re.findall(r"'([^']*)'", values["expected"])) or values["expected"]
    return InvalidError(SENTENCES[start], field=field, **values)


def faults(errors: Iterable[Mapping[str, Any]], *, skip: int = 0) -> FaultsError:
    """All of pydantic's findings (the first 20) as one error that names the fields."""
    found = [fault(error, skip=skip) for error in list(errors)[:20]]
    names = ", ".join(dict.fromkeys(one.field for one in found if one.field))
    if not names:
        return FaultsError(found[0].message if found else FALLBACK, found)
    return FaultsError(_("Thiếu hoặc sai ở: {names}."), found, names=names)


class Refusal(ValueError):  # noqa: N818 (it travels through pydantic and is never raised to a caller)
    """A domain error on its way through pydantic, which collects only ValueErrors."""

    def __init__(self, cause: InvalidError) -> None:
        super().__init__(str(cause))
        self.cause = cause
