"""Rules category × area → unit, with their days and what wins today."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.web.admin.section import Change, Field, Part, Row, Saved, Section, day, known
from api.web.admin.units import KEPT, unit_of
from boundaries import ruling
from boundaries.lookup import in_force, today
from boundaries.models import Area, Edition
from boundaries.ruling import Standing, Wanted
from geo.errors import InvalidError, NotFoundError
from geo.i18n import _
from geo.models import Category, Rule, Unit

WHOLE = _("Toàn tỉnh")
STATES = {
    "wins": _("đang áp dụng"),
    "beaten": _("không áp dụng: ở đây có quy tắc được xét trước"),
    "coming": _("chưa đến ngày"),
    "over": _("đã kết thúc"),
    "nowhere": _("không còn địa bàn này trong phiên bản đang hiệu lực"),
    "nobody": _("đơn vị đã thôi hoạt động, không có đơn vị nhận việc"),
}


def _rows(session: Session) -> list[Row]:
    now = today()
    standings = ruling.standings(session, now)
    places = _named(session)
    names = {one.rule.id: _name(one) for one in standings}
    return [
        Row(
            str(one.rule.id),
            [names[one.rule.id]],
            [places.get(one.rule.area_code or "", one.rule.area_code or WHOLE), *_notes(one, names)],
            () if one.state == "over" else ("remove",),
        )
        for one in standings
    ]


def _name(one: Standing) -> str:
    return f"{one.category.name} {'⇒' if one.rule.replaces else '→'} {one.named.name}"


def _notes(one: Standing, names: dict[int, str]) -> list[Part]:
    rule = one.rule
    found: list[Part] = [(_("ưu tiên {priority}"), {"priority": rule.priority})] if rule.priority else []
    if rule.valid_from:
        found.append((_("từ {day}"), {"day": f"{rule.valid_from:%d/%m/%Y}"}))
    if rule.valid_until:
        found.append((_("đến trước {day}"), {"day": f"{rule.valid_until:%d/%m/%Y}"}))
    if one.unit is not None and one.unit.id != rule.unit_id:
        found.append((_("nay là {unit}"), {"unit": one.unit.name}))
    # The other rule's name stands by itself, for it is Vietnamese in every language.
    return [*found, STATES[one.state], *([names[one.by.id]] if one.by is not None else [])]


def _areas(session: Session) -> list[tuple[str, str]]:
    """The areas of all editions: first those of the one in force, districts first; others with their edition."""
    query = select(Area.code, Area.kind, Area.name, Edition.code.label("edition"), in_force(named=False).label("now"))
    query = query.join(Edition, Edition.id == Area.edition_id).where(Area.level.in_(("district", "commune")))
    order = (in_force(named=False).desc(), Area.level.desc(), Area.name, Edition.valid_from.desc())
    found: dict[str, str] = {}
    for row in session.execute(query.order_by(*order), {"day": today()}):
        found.setdefault(row.code, f"{row.name} ({row.kind})" if row.now else f"{row.name} ({row.kind}, {row.edition})")
    return list(found.items())


def _by_edition(session: Session) -> list[tuple[str, list[tuple[str, str]]]]:
    """The areas of each edition under its name, the one in force first: a code may be another area's in the next."""
    query = select(Edition.name, Edition.code.label("edition"), Area.code, Area.kind, Area.name.label("area"))
    query = query.join(Area, Area.edition_id == Edition.id).where(Area.level.in_(("district", "commune")))
    order = (in_force(named=False).desc(), Edition.valid_from.desc(), Area.level.desc(), Area.name, Area.code)
    found: dict[str, list[tuple[str, str]]] = {}
    for row in session.execute(query.order_by(*order), {"day": today()}):
        found.setdefault(f"{row.name} ({row.edition})", []).append((row.code, f"{row.area} ({row.kind}, {row.code})"))
    return list(found.items())


def _named(session: Session) -> dict[str, str]:
    return dict(_areas(session))


