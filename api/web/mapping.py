"""What a map on a page needs to know."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from boundaries import editions
from geo.errors import NotFoundError, SetupError
from geo.i18n import Lang, translate
from geo.models import Category
from geo.settings import Settings

SEA_LABELS = (
    {"name": "Biển Đông", "lon": 109.3, "lat": 15.85},
    {"name": "Quần đảo Hoàng Sa (Việt Nam)", "lon": 112.0, "lat": 16.5},
    {"name": "Quần đảo Trường Sa (Việt Nam)", "lon": 114.0, "lat": 10.0},
)


def config(session: Session, settings: Settings, lang: Lang, texts: Mapping[str, str], **more: Any) -> dict[str, Any]:
    """The values and the sentences that a page's scripts use; texts come translated, scripts have none of their own."""
    return {
        "lang": lang,
        "basemap": {"url": settings.basemap_url, "attribution": settings.basemap_attribution},
        "outlines": outlines(session),
        "seaLabels": SEA_LABELS if settings.sea_labels else (),
        "texts": {name: translate(text, lang) for name, text in texts.items()},
    } | more


def outlines(session: Session) -> str | None:
    """The address of the areas that answer today; None while no boundaries are active."""
    try:
        edition = editions.find(session)
    except (NotFoundError, SetupError):
        return None
    return f"/api/v1/boundaries/{edition.code}/{edition.routing_level}"


def categories(session: Session, lang: Lang) -> list[dict[str, Any]]:
    """The active categories in the order of the form: code, name, icon, colour, urgent."""
    found = session.scalars(select(Category).where(Category.active).order_by(Category.position))
    return [category(one, lang) for one in found]


def category(one: Category, lang: Lang) -> dict[str, Any]:
    """A category as pages show it."""
    return {
        "code": one.code,
        "name": one.name_en if lang == "en" else one.name,
        "icon": one.icon,
        "colour": one.colour,
        "sensitive": one.sensitive,
    }
