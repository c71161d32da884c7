"""What can be asked of a collection, as a JSON Schema."""

from typing import Any

from fastapi import Request

from api.deps import language
from api.ogc import links
from api.ogc.documents import title
from geo.i18n import Lang, _, translate
from maps.collections.collection import Collection, Column
from maps.collections.cql2.values import GEOMETRY

DRAFT = "https://json-schema.org/draft/2020-12/schema"
PLACE = _("Vị trí")
TYPES: dict[str, dict[str, str]] = {
    "text": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "moment": {"type": "string", "format": "date-time"},
    "date": {"type": "string", "format": "date"},
}


def queryables(request: Request, one: Collection) -> dict[str, Any]:
    """The columns that filters may name, and the geometry."""
    lang = language(request)
    here = f"{links.of_collection(links.base(request), one.id)}/queryables"
    shape = f"geometry-{one.shape.lower() or 'any'}"
    found = {name: schema(column, lang) for name, column in one.asked().items()}
    return {
        "$schema": DRAFT,
        "$id": here,
        "type": "object",
        "title": title(one, lang),
        "properties": found
        | {GEOMETRY: {"title": translate(PLACE, lang), "format": shape, "x-ogc-role": "primary-geometry"}},
        "additionalProperties": False,
    }


def schema(column: Column, lang: Lang) -> dict[str, Any]:
    """The schema of a column's values."""
    found: dict[str, Any] = {"title": translate(column.title, lang) or column.name} | TYPES[column.kind]
    if column.values:
        found["enum"] = list(column.values)
    return found
