"""Units: found."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.errors import InvalidError
from geo.i18n import _
from geo.models import Unit


def by_code(session: Session, code: str | None) -> int | None:
    """The id of the unit of a code, None for none; InvalidError where no unit has it."""
    if not code:
        return None
    found = session.scalar(select(Unit.id).where(Unit.code == code)) if "\0" not in code else None
    if found is None:
        raise InvalidError(_("Không có đơn vị xử lý mang mã này."), field="unit")
    return found
