"""What may be reported, and what must be said with it: the categories as services."""

from typing import Any

from fastapi import Response
from sqlalchemy import select

from api.deps import LangDep, SessionDep
from api.open311.doors import LIST, OBJECT, FormatDep, ReaderDep, made, told
from api.open311.formats import answer
from geo.errors import NotFoundError
from geo.i18n import Lang, _, translate
from geo.models import Category
from geo.texts import bare

router = made("/open311/v2")
GROUP = _("Phản ánh hiện trường")
WITHIN = _("Tiếp nhận trong {hours} giờ làm việc, trả lời trong {days} ngày làm việc.")
AT_ONCE = _("Việc khẩn: tiếp nhận trong {hours} giờ, trả lời trong {days} ngày, tính cả ngày nghỉ.")
SENSITIVE = _("Nội dung và ảnh không công khai, vị trí công khai là gần đúng.")
EMERGENCY = _("Việc khẩn cấp đe dọa tính mạng: hãy gọi 112, 113, 114 hoặc 115.")
TRUTHFUL = _("Người gửi chịu trách nhiệm về tính trung thực của phản ánh.")
PERSONAL = _("Họ tên và số điện thoại không công khai; chỉ đơn vị xử lý và Trung tâm IOC xem được.")
# code, datatype, whether it must be there, what it is, how it is written
_ASKED = (
    ("name", "string", True, _("Họ và tên người gửi"), _("2 đến 100 ký tự")),
    ("phone", "string", True, _("Số điện thoại người gửi"), _("số Việt Nam, ví dụ 0905 123 456")),
    ("organisation", "string", False, _("Tên tổ chức, nếu gửi thay tổ chức"), _("nhiều nhất 200 ký tự")),
    ("happened_at", "datetime", False, _("Xảy ra lúc nào"), _("ISO 8601, trong vòng một năm")),
    ("accuracy", "number", False, _("Độ chính xác của vị trí, tính bằng mét"), _("từ 0 đến 20000")),
)


@router.get("/services.{format}", responses=told(LIST))
def services(session: SessionDep, lang: LangDep, _key: ReaderDep, format: FormatDep) -> Response:  # noqa: A002 (the standard's word)
    """The active categories; each has a definition."""
    found = session.scalars(select(Category).where(Category.active).order_by(Category.position))
    return answer(format, "services", [_service(one, lang) for one in found])


@router.get("/services/{service_code}.{format}", responses=told(OBJECT))
def definition(
    *,
    session: SessionDep,
    lang: LangDep,
    _key: ReaderDep,
    service_code: str,
    format: FormatDep,  # noqa: A002 (the standard's word)
) -> Response:
    """What must and may be said with a report of this category, beside description and place."""
    attributes = _attributes(category(session, service_code), lang)
    return answer(format, "service_definition", {"service_code": service_code, "attributes": attributes})


def category(session: SessionDep, code: str) -> Category:
    """The active category that is a service; NotFoundError where there is none."""
    query = select(Category).where(Category.code == code, Category.active)
    found = session.scalar(query) if "\0" not in code else None
    if found is None:
        raise NotFoundError(_("Không có service_code này; danh sách ở services."))
    return found


def name_of(category: Category, lang: Lang) -> str:
    """What a category is called."""
    return category.name_en if lang == "en" else category.name


def _service(one: Category, lang: Lang) -> dict[str, Any]:
    about = [translate(AT_ONCE if one.urgent else WITHIN, lang, hours=one.accept_hours, days=one.resolve_days)]
    if one.sensitive:
        about.append(translate(SENSITIVE, lang))
    words = dict.fromkeys([one.name, bare(one.name), one.name_en])
    return {
        "service_code": one.code,
        "service_name": name_of(one, lang),
        "description": " ".join(about),
        "metadata": True,
        "type": "realtime",
        "keywords": ", ".join(word.lower() for word in words),
        "group": translate(GROUP, lang),
    }


def _attributes(one: Category, lang: Lang) -> list[dict[str, Any]]:
    told = [EMERGENCY] * one.urgent + [SENSITIVE] * one.sensitive + [PERSONAL]
    found = [_attribute(f"notice{number}", "string", text, lang, variable=False) for number, text in enumerate(told, 1)]
    yes = [{"key": "true", "name": translate(_("Tôi xác nhận"), lang)}]
    found.append(_attribute("truthful", "singlevaluelist", TRUTHFUL, lang, required=True, values=yes))
    found += [
        _attribute(code, datatype, text, lang, required=required, how=how)
        for code, datatype, required, text, how in _ASKED
    ]
    return [attribute | {"order": order} for order, attribute in enumerate(found, 1)]


def _attribute(
    code: str,
    datatype: str,
    text: str,
    lang: Lang,
    *,
    variable: bool = True,
    required: bool = False,
    how: str | None = None,
    values: list[dict[str, str]] | None = None,
) -> dict[str, Any]:
    listed = {"values": values} if values else {}
    return {
        "variable": variable,
        "code": code,
        "datatype": datatype,
        "required": required,
        "datatype_description": translate(how, lang) if how else None,
        "order": 0,
        "description": translate(text, lang),
    } | listed
