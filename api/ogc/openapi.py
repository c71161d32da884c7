"""The description of /ogc in OpenAPI 3.0: a path of its own for each collection, and no reference that leads away."""

import re
from typing import Any

from fastapi import Request

from api.deps import language
from api.ogc import links, params
from api.ogc.documents import ABOUT, TITLE, title
from api.ogc.links import GEOJSON, HTML_TYPE, JSON_TYPE, OPENAPI_TYPE, SCHEMA_TYPE
from api.ogc.parts import PARTS
from api.ogc.queryables import schema
from api.ogc.schemas import SCHEMAS, feature, features, ref
from geo.i18n import LANGUAGES, Lang, translate
from maps.collections.collection import Collection
from maps.collections.cql2.reading import LANGUAGES as FILTER_LANGUAGES
from maps.collections.crs import CRS84, offered

VERSION = "1.0.0"
_HTML = {HTML_TYPE: {"schema": {"type": "string"}}}
_TAGS = {
    "Capabilities": "What there is, and by which standards",
    "Data": "Features of the collections",
}


def document(request: Request, every: list[Collection]) -> dict[str, Any]:
    """The whole document."""
    lang = language(request)
    paths = _capabilities()
    schemas = dict(SCHEMAS)
    parameters = _parameters()
    for one in every:
        name = _identifier(one.id)
        shown = {column.name: _shown(schema(column, lang)) for column in one.asked().values()}
        shown |= {column.name: {"type": "array", "nullable": True, "items": {}} for column in one.columns
                  if column.kind == "list"}  # fmt: skip
        schemas[f"{name}Feature"] = feature(shown, {"type": "integer" if one.numeric_id else "string"})
        schemas[f"{name}Features"] = features(f"{name}Feature")
        paths |= _collection(one, name, lang)
    for part in PARTS:
        paths |= part.openapi_paths()
    return {
        "openapi": "3.0.3",
        "info": {
            "title": translate(TITLE, lang),
            "description": translate(ABOUT, lang),
            "version": VERSION,
            "license": {"name": "MIT", "url": "https://opensource.org/license/mit"},
        },
        "servers": [{"url": links.base(request)}],
        "security": [],
        "tags": [{"name": name, "description": text} for name, text in _TAGS.items()],
        "paths": paths,
        "components": {"schemas": schemas, "parameters": parameters, "responses": _responses()},
    }


def _capabilities() -> dict[str, Any]:
    def get(identity: str, summary: str, kind: str, name: str) -> dict[str, Any]:
        content = {kind: {"schema": ref(name) if name else {"type": "object"}}} | _HTML
        return _get(identity, summary, "Capabilities", [], content)

    return {
        "/": get("getLandingPage", "Landing page", JSON_TYPE, "landingPage"),
        "/conformance": get("getConformance", "The standards that are kept", JSON_TYPE, "confClasses"),
        "/api": get("getApi", "This description", OPENAPI_TYPE, ""),
        "/collections": get("getCollections", "The collections", JSON_TYPE, "collections"),
    }


def _collection(one: Collection, name: str, lang: Lang) -> dict[str, Any]:
    called = title(one, lang)
    here = f"/collections/{one.id}"
    identity = {
        "name": "featureId",
        "in": "path",
        "required": True,
        "description": "the id of a feature",
        "schema": {"type": "integer" if one.numeric_id else "string"},
    }
    crs = [_crs(one, wanted) for wanted in ("crs", "bbox-crs", "filter-crs")]
    common = [ref(each, "parameters") for each in ("limit", "bbox", "datetime", "filter", "filter-lang", "cursor")]
    own = [
        {
            "name": column.name,
            "in": "query",
            "required": False,
            "description": translate(column.title, lang) or column.name,
            "schema": {key: value for key, value in schema(column, lang).items() if key != "title"},
        }
        for column in params.properties(one).values()
    ]
    coordinates = {"Content-Crs": {"description": "the CRS of the coordinates", "schema": {"type": "string"}}}
    return {
        here: _get(f"describe_{name}", called, "Capabilities", [], {JSON_TYPE: {"schema": ref("collection")}} | _HTML),
        f"{here}/queryables": _get(
            f"queryables_{name}",
            f"{called}: queryables",
            "Capabilities",
            [],
            {SCHEMA_TYPE: {"schema": ref("queryables")}} | _HTML,
        ),
        f"{here}/items": _get(
            f"items_{name}",
            f"{called}: items",
            "Data",
            [*common, *crs, *own],
            {GEOJSON: {"schema": ref(f"{name}Features")}} | _HTML,
            headers=coordinates,
        ),
        f"{here}/items/{{featureId}}": _get(
            f"item_{name}",
            f"{called}: one item",
            "Data",
            [identity, crs[0]],
            {GEOJSON: {"schema": ref(f"{name}Feature")}} | _HTML,
            headers=coordinates,
        ),
    }


