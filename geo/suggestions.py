"""Where a report might be forwarded to, by the rules."""

from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from geo.models import Report, Rule, Unit
from geo.rules import AREA, COMMUNE, EVERYWHERE, in_force, order
from geo.succession import heir


def suggested(session: Session, report: Report, day: date) -> Unit | None:
    """The unit that the rule which wins at the place names for the category on the day, but the one that has it."""
    here = or_(Rule.area_code == report.commune_code, Rule.area_code == report.area_code, Rule.area_code.is_(None))
    query = select(Rule, Unit).join(Unit, Rule.unit_id == Unit.id).where(Rule.category_id == report.category_id, here)
    rows = session.execute(query.where(in_force(day))).all()

    def key(rule: Rule) -> tuple[int, int, date, int]:
        narrowness = {report.commune_code: COMMUNE, None: EVERYWHERE}.get(rule.area_code, AREA)
        return order(rule.priority, narrowness, rule.valid_from, rule.id)

    named = (unit for _rule, unit in sorted(rows, key=lambda row: key(row[0]), reverse=True))
    heirs = (heir(unit, day) for unit in named)
    return next((unit for unit in heirs if unit is not None and unit.id != report.unit_id), None)
