"""The tiles in words of OpenAPI 3.0, for the document of `/ogc`; paths are those below it."""

from typing import Any

from api.ogc.schemas import ref
from api.ogc.tiles_documents import JSON, TILEJSON, TMS
from api.routes.tiles import MEDIA_TYPE
from maps.grid import FINEST

Fragment = dict[str, Any]
TAG = "Tiles"
FILTERS = {
    "bbox": "west,south,east,north in degrees",
    "category": "codes of categories, with commas between several",
    "unit": "the code of a unit",
    "area": "the code of a district or a commune",
    "state": "received, in_progress, …",
    "since": "created at or after: a day, ISO 8601, or so long ago: P7D, PT24H",
    "until": "created before: ISO 8601; or a day, which is included",
    "q": "words of the published content, or a report's code",
    "edition": "whose code `area` is: an edition's, or `then`, the one in force when each report was made",
}
PLACES = {
    "collectionId": "a collection that is drawn: reports, or an edition's areas of a level",
    "tileMatrixSetId": "the grid",
    "tileMatrix": f"the zoom, 0 to {FINEST}",
    "tileRow": "from the north",
    "tileCol": "from the west",
}
_OBJECT: Fragment = {"type": "object"}
_ERRORS = {"400": "InvalidParameter", "404": "NotFound", "503": "Unavailable"}
_CACHED = {
    "ETag": {"description": "stands for the bytes", "schema": {"type": "string"}},
    "Cache-Control": {"description": "how long it may be kept", "schema": {"type": "string"}},
}


def openapi_paths() -> dict[str, Fragment]:
    """The paths of OGC API – Tiles with their operations, named as the standard asks."""
    collection = _in_path("collectionId", r"^(reports|areas-[A-Za-z0-9.\-]{1,32}-(district|commune))$")
    grid = _in_path("tileMatrixSetId", values=[TMS])
    place = [_in_path("tileMatrix", r"^\d{1,2}$"), _in_path("tileRow", r"^\d{1,6}$"), _in_path("tileCol", r"^\d{1,6}$")]
    paths = {
        "/tileMatrixSets": _get("getTileMatrixSetsList", "The tile matrix sets", [_format("json")], JSON),
        "/tileMatrixSets/{tileMatrixSetId}": _get(
            "getTileMatrixSet", "A tile matrix set", [grid, _format("json")], JSON
        ),
    }
    for origin, name, around, chosen in (
        ("/tiles", "dataset", [], [*map(_filter, FILTERS), _DEMO, _COLLECTIONS]),
        # Of the areas' collections there is nothing to choose, and a filter is a 400.
        ("/collections/{collectionId}/tiles", "collection", [collection], [*map(_filter, FILTERS), _DEMO]),
    ):
        said = f"of a {name}" if around else "of all data"
        paths |= {
            origin: _get(
                f"{name}.vector.getTileSetsList", f"The tilesets {said}", [*around, *chosen, _format("json")], JSON
            ),
            f"{origin}/{{tileMatrixSetId}}": _get(
                f"{name}.vector.getTileSet",
                f"A tileset {said}",
                [*around, grid, *chosen, _format("json", "tilejson")],
                JSON,
                TILEJSON,
            ),
            f"{origin}/{{tileMatrixSetId}}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}": _get(
                f"{name}.vector.getTile",
                f"A tile {said}, zoom 0 to {FINEST}",
                [*around, grid, *place, *chosen, _format("mvt")],
                MEDIA_TYPE,
            ),
        }
    return paths


def _get(name: str, summary: str, parameters: list[Fragment], *kinds: str) -> Fragment:
    tile = kinds == (MEDIA_TYPE,)
    schema = {"type": "string", "format": "binary"} if tile else _OBJECT
    answered: Fragment = {"description": summary, "content": {kind: {"schema": schema} for kind in kinds}}
    responses: dict[str, Fragment] = {"200": answered}
    if tile:
        answered["headers"] = _CACHED
        responses["304"] = {"description": "what was sent before still holds", "headers": _CACHED}
    responses |= {code: ref(name, "responses") for code, name in _ERRORS.items()}
    operation = {
        "operationId": name,
        "summary": summary,
        "tags": [TAG],
        "parameters": parameters,
        "responses": responses,
    }
    return {"get": operation}


_COLLECTIONS: Fragment = {
    "name": "collections",
    "in": "query",
    "description": "the collections that the tiles are made of; of areas one at most",
    "style": "form",
    "explode": False,
    "schema": {"type": "array", "items": {"type": "string"}},
}
_DEMO: Fragment = {
    "name": "demo",
    "in": "query",
    "description": "only demonstration reports, or none of them",
    "schema": {"type": "boolean"},
}


def _in_path(name: str, pattern: str = "", values: list[str] | None = None) -> Fragment:
    schema = {"type": "string", "enum": values} if values else {"type": "string", "pattern": pattern}
    return {"name": name, "in": "path", "required": True, "description": PLACES[name], "schema": schema}


def _filter(name: str) -> Fragment:
    return {"name": name, "in": "query", "description": FILTERS[name], "schema": {"type": "string"}}


def _format(*names: str) -> Fragment:
    return {"name": "f", "in": "query", "description": "the format", "schema": {"type": "string", "enum": list(names)}}
