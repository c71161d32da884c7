"""Units, and the rules that suggest them."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.web.admin.section import Change, Field, Row, Saved, Section, known
from boundaries.models import Area
from geo.errors import InvalidError, NotFoundError
from geo.i18n import _
from geo.models import Category, Rule, Unit
from geo.people import normalise_email
from geo.texts import checked

KEPT = _("Đã lưu.")
WHOLE = _("Toàn tỉnh")


def _unit_rows(session: Session) -> list[Row]:
    return [
        Row(unit.code, [unit.name], [unit.code, unit.email or ""])
        for unit in session.scalars(select(Unit).order_by(Unit.kind, Unit.name))
    ]


def _unit_fields(_session: Session) -> list[Field]:
    return [
        Field("name", _("Tên"), required=True),
        Field("email", _("E-mail nhận việc khi đơn vị chưa có tài khoản"), "email"),
        Field("valid_until", _("Hoạt động đến trước ngày"), "date"),
        Field("approves_results", _("Lãnh đạo duyệt kết quả trước khi công khai"), "check"),
        Field("approves_extensions", _("Lãnh đạo duyệt gia hạn"), "check"),
    ]


def _unit(session: Session, code: str) -> Unit:
    unit = session.scalar(select(Unit).where(Unit.code == code)) if "\0" not in code else None
    if unit is None:
        raise NotFoundError(_("Không có đơn vị xử lý mang mã này."))
    return unit


def _unit_current(session: Session, code: str) -> dict[str, str]:
    unit = _unit(session, code)
    return {
        "name": unit.name,
        "email": unit.email or "",
        "valid_until": unit.valid_until.isoformat() if unit.valid_until else "",
        "approves_results": "true" if unit.approves_results else "",
        "approves_extensions": "true" if unit.approves_extensions else "",
    }


def _unit_save(change: Change) -> Saved:
    unit = _unit(change.session, change.key)
    unit.name = checked(change.values.get("name", ""), "name", least=2, most=200)
    unit.email = normalise_email(change.values.get("email", ""))
    until = change.values.get("valid_until", "").strip()
    try:
        unit.valid_until = date.fromisoformat(until) if until else None
    except ValueError:
        raise InvalidError(_("Ngày phải có dạng 2026-01-31."), field="valid_until") from None
    unit.approves_results = change.flag("approves_results")
    unit.approves_extensions = change.flag("approves_extensions")
    return Saved(KEPT)


UNITS = Section(
    "units",
    _("Đơn vị xử lý"),
    _("Phản ánh đến đơn vị chưa có tài khoản được gửi qua e-mail này, kèm liên kết để xử lý."),
    _unit_rows,
    _unit_fields,
    _unit_current,
    _unit_save,
    may_add=False,
)


def _rule_rows(session: Session) -> list[Row]:
    query = select(Rule, Category.name, Unit.name).join(Category, Category.id == Rule.category_id)
    rows = session.execute(query.join(Unit, Unit.id == Rule.unit_id).order_by(Category.position, Rule.area_code))
    places = dict(_areas(session))
    return [
        Row(
            str(rule.id),
            [f"{category} {'⇒' if rule.replaces else '→'} {unit}"],
            [places.get(rule.area_code or "", WHOLE)],
            ("remove",),
        )
        for rule, category, unit in rows
    ]


def _areas(session: Session) -> list[tuple[str, str]]:
    query = select(Area.code, Area.name, Area.level).where(Area.level.in_(("district", "commune")))
    # Districts first; a code that several editions have is named as the newest has it.
    rows = session.execute(query.order_by(Area.level.desc(), Area.name, Area.edition_id)).all()
    return list({row.code: row.name for row in rows}.items())


def _rule_fields(session: Session) -> list[Field]:
    categories = session.execute(select(Category.code, Category.name).order_by(Category.position)).all()
    units = session.execute(select(Unit.code, Unit.name).order_by(Unit.name)).all()
    return [
        Field("category", _("Lĩnh vực"), "select", [(code, name) for code, name in categories], required=True),
        Field("area", _("Địa bàn"), "select", [("", WHOLE), *_areas(session)]),
        Field("unit", _("Đơn vị nhận"), "select", [(code, name) for code, name in units], required=True),
        Field("replaces", _("Gửi thẳng đến đơn vị này, không qua UBND"), "check"),
    ]


def _rule_save(change: Change) -> Saved:
    session, said = change.session, change.values
    category = session.scalar(select(Category.id).where(Category.code == said.get("category", "").replace("\0", "")))
    if category is None:
        raise InvalidError(_("Không có lĩnh vực này; hãy chọn một lĩnh vực trong danh sách."), field="category")
    unit, area = _unit(session, said.get("unit", "")), said.get("area", "").replace("\0", "") or None
    same = select(Rule).where(Rule.category_id == category, Rule.area_code.is_not_distinct_from(area))
    rule = session.scalar(same)
    if rule is None:
        rule = Rule(category_id=category, area_code=area, unit_id=unit.id)
        session.add(rule)
    rule.unit_id = unit.id
    rule.replaces = change.flag("replaces")
    return Saved(KEPT)


def _rule_remove(change: Change) -> Saved:
    rule = change.session.get(Rule, known(change.key)) if known(change.key) < 2**31 else None
    if rule is not None:
        change.session.delete(rule)
    return Saved(KEPT)


RULES = Section(
    "rules",
    _("Gợi ý chuyển"),
    _(
        "Phản ánh đến UBND cấp huyện; quy tắc gợi ý nơi chuyển tiếp (→) hoặc gửi thẳng (⇒) theo lĩnh vực và địa bàn,"
        " nơi hẹp hơn trước."
    ),
    _rule_rows,
    _rule_fields,
    save=_rule_save,
    act={"remove": _rule_remove},
)
