"""What the area and the commune of a report are called: the one place that decides among editions.

A code outlives its polygon: of a report's two codes the name is that of the newest edition in which that commune lies
in that area, or, where both are the same, of the newest that routes to communes. Editions in force come before drafts.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import CTE, ColumnElement, Select, String, and_, func, literal, null, select, union_all
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, aliased

from boundaries.models import Area, Edition
from geo.models import Report

Codes = tuple[str | None, str | None]  # of the area and the commune
_ALONE = ""  # in place of a commune: the area by its own code


class Name(NamedTuple):
    """The kind and the name of an area: "thành phố", "Hội An"."""

    kind: str
    name: str

    @property
    def full(self) -> str:
        """Both: "thành phố Hội An"."""
        return f"{self.kind} {self.name}"


class Place(NamedTuple):
    """What the two codes of a report are called; an area that is a commune itself is both."""

    area: Name
    commune: Name | None


class Named:
    """The names as columns beside the reports of a select, once it has been `joined`; null where nothing has one."""

    def __init__(self) -> None:
        known = _known()
        self._pair, self._alone, self._own = (known.alias(name) for name in ("named", "named_alone", "named_own"))
        self.area: ColumnElement[Any] = func.coalesce(self._pair.c.name, self._alone.c.name)
        self.area_kind: ColumnElement[Any] = func.coalesce(self._pair.c.kind, self._alone.c.kind)
        self.commune: ColumnElement[Any] = func.coalesce(self._pair.c.commune_name, self._own.c.name)

    def joined(self, query: Select[Any], *, communes: bool = False) -> Select[Any]:
        """A select over reports with the names beside it, those of communes where wanted."""
        commune, none = func.coalesce(Report.commune_code, _ALONE), literal(_ALONE)
        query = query.outerjoin(self._pair, _is(self._pair, Report.area_code, commune))
        query = query.outerjoin(self._alone, _is(self._alone, Report.area_code, none))
        return query.outerjoin(self._own, _is(self._own, Report.commune_code, none)) if communes else query


def of_codes(session: Session, wanted: Iterable[Codes]) -> dict[Codes, Place]:
    """The names by the two codes that a report has; by the area's alone where no edition has the commune in it."""
    pairs = {(area, commune) for area, commune in wanted if area}
    known = _known()
    columns = (known.c.area, known.c.commune, known.c.kind, known.c.name, known.c.commune_kind, known.c.commune_name)
    query = select(*columns).where(known.c.area.in_({area for area, _commune in pairs}))
    found: dict[Codes, Place] = {
        (area, commune): Place(Name(kind, name), Name(*inner) if inner[0] else None)
        for area, commune, kind, name, *inner in session.execute(query)
    }
    places = {one: found.get((one[0], one[1] or _ALONE)) or found.get((one[0], _ALONE)) for one in pairs}
    return {one: place for one, place in places.items() if place is not None}


def of_areas(session: Session, codes: Iterable[str] | None = None) -> dict[str, Name]:
    """The names of areas by their codes alone, of some or of all, in the order of the codes."""
    known = _known()
    query = select(known.c.area, known.c.kind, known.c.name).where(known.c.commune == _ALONE).order_by(known.c.area)
    rows = session.execute(query if codes is None else query.where(known.c.area.in_(list(codes))))
    return {code: Name(kind, name) for code, kind, name in rows}


def _is(known: Any, area: Any, commune: Any) -> ColumnElement[bool]:
    return and_(known.c.area == area, known.c.commune == commune)


def _known() -> CTE:
    """Rows of area, commune ('' for the area alone), kind and name of the area, and name of the commune."""
    within = aliased(Area)
    routed = Area.level == Edition.routing_level
    order = ((Edition.state == "active").label("active"), Edition.valid_from, Edition.id.label("edition"))
    alone = select(
        *(Area.code.label("area"), literal(_ALONE).label("commune"), Area.kind, Area.name),
        *(
            null().cast(String).label("commune_kind"),
            null().cast(String).label("commune_name"),
            routed.label("routed"),
            *order,
        ),
    ).where(Area.level != "neighbour")
    inside = select(
        *(within.code, Area.code, within.kind, within.name, Area.kind, Area.name, literal(True), *order)
    ).join(within, and_(within.edition_id == Area.edition_id, within.code == Area.parent_code))
    itself = select(Area.code, Area.code, Area.kind, Area.name, Area.kind, Area.name, literal(True), *order)
    every = union_all(
        alone.join(Area.edition),
        inside.join(Area.edition).where(Area.level == "commune", within.level == "district"),
        itself.join(Area.edition).where(Area.level == "commune", routed),
    ).subquery("every")
    newest = (every.c.active.desc(), every.c.routed.desc(), every.c.valid_from.desc(), every.c.edition.desc())
    return (
        select(every.c.area, every.c.commune, every.c.kind, every.c.name, every.c.commune_kind, every.c.commune_name)
        .ext(distinct_on(every.c.area, every.c.commune))
        .order_by(every.c.area, every.c.commune, *newest)
        .cte("area_names")
    )
