"""A question about reports as the title of its answer."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.web import finder, mapping
from boundaries import naming
from boundaries.models import Area, Edition
from geo.filters import Filters
from geo.i18n import Lang, _, translate
from geo.models import Unit


def in_words(session: Session, filters: Filters, written: Mapping[str, str], lang: Lang) -> str:
    """“Phản ánh mới ở …”, and after it whatever else was asked for; `written` is what the address says."""
    place = _area(session, filters.area, filters.edition) if filters.area else None
    title = translate(_("Phản ánh mới ở {area}"), lang, area=place) if place else translate(_("Phản ánh mới"), lang)
    shown = {name: written[name] for name in finder.NAMES if name != "area" and written.get(name)}
    said = [one.text for one in finder.chosen(shown, lang, categories=mapping.categories(session, lang), areas=[])]
    if filters.unit:
        said.append(str(session.scalar(select(Unit.name).where(Unit.code == filters.unit))))
    if filters.q:
        said.append(f"“{filters.q}”")
    if box := filters.bbox:
        corners = ", ".join(f"{edge:g}" for edge in (box.west, box.south, box.east, box.north))
        said.append(translate(_("trong khung {corners}"), lang, corners=corners))
    return ": ".join([title, ", ".join(said)] if said else [title])


def _area(session: Session, code: str, edition: str | None) -> str | None:
    """The full name of an area in an edition, or as its code is called everywhere."""
    query = select(Area).join(Area.edition).where(Area.code == code, Area.level != "neighbour", Edition.code == edition)
    found = session.scalars(query.limit(1)).one_or_none() or naming.of_areas(session, [code]).get(code)
    return f"{found.kind} {found.name}" if found else None