def _get(
    identity: str,
    summary: str,
    tag: str,
    parameters: list[Any],
    content: dict[str, Any],
    *,
    headers: dict[str, Any] | None = None,
) -> dict[str, Any]:
    answers: dict[str, Any] = {"200": {"description": summary, "content": content}}
    if headers:
        answers["200"]["headers"] = headers
    answers |= {code: ref(name, "responses") for code, name in _ANSWERS.items()}
    every = [*parameters, *(ref(name, "parameters") for name in params.COMMON)]
    return {
        "get": {
            "operationId": identity,
            "summary": summary,
            "tags": [tag],
            "parameters": every,
            "responses": answers,
        }
    }


_ANSWERS = {"303": "Tidied", "304": "NotModified", "400": "InvalidParameter", "404": "NotFound", "503": "Unavailable"}


def _responses() -> dict[str, Any]:
    told = {JSON_TYPE: {"schema": ref("exception")}} | _HTML
    return {
        "Tidied": {"description": "A form wrote blanks into the address: the same without them"},
        "NotModified": {"description": "The reader has it already"},
        "InvalidParameter": {"description": "A parameter is unknown or means nothing", "content": told},
        "NotFound": {"description": "There is nothing of that name", "content": told},
        "Unavailable": {"description": "It takes too long, or the database is away", "content": told},
    }


def _parameters() -> dict[str, Any]:
    def query(name: str, text: str, schema: dict[str, Any]) -> dict[str, Any]:
        told = {"name": name, "in": "query", "required": False, "description": text, "schema": schema}
        return told | {"style": "form", "explode": False}

    word = {"type": "string"}
    box = {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 6}
    limit = {"type": "integer", "minimum": 1, "maximum": params.MOST, "default": params.USUAL}
    return {
        "f": query("f", "the form of the answer", word | {"enum": ["json", "html"]}),
        "lang": query("lang", f"the language of titles, one of {', '.join(LANGUAGES)}; any other is the first", word),
        "limit": query("limit", "features at most", limit),
        "bbox": query("bbox", "only what touches this box; corners in the axes of bbox-crs", box),
        "datetime": query("datetime", "a moment, a day, or an interval that may be open at one end", word),
        "filter": query("filter", "a condition in CQL2", word),
        "filter-lang": query(
            "filter-lang", "how it is written", word | {"enum": list(FILTER_LANGUAGES), "default": FILTER_LANGUAGES[0]}
        ),
        "cursor": query("cursor", "from a link next or prev", word),
    }


def _crs(one: Collection, name: str) -> dict[str, Any]:
    texts = {
        "crs": "the CRS of the answer's coordinates",
        "bbox-crs": "the CRS of bbox",
        "filter-crs": "the CRS of the geometries in filter",
    }
    known = [system.uri for system in offered(one.srid)]
    schema = {"type": "string", "format": "uri", "enum": known, "default": CRS84}
    return {"name": name, "in": "query", "required": False, "description": texts[name], "schema": schema}


def _shown(found: dict[str, Any]) -> dict[str, Any]:
    """A property's schema: any may be null."""
    if "enum" in found:
        return found | {"nullable": True, "enum": [*found["enum"], None]}
    return found | {"nullable": True}


def _identifier(name: str) -> str:
    return re.sub(r"\W", "_", name, flags=re.ASCII)
