"""The communes of a district as the second choice of a place, which works before any script does."""

from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.web import finder
from api.web.finder import Place
from boundaries.models import Area, Edition

Pairs = list[tuple[str, str]]


class Places(NamedTuple):
    """The areas that can be chosen, the one that is, and the communes in it.

    Areas are not `split` where communes answer themselves.
    """

    areas: list[Place]
    area: str
    communes: list[Place]
    split: bool


def places(session: Session, edition: Edition | None, wanted: str) -> Places:
    """The lists of the form for the code of an area or a commune; blank for none."""
    if edition is None or edition.routing_level == "commune":
        return Places(finder.places(session, edition, wanted), wanted, [], split=False)
    district = _parent(session, edition, wanted) or wanted
    inside = finder.inside(session, edition, district) if district else []
    return Places(finder.places(session, edition, district), district, inside, split=True)


def settled(session: Session, edition: Edition | None, query: Pairs) -> Pairs:
    """The query of a form without the commune of the district that was chosen before."""
    chosen = [value for name, value in query if name == "area" and value.strip()]
    if edition is None or len(chosen) < 2:
        return query
    district, commune = chosen[0], chosen[-1]
    if _parent(session, edition, commune) in (None, district):
        return query
    return [(name, "" if name == "area" and value == commune else value) for name, value in query]


def _parent(session: Session, edition: Edition, code: str) -> str | None:
    query = select(Area.parent_code).where(Area.edition_id == edition.id, Area.level == "commune", Area.code == code)
    return session.scalar(query) if "\0" not in code else None