def _fields(session: Session) -> list[Field]:
    categories = session.execute(select(Category.code, Category.name).order_by(Category.position)).all()
    units = session.execute(
        select(Unit.code, Unit.name)
        .where(Unit.valid_until.is_(None) | (Unit.valid_until > today()))
        .order_by(Unit.kind == "committee", Unit.name)
    ).all()
    return [
        Field("category", _("Lĩnh vực"), "select", [(code, name) for code, name in categories], required=True),
        Field("area", _("Địa bàn"), "select", [("", WHOLE)], groups=_by_edition(session)),
        Field("unit", _("Đơn vị nhận"), "select", [(code, name) for code, name in units], required=True),
        Field("replaces", _("Gửi thẳng đến đơn vị này, không qua UBND"), "check"),
        Field("priority", _("Mức ưu tiên (số lớn được xét trước)"), "number", start="0"),
        Field("valid_from", _("Từ ngày (để trống: từ trước đến nay)"), "date", start=today().isoformat()),
        Field("valid_until", _("Đến trước ngày (để trống: không có hạn)"), "date"),
    ]


def _rule(session: Session, key: str) -> Rule:
    rule = session.get(Rule, known(key)) if known(key) < 2**31 else None
    if rule is None:
        raise NotFoundError(_("Không có quy tắc này."))
    return rule


def _fields_of(session: Session, key: str) -> list[Field]:
    # The unit that it names is among the choices also when that one is gone.
    unit = session.get_one(Unit, _rule(session, key).unit_id)
    fields = _fields(session)
    for place, field in enumerate(fields):
        if field.name == "unit" and unit.code not in dict(field.options):
            choices = [(unit.code, unit.name), *field.options]
            fields[place] = Field("unit", field.label, "select", choices, required=True)
    return fields


def _current(session: Session, key: str) -> dict[str, str]:
    rule = _rule(session, key)
    return {
        "category": session.get_one(Category, rule.category_id).code,
        "area": rule.area_code or "",
        "unit": session.get_one(Unit, rule.unit_id).code,
        "replaces": "true" if rule.replaces else "",
        "priority": str(rule.priority),
        "valid_from": rule.valid_from.isoformat() if rule.valid_from else "",
        "valid_until": rule.valid_until.isoformat() if rule.valid_until else "",
    }


def _wanted(change: Change) -> Wanted:
    session, said = change.session, change.values
    category = session.scalar(select(Category.id).where(Category.code == said.get("category", "").replace("\0", "")))
    if category is None:
        raise InvalidError(_("Không có lĩnh vực này; hãy chọn một lĩnh vực trong danh sách."), field="category")
    area = said.get("area", "").replace("\0", "") or None
    if area is not None and session.scalar(select(Area.id).where(Area.code == area).limit(1)) is None:
        raise InvalidError(_("Không có địa bàn này; hãy chọn một địa bàn trong danh sách."), field="area")
    return Wanted(
        category_id=category,
        area_code=area,
        unit_id=unit_of(session, said.get("unit", "")).id,
        replaces=change.flag("replaces"),
        priority=_priority(said.get("priority", "")),
        valid_from=day(said, "valid_from"),
        valid_until=day(said, "valid_until"),
    )


def _priority(text: str) -> int:
    try:
        return int(text.strip()[:9] or "0")
    except ValueError:
        raise InvalidError(
            _("Mức ưu tiên là số nguyên từ -{most} đến {most}."), field="priority", most=ruling.MOST
        ) from None


def _save(change: Change) -> Saved:
    wanted = _wanted(change)
    if change.key:
        ruling.change(change.session, _rule(change.session, change.key), wanted, today())
    else:
        ruling.add(change.session, wanted)
    return Saved(KEPT)


def _remove(change: Change) -> Saved:
    gone = ruling.remove(change.session, _rule(change.session, change.key), today())
    return Saved(
        _("Đã xóa quy tắc; nó chưa điều phối phản ánh nào.")
        if gone
        else _("Đã kết thúc quy tắc từ hôm nay; nó được giữ lại vì đã điều phối phản ánh.")
    )


RULES = Section(
    "rules",
    _("Quy tắc chuyển"),
    _(
        "Phản ánh đến UBND của địa bàn; quy tắc gợi ý nơi chuyển tiếp (→) hoặc gửi thẳng (⇒) theo lĩnh vực và địa bàn."
        " Xét mức ưu tiên cao trước, rồi địa bàn hẹp hơn, rồi quy tắc mới hơn."
    ),
    _rows,
    _fields,
    _current,
    _save,
    act={"remove": _remove},
    fields_of=_fields_of,
)
