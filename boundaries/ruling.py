"""Rules as an administrator makes them, ends them and reads them."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from boundaries import lookup
from boundaries.models import Area, Assignment, Edition
from geo.errors import ConflictError, InvalidError
from geo.i18n import _
from geo.models import Category, Rule, Unit
from geo.rules import AREA, COMMUNE, EVERYWHERE, order
from geo.succession import heir

MOST = 1_000  # priorities are from minus this to this
State = Literal["wins", "beaten", "coming", "over", "nowhere", "nobody"]


@dataclass(frozen=True)
class Wanted:
    """What a rule is to say; days are its first and the first without it."""

    category_id: int
    area_code: str | None
    unit_id: int
    replaces: bool
    priority: int
    valid_from: date | None
    valid_until: date | None


@dataclass(frozen=True)
class Standing:
    """A rule and what has become of it today; `unit` is who gets its reports, `by` the rule that wins in all its area.

    `nowhere`: the edition in force has no such area. `nobody`: its unit is gone and nobody goes on with the work.
    """

    rule: Rule
    category: Category
    named: Unit
    unit: Unit | None
    state: State
    by: Rule | None = None


def add(session: Session, wanted: Wanted) -> Rule:
    """A new rule; InvalidError for days or a priority that are none, ConflictError beside an equal one."""
    _check(session, wanted, None)
    rule = Rule(**vars(wanted))
    session.add(rule)
    session.flush()
    return rule


def change(session: Session, rule: Rule, wanted: Wanted, today: date) -> None:
    """Changes a rule; of one that has decided something only the end, and not to a day that has passed."""
    _check(session, wanted, rule)
    if used(session, rule):
        said = vars(wanted)
        if any(getattr(rule, name) != said[name] for name in said if name != "valid_until"):
            raise ConflictError(
                _("Quy tắc đã điều phối phản ánh nên chỉ đổi được ngày kết thúc; hãy kết thúc nó và thêm quy tắc mới.")
            )
        if wanted.valid_until != rule.valid_until and wanted.valid_until is not None and wanted.valid_until < today:
            raise InvalidError(
                _("Quy tắc đã điều phối phản ánh; ngày kết thúc không được trước hôm nay."), field="valid_until"
            )
    for name, value in vars(wanted).items():
        setattr(rule, name, value)
    session.flush()


def remove(session: Session, rule: Rule, today: date) -> bool:
    """Deletes a rule that has decided nothing; ends any other today, unless it is over. Whether it is gone."""
    if not used(session, rule):
        session.delete(rule)
        session.flush()
        return True
    if rule.valid_until is None or rule.valid_until > today:
        rule.valid_until = today
        session.flush()
    return False


def used(session: Session, rule: Rule) -> bool:
    """Whether a report went where it went by this rule."""
    return session.scalar(select(Assignment.id).where(Assignment.rule_id == rule.id).limit(1)) is not None


def standings(session: Session, today: date) -> list[Standing]:
    """All rules, by category and the one that wins first."""
    parents = _parents(session, today)
    query = select(Rule, Category, Unit).join(Category, Category.id == Rule.category_id)
    rows = [(rule, kind, unit) for rule, kind, unit in session.execute(query.join(Unit, Unit.id == Rule.unit_id))]
    rows.sort(key=lambda row: _key(row[0], parents), reverse=True)
    rows.sort(key=lambda row: row[1].position)
    working = [rule for rule, _kind, unit in rows if _out(rule, unit, parents, today) is None]
    found = []
    for rule, kind, unit in rows:
        out = _out(rule, unit, parents, today)
        by = _beating(rule, working, parents) if out is None else None
        state: State = out or ("beaten" if by else "wins")
        found.append(Standing(rule, kind, unit, heir(unit, today), state, by))
    return found


def _check(session: Session, wanted: Wanted, rule: Rule | None) -> None:
    # One change of a category's rules after another, so that no two equal ones pass each other.
    session.execute(select(Category.id).where(Category.id == wanted.category_id).with_for_update(key_share=True))
    if not -MOST <= wanted.priority <= MOST:
        raise InvalidError(_("Mức ưu tiên là số nguyên từ -{most} đến {most}."), field="priority", most=MOST)
    if wanted.valid_from and wanted.valid_until and wanted.valid_until <= wanted.valid_from:
        raise InvalidError(_("Ngày kết thúc phải sau ngày bắt đầu."), field="valid_until")
    equal = select(Rule, Unit.name).join(Unit, Unit.id == Rule.unit_id)
    equal = equal.where(
        Rule.category_id == wanted.category_id,
        Rule.area_code.is_not_distinct_from(wanted.area_code),
        Rule.replaces == wanted.replaces,
        Rule.priority == wanted.priority,
        Rule.id != (rule.id if rule is not None else 0),
        or_(Rule.valid_until.is_(None), Rule.valid_until > (wanted.valid_from or date.min)),
        or_(Rule.valid_from.is_(None), Rule.valid_from < (wanted.valid_until or date.max)),
        or_(Rule.valid_from.is_(None), Rule.valid_until.is_(None), Rule.valid_from < Rule.valid_until),
    )
    if (other := session.execute(equal.limit(1)).one_or_none()) is not None:
        raise ConflictError(
            _(
                "Cùng lĩnh vực, địa bàn và mức ưu tiên, trong những ngày này đã có quy tắc đến {unit};"
                " hãy kết thúc quy tắc ấy, hoặc chọn ngày hay mức ưu tiên khác."
            ),
            unit=other.name,
        )


def _parents(session: Session, today: date) -> dict[str, str | None]:
    """The codes of the edition in force, each with that of the area around it."""
    query = select(Area.code, Area.parent_code).join(Edition, Edition.id == Area.edition_id)
    query = query.where(lookup.in_force(named=False), Area.level.in_(("district", "commune")))
    return {row.code: row.parent_code for row in session.execute(query, {"day": today})}


def _key(rule: Rule, parents: dict[str, str | None]) -> Any:
    within = parents.get(rule.area_code or "")
    narrowness = EVERYWHERE if rule.area_code is None else COMMUNE if within else AREA
    return order(rule.priority, narrowness, rule.valid_from, rule.id)


def _out(rule: Rule, unit: Unit, parents: dict[str, str | None], today: date) -> State | None:
    """Why a rule decides nothing today, None where it may."""
    if rule.valid_until is not None and rule.valid_until <= today:
        return "over"
    if rule.valid_from is not None and rule.valid_from > today:
        return "coming"
    if rule.area_code is not None and rule.area_code not in parents:
        return "nowhere"
    return "nobody" if heir(unit, today) is None else None


def _beating(rule: Rule, working: list[Rule], parents: dict[str, str | None]) -> Rule | None:
    """The first of the working rules, the greatest first, that wins over a rule in all of its area."""
    around = {None, rule.area_code, parents.get(rule.area_code or "")}
    for other in working:
        if other is rule:
            return None
        same = other.category_id == rule.category_id and other.replaces == rule.replaces
        if same and other.area_code in around:
            return other
    return None
