"""Categories with their deadlines, and days against the calendar."""

from datetime import date

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from api.web.admin.section import Change, Field, Row, Saved, Section, number
from boundaries import placing
from geo import days, options
from geo.errors import InvalidError, NotFoundError
from geo.geometry import blurred
from geo.i18n import _
from geo.models import Category, Day, Report
from geo.options import OPTIONS
from geo.texts import checked

KEPT = _("Đã lưu.")


def _category_rows(session: Session) -> list[Row]:
    found = []
    for one in session.scalars(select(Category).order_by(Category.position)):
        due = _("{hours} giờ, {days} ngày") if one.urgent else _("{hours} giờ làm việc, {days} ngày")
        marks = [_("khẩn")] * one.urgent + [_("nhạy cảm")] * one.sensitive + [_("đang ẩn")] * (not one.active)
        found.append(Row(one.code, [one.name], [(due, {"hours": one.accept_hours, "days": one.resolve_days}), *marks]))
    return found


def _category_fields(_session: Session) -> list[Field]:
    return [
        Field("name", _("Tên"), required=True),
        Field("name_en", _("Tên tiếng Anh"), required=True),
        Field("accept_hours", _("Hạn tiếp nhận (giờ làm việc; khẩn: giờ)"), "number", required=True),
        Field("resolve_days", _("Hạn xử lý (ngày làm việc; khẩn: ngày)"), "number", required=True),
        Field("urgent", _("Khẩn: tính cả ngày nghỉ"), "check"),
        Field("sensitive", _("Nhạy cảm: nội dung không công khai, vị trí gần đúng"), "check"),
        Field("visible", _("Kết quả cần ảnh"), "check"),
        Field("active", _("Đang dùng"), "check"),
    ]


def _category(session: Session, code: str) -> Category:
    found = session.scalar(select(Category).where(Category.code == code)) if "\0" not in code else None
    if found is None:
        raise NotFoundError(_("Không có lĩnh vực này; hãy chọn một lĩnh vực trong danh sách."))
    return found


def _category_current(session: Session, code: str) -> dict[str, str]:
    one = _category(session, code)
    words = {name: str(getattr(one, name)) for name in ("name", "name_en", "accept_hours", "resolve_days")}
    return words | {name: "true" if getattr(one, name) else "" for name in ("urgent", "sensitive", "visible", "active")}


def _category_save(change: Change) -> Saved:
    one = _category(change.session, change.key)
    one.name = checked(change.values.get("name", ""), "name", least=2, most=100)
    one.name_en = checked(change.values.get("name_en", ""), "name_en", least=2, most=100)
    one.accept_hours = number(change.values, "accept_hours", 0)
    one.resolve_days = number(change.values, "resolve_days", 0)
    if not (1 <= one.accept_hours <= 200 and 1 <= one.resolve_days <= 200):
        raise InvalidError(_("Hạn phải từ 1 đến 200."), field="resolve_days")
    before = one.sensitive
    for name in ("urgent", "sensitive", "visible", "active"):
        setattr(one, name, change.flag(name))
    if one.sensitive != before:
        _blur(change.session, one)
    return Saved(KEPT)


def _blur(session: Session, category: Category) -> None:
    """The public points of all its reports, at once: no moment may show an exact one."""
    session.flush()
    # Nor may what is found by the areas of another edition.
    placing.lift(session, category.id)
    shown = blurred(Report.point) if category.sensitive else Report.point
    # Also of those whose point stays: what the public may read of them is no longer the same.
    changed = update(Report).where(Report.category_id == category.id).values(public_point=shown, updated_at=func.now())
    session.execute(changed)


DAYS_ABOUT = _(
    "Lịch nghỉ lễ và Tết đã có sẵn. Ghi ở đây quyết định nghỉ muộn hoặc thứ bảy làm bù; hạn đã báo không đổi."
)


def _day_rows(session: Session) -> list[Row]:
    found = session.scalars(select(Day).order_by(Day.day.desc()))
    words = {True: _("làm việc"), False: _("nghỉ")}
    return [Row(d.day.isoformat(), [f"{d.day:%d/%m/%Y}", d.name], [words[d.working]], ("remove",)) for d in found]


def _day_fields(_session: Session) -> list[Field]:
    return [
        Field("day", _("Ngày"), "date", required=True),
        Field("working", _("Là ngày"), "select", [("", _("nghỉ")), ("true", _("làm việc"))]),
        Field("name", _("Vì sao"), required=True),
    ]


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise InvalidError(_("Ngày phải có dạng 2026-01-31."), field="day") from None


def _day_save(change: Change) -> Saved:
    said, day = change.values, _day(change.values.get("day", ""))
    days.say(change.session, day, working=change.flag("working"), name=said.get("name", ""))
    return Saved(KEPT)


def _day_remove(change: Change) -> Saved:
    days.forget(change.session, _day(change.key))
    return Saved(KEPT)


CATEGORIES = Section(
    "categories",
    _("Lĩnh vực và hạn"),
    _("Hạn mới áp dụng cho phản ánh gửi từ bây giờ. Đổi “nhạy cảm” làm mờ hoặc hiện đúng vị trí của cả phản ánh cũ."),
    _category_rows,
    _category_fields,
    _category_current,
    _category_save,
    may_add=False,
)
DAYS = Section(
    "days", _("Ngày nghỉ, làm bù"), DAYS_ABOUT, _day_rows, _day_fields, save=_day_save, act={"remove": _day_remove}
)


def _option_rows(_session: Session) -> list[Row]:
    return [Row(name, [one.label], [str(options.value(name))]) for name, one in OPTIONS.items()]


def _option_save(change: Change) -> Saved:
    options.change(change.session, change.key, number(change.values, "value", -1))
    return Saved(KEPT)


NUMBERS = Section(
    "numbers",
    _("Các con số"),
    _("Áp dụng cho những gì xảy ra từ bây giờ; hạn đã báo không đổi."),
    _option_rows,
    lambda _session: [Field("value", _("Giá trị"), "number", required=True)],
    lambda _session, key: {"value": str(options.value(key))} if key in OPTIONS else {},
    _option_save,
    may_add=False,
)
