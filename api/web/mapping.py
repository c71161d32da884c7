"""What a map on a page needs to know."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from boundaries import editions
from boundaries.models import Edition
from geo.errors import NotFoundError, SetupError
from geo.i18n import Lang, _, translate
from geo.models import Category
from geo.settings import Settings
from maps import extents
from maps.labels import SEA

NOW = _("vừa xong")
COUNTRY = [102.1, 8.2, 109.5, 23.4]


def config(session: Session, settings: Settings, lang: Lang, texts: Mapping[str, str], **more: Any) -> dict[str, Any]:
    """The values and the sentences that a page's scripts use; texts come translated, scripts have none of their own."""
    edition = active(session)
    return {
        "lang": lang,
        "basemap": {"url": settings.basemap_url, "attribution": settings.basemap_attribution},
        "outlines": f"/api/v1/boundaries/{edition.code}/{edition.routing_level}" if edition else None,
        "bounds": bounds(session, edition),
        "seaLabels": [one._asdict() | {"name": translate(one.name, lang)} for one in SEA]
        if settings.sea_labels
        else [],
        "texts": {name: translate(text, lang) for name, text in (dict(texts) | {"now": NOW}).items()},
    } | more


def active(session: Session) -> Edition | None:
    """The edition that answers today; None before any does."""
    try:
        return editions.find(session)
    except (NotFoundError, SetupError):
        return None


def province(session: Session) -> list[float]:
    """West, south, east, north of the areas that answer today."""
    return bounds(session, active(session))


def bounds(session: Session, edition: Edition | None) -> list[float]:
    """What a map shows at first: west, south, east, north of the areas that answer today, else of the country."""
    box = extents.areas(session, edition, edition.routing_level) if edition else None
    return [round(value, 4) for value in (box.west, box.south, box.east, box.north)] if box else COUNTRY


def categories(session: Session, lang: Lang) -> list[dict[str, Any]]:
    """The active categories in the order of the form: code, name, icon, colour, urgent."""
    found = session.scalars(select(Category).where(Category.active).order_by(Category.position))
    return [category(one, lang) for one in found]


def category_name(one: Category, lang: Lang) -> str:
    """A category's name in the reader's language."""
    return one.name_en if lang == "en" else one.name


def category(one: Category, lang: Lang) -> dict[str, Any]:
    """A category as pages show it."""
    return {
        "code": one.code,
        "name": category_name(one, lang),
        "icon": one.icon,
        "colour": one.colour,
        "sensitive": one.sensitive,
    }
