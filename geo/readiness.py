"""Whether a unit could see the reports that come to it: by accounts, or by e-mailed links."""

from collections.abc import Iterable

from sqlalchemy import false, or_, select
from sqlalchemy.orm import Session

from geo.models import Unit, User


def unready(session: Session, unit_ids: Iterable[int], *, mail: bool) -> list[Unit]:
    """Those of the units that could not: nobody of them signs in, and no link reaches them; `mail`: letters go out."""
    theirs = select(User.id).where(User.unit_id == Unit.id, User.active).exists()
    # Operators work for the centre and have no unit.
    watching = select(User.id).where(User.role == "operator", User.active).exists()
    reached = Unit.email.is_not(None) if mail else false()
    seen = or_(theirs, (Unit.kind == "ioc") & watching, reached)
    return list(session.scalars(select(Unit).where(Unit.id.in_(list(unit_ids)), ~seen).order_by(Unit.name, Unit.id)))
