"""Where a report might be forwarded to, by the rules."""

from sqlalchemy import case, or_, select
from sqlalchemy.orm import Session

from geo.models import Report, Rule, Unit


def suggested(session: Session, report: Report) -> Unit | None:
    """The unit that the rule closest to the place names for the category: its commune's, its area's, the province's."""
    here = or_(Rule.area_code == report.commune_code, Rule.area_code == report.area_code, Rule.area_code.is_(None))
    closest = case((Rule.area_code == report.commune_code, 0), (Rule.area_code == report.area_code, 1), else_=2)
    query = select(Unit).join(Rule, Rule.unit_id == Unit.id).where(Rule.category_id == report.category_id, here)
    return session.scalar(query.where(Unit.id != report.unit_id).order_by(closest, Rule.id).limit(1))
