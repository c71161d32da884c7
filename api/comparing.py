"""Two editions laid over one another, kept for whoever asks next: as a table, as a file, and as a map."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache, cached_property
from typing import Any

from fastapi import Request
from sqlalchemy.orm import Session

from api.deps import opened
from api.remembered import Remembered
from boundaries import editions
from boundaries.correspondence import Part, parts
from boundaries.difference import Comparison, comparison, pairs
from boundaries.models import Edition
from boundaries.overlay import Overlay, overlay
from boundaries.reported import Points, Reported, points, reported
from geo.errors import NotFoundError, SetupError
from geo.i18n import Lang, translate
from geo.settings import Settings
from maps import editions as page
from maps import outlines, samples
from maps.frame import Frame, Site

MINUTES, MOST = 10, 8
AUTHORITY = "authority"  # the view of the levels by which reports are routed, where they differ
VIEWS = (AUTHORITY, "district", "commune")


@dataclass(frozen=True)
class Laid:
    """A level of an edition over a level of another, with the reports of one moment."""

    editions: tuple[Edition, Edition]
    levels: tuple[str, str]
    overlay: Overlay
    counts: Reported

    @cached_property
    def parts(self) -> list[Part]:
        """The correspondence."""
        return parts(self.overlay, self.counts)

    @cached_property
    def comparison(self) -> Comparison:
        """The difference at these levels."""
        return comparison(self.overlay, *self.levels, *self.editions, counts=self.counts)

    @cached_property
    def drawn(self) -> dict[str, Any]:
        """What a map of the difference draws."""
        return page.drawn(self.overlay, self.levels, self.comparison, credit(self.editions))


def credit(both: tuple[Edition, Edition]) -> str:
    """The attribution of two editions, once where it is the same."""
    return " · ".join(dict.fromkeys(one.attribution for one in both))


def lay(session: Session, both: tuple[Edition, Edition], levels: tuple[str, str], there: Points) -> Laid:
    """Lays one level over another; NotFoundError for a level that an edition lacks."""
    (first, second), (old, new) = both, levels
    laid = overlay(session, first, old, second, new)
    return Laid(both, levels, laid, reported(laid, there))


def room() -> Remembered[Laid]:
    """Room for what reads all reports: one for each application, since another has another database."""
    return Remembered(60 * MINUTES, MOST)


def laid(request: Request, both: tuple[Edition, Edition], levels: tuple[str, str], *, demo: bool) -> Laid:
    """What `lay` gives, at most MINUTES old. Nobody should hold a connection to the database while asking."""
    return every_laid(request, both, [levels], demo=demo)[0]


def every_laid(
    request: Request, both: tuple[Edition, Edition], levels: Sequence[tuple[str, str]], *, demo: bool
) -> list[Laid]:
    """What `laid` gives for several pairs of levels, with one reading of the reports for those that are made anew."""

    @cache
    def read() -> Points:
        with opened(request) as session:
            return points(session, demo=demo)

    return [_laid(request, both, one, read, demo=demo) for one in levels]


def _laid(
    request: Request,
    both: tuple[Edition, Edition],
    levels: tuple[str, str],
    read: Callable[[], Points],
    *,
    demo: bool,
) -> Laid:
    room: Remembered[Laid] = request.app.state.laid
    key = (*((one.id, one.created_at) for one in both), levels, demo)

    def made() -> Laid:
        there = read()
        with opened(request) as session:
            return lay(session, both, levels, there)

    return room.get(key, made)


def chosen(session: Session, first: str | None = None, second: str | None = None) -> tuple[Edition, Edition]:
    """The editions named, else the one in force and the newest of the others; SetupError before there is any."""
    every = editions.every(session)
    old = editions.find(session, first) if first else _in_force(session, every)
    others = [one for one in every if one.id != old.id]
    return old, editions.find(session, second) if second else (others[-1] if others else old)


def two(session: Session) -> tuple[Edition, Edition] | None:
    """The editions that a map compares where nobody names any; None where there are not two."""
    return chosen(session) if len(editions.every(session)) > 1 else None


def _in_force(session: Session, every: list[Edition]) -> Edition:
    try:
        return editions.find(session)
    except (NotFoundError, SetupError):
        if not every:
            raise
        return every[0]


def views(levels: list[tuple[str, str]]) -> dict[str, tuple[str, str]]:
    """The pairs of levels by the names that an address has for them, what routes first."""
    return {(old if old == new else AUTHORITY): (old, new) for old, new in levels}


def frame(session: Session, settings: Settings, both: tuple[Edition, Edition], lang: Lang, site: Site) -> Frame:
    """What surrounds the map of a difference."""
    return Frame(
        name="editions",
        lang=lang,
        site=site,
        around=outlines.around(session, both[1]),
        basemap=(settings.basemap_url, settings.basemap_attribution),
        sea_labels=settings.sea_labels,
    )


def draw(around: Frame, found: Laid, choice: page.Choice, links: dict[str, str], *, demo: bool) -> str:
    """The page of a difference; `demo` tells that its reports are the demonstration's."""
    return page.editions(replace(around, demo=demo), found.comparison, found.drawn, choice, links)


def whole(session: Session, settings: Settings, both: tuple[Edition, Edition], lang: Lang, site: Site) -> str:
    """The page of a difference as a file, by the levels that route."""
    demo = only_demo(session)
    possible = views(pairs(session, *both))
    view, levels = next(iter(possible.items()))
    around = replace(frame(session, settings, both, lang, site), made=datetime.now(UTC))
    return draw(
        around,
        lay(session, both, levels, points(session, demo=demo)),
        choice_of(session, both, possible, view, lang),
        {},
        demo=demo,
    )


def only_demo(session: Session) -> bool:
    """Whether a map counts the demonstration's reports: never among real ones, only where there are no others."""
    there = samples.present(session)
    return there.demo and not there.real


def choice_of(
    session: Session, both: tuple[Edition, Edition], views: dict[str, tuple[str, str]], view: str, lang: Lang
) -> page.Choice:
    """What the form of the page offers."""
    names = {name: translate(page.LEVELS.get(name, page.AUTHORITY), lang) for name in views}
    return page.Choice(
        [(one.code, one.name) for one in editions.every(session)],
        list(names.items()),
        both[0].code,
        both[1].code,
        view,
    )
