"""The four maps put together: rows from the database, pages from `maps`; on the web and as files."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from boundaries import editions, placed
from boundaries.models import Edition
from boundaries.shares import reach
from geo.errors import NotFoundError, SetupError
from geo.filters import Filters, newest_first
from geo.i18n import Lang, translate
from geo.models import Category
from geo.settings import Settings
from geo.transitions import STATES
from maps import density, doubts, equal, film, heatmap, incidents, outlines, samples, statistics, timeline, uncertain
from maps import districts as choropleth
from maps.features import select_public
from maps.frame import Frame, Site

EXCERPT = 240  # characters of a report's words in a file, which has no server to ask for them
SHOWN = ("category", "state", "unit_name", "area_name", "created_at", "demo")


def frame(
    session: Session, settings: Settings, name: str, *, lang: Lang, site: Site, filters: Mapping[str, str]
) -> Frame:
    """What surrounds the data of a map; the outlines of the edition by whose areas it is asked, else today's."""
    edition = _drawn(session, filters.get("edition"))
    categories = session.scalars(select(Category).where(Category.active).order_by(Category.position))
    return Frame(
        name=name,
        lang=lang,
        site=site,
        categories=[
            {
                "code": one.code,
                "name": one.name_en if lang == "en" else one.name,
                "icon": one.icon,
                "colour": one.colour,
            }
            for one in categories
        ],
        states={code: translate(text, lang) for code, text in STATES.items() if code != "withdrawn"},
        outlines=outlines.drawn(session, edition) if edition else None,
        around=outlines.around(session, edition) if edition else None,
        filters=filters,
        basemap=(settings.basemap_url, settings.basemap_attribution),
        sea_labels=settings.sea_labels,
        uncertainty=settings.border_uncertainty,
    )


def draw(
    session: Session, around: Frame, filters: Filters, *, by: film.By | None = None, demo: bool | None = None
) -> str:
    """The page of the map that the frame names; `demo` leaves only demonstration reports, or none of them."""
    return _PAGES[around.name](session, around, filters, by, demo)


def _incidents(session: Session, around: Frame, filters: Filters, _by: film.By | None, demo: bool | None) -> str:
    total = density.total(session, filters, demo=demo)
    gathered = total > incidents.MARKS
    query = newest_first(samples.only(select_public(filters), demo)).limit(equal.MOST if gathered else incidents.MARKS)
    reports = [_feature(row, words=around.site.api is None) for row in session.execute(query)]
    if gathered:
        cells = density.fitting(session, filters, demo=demo, most=incidents.CELLS)
        return incidents.incidents(_counted(around, int(cells.count.sum()), int(cells.demo.sum())), reports, cells)
    shown = sum(one["properties"]["demo"] for one in reports)
    return incidents.incidents(_counted(around, total, shown), reports)


def _feature(row: Any, *, words: bool) -> dict[str, Any]:
    found = {name: getattr(row, name) for name in SHOWN} | {"created_at": row.created_at.isoformat(timespec="minutes")}
    return {
        "type": "Feature",
        "id": row.code,
        "geometry": {"type": "Point", "coordinates": [round(row.lon, 6), round(row.lat, 6)]},
        "properties": found | ({"content": (row.content or "")[:EXCERPT]} if words else {}),
    }


def _heatmap(session: Session, around: Frame, filters: Filters, _by: film.By | None, demo: bool | None) -> str:
    cells = density.fitting(session, filters, demo=demo, most=heatmap.CELLS)
    edition = _edition(session)
    areas = statistics.by_area(session, filters, edition, demo=demo).areas if edition else []
    return heatmap.heatmap(_counted(around, int(cells.count.sum()), int(cells.demo.sum())), cells, areas)


def _timeline(session: Session, around: Frame, filters: Filters, by: film.By | None, demo: bool | None) -> str:
    played = film.film(session, filters, by=by, demo=demo, most=timeline.COUNTS)
    total = int(played.count.sum())
    samples_shown = density.total(session, filters, demo=True) if demo is not False else 0
    return timeline.timeline(_counted(around, total, samples_shown), played)


def _districts(session: Session, around: Frame, filters: Filters, _by: film.By | None, demo: bool | None) -> str:
    edition = _edition(session)
    # Demonstration data never count among real reports: one kind or the other, the real one wherever there is any.
    there = samples.present(session)
    only_demo = demo if demo is not None else there.demo and not there.real
    found = statistics.by_area(session, filters, edition, demo=only_demo) if edition else statistics.AreaCounts([], 0)
    total = sum(one.count for one in found.areas) + found.unplaced
    return choropleth.districts(_counted(around, total, total if only_demo else 0), found)


def _uncertain(session: Session, around: Frame, filters: Filters, _by: film.By | None, demo: bool | None) -> str:
    cells = doubts.cells(session, filters, demo=demo)
    edition = _edition(session)
    areas = doubts.by_area(session, filters, edition, demo=demo) if edition else []
    counted = _counted(around, int(cells.count.sum()), int(cells.demo.sum()))
    return uncertain.uncertain(counted, cells, areas, reach(around.uncertainty))


def _counted(around: Frame, total: int, demo: int) -> Frame:
    return replace(around, total=total, demo=demo > 0)


def _drawn(session: Session, code: str | None) -> Edition | None:
    among = placed.asked(session, code) if code else []
    return among[-1] if among else _edition(session)


def _edition(session: Session) -> Edition | None:
    try:
        return editions.find(session)
    except (NotFoundError, SetupError):
        return None


_PAGES: dict[str, Callable[[Session, Frame, Filters, film.By | None, bool | None], str]] = {
    "incidents": _incidents,
    "heatmap": _heatmap,
    "timeline": _timeline,
    "districts": _districts,
    "uncertain": _uncertain,
}
