"""A place told in words: a commune of today instead of a pin."""

from dataclasses import replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer

from boundaries import editions, lookup, reasons
from boundaries.models import Area
from boundaries.routing import Routing, by_rule, full_name, ioc
from geo.errors import InvalidError
from geo.i18n import _
from geo.models import Unit

_NO_SHAPES = (defer(Area.geometry), defer(Area.outline))


def route(session: Session, code: str, *, category: str) -> tuple[tuple[float, float], Routing]:
    """A point (degrees) inside the commune that has a code today, and the unit that answers there, to be confirmed.

    InvalidError where no commune has this code.
    """
    day = lookup.today()
    edition = editions.find(session, on=day)
    inner = func.ST_PointOnSurface(Area.geometry)
    # PostgreSQL has no text with a NUL in it, so no code either.
    mine = (Area.edition_id == edition.id, Area.level == "commune", Area.code == code.replace("\0", "?"))
    found = session.execute(
        select(Area, func.ST_X(inner), func.ST_Y(inner)).where(*mine).options(*_NO_SHAPES)
    ).one_or_none()
    if found is None:
        raise InvalidError(_("Không có xã, phường nào mang mã này; hãy chọn trong danh sách."), field="commune")
    commune, lon, lat = found
    answers = commune.code if edition.routing_level == "commune" else commune.parent_code
    over = (Area.edition_id == edition.id, Area.level == edition.routing_level, Area.code == answers)
    query = select(Area, Unit).outerjoin(Unit, lookup.committee(named=False)).where(*over).options(*_NO_SHAPES)
    area, unit = session.execute(query.order_by(Unit.code).limit(1), {"day": day}).one()
    reason = reasons.in_words(full_name(commune)) if unit else reasons.no_unit(full_name(area))
    routed = Routing(edition, area, commune, unit or ioc(session), reason, needs_confirmation=True)
    # A rule may settle whose it is, never where it is.
    return (lon, lat), replace(by_rule(session, routed, category, day), needs_confirmation=True)
