"""What answers look like, in words of JSON Schema: the components of the description at `/openapi.json`."""

from typing import Any

from api.geojson import MEDIA_TYPE
from maps.features import COLUMNS

Schema = dict[str, Any]
PROBLEM_TYPE = "application/problem+json"


def _object(required: tuple[str, ...], **properties: Schema) -> Schema:
    return {"type": "object", "required": list(required), "properties": properties}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


_TEXT: Schema = {"type": "string"}
_TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
_LIST: Schema = {"type": "array", "items": _TEXT}
_FLAG: Schema = {"type": "boolean"}
_NUMBER: Schema = {"type": "number"}
_POSITION: Schema = {"type": "array", "items": _NUMBER, "minItems": 2, "maxItems": 2}
_GEOMETRY = _object(("type", "coordinates"), type={"enum": ["Point", "Polygon", "MultiPolygon"]}, coordinates={})
_OF_REPORT = dict.fromkeys(COLUMNS, _TEXT_OR_NULL) | {
    "photos": _LIST,
    "videos": _LIST,
    "needs_confirmation": _FLAG,
    "recurrence": {"type": "integer"},
    "demo": _FLAG,
    "distance": {"type": "integer", "description": "metres, of the nearest alone"},
}
_NAMED = _object(("code", "name"), code=_TEXT, name=_TEXT)
_DEADLINE = {"type": ["string", "null"], "format": "date-time"}
_ROUTING = {
    "area": _or_null(_NAMED),
    "unit": _NAMED,
    "reason": _object(("code", "text"), code=_TEXT, text=_TEXT),
    "needs_confirmation": _FLAG,
    "confidence": {"type": ["number", "null"], "description": "0 to 1: how likely the area is the true one"},
    "candidates": {
        "type": "array",
        "items": _object(
            ("area", "unit", "share"),
            area=_or_null(_NAMED),
            unit=_NAMED,
            share=_NUMBER | {"description": "0 to 1: how likely it is the true one"},
        ),
    },
}

COMPONENTS: dict[str, Schema] = {
    "Problem": _object(
        ("type", "title", "status", "detail"),
        type=_TEXT | {"description": "/problems/ and what went wrong, for programs"},
        title=_TEXT,
        status={"type": "integer"},
        detail=_TEXT | {"description": "a sentence in the reader's language that says what to do"},
        errors={"type": "array", "items": _object(("field", "message"), field=_TEXT, message=_TEXT)},
        retry_after={"type": "integer", "description": "seconds"},
    )
    | {"description": "Problem details (RFC 9457)"},
    "Report": _object(
        ("type", "id", "geometry", "properties"),
        type={"const": "Feature"},
        id=_TEXT | {"description": "the report's code"},
        geometry=_object(("type", "coordinates"), type={"const": "Point"}, coordinates=_POSITION),
        properties={"type": "object", "required": list(COLUMNS), "properties": _OF_REPORT},
    )
    | {"description": "A report as a GeoJSON feature; words and pictures are null and none until they are public"},
    "Reports": _object(
        ("type", "features", "numberReturned", "links"),
        type={"const": "FeatureCollection"},
        features={"type": "array", "items": _ref("Report")},
        numberReturned={"type": "integer"},
        links={"type": "array", "items": _object(("rel", "type", "href"), rel=_TEXT, type=_TEXT, href=_TEXT)},
    ),
    "Features": _object(
        ("type", "features"),
        type={"const": "FeatureCollection"},
        features={
            "type": "array",
            "items": _object(
                ("type", "geometry", "properties"),
                type={"const": "Feature"},
                geometry=_GEOMETRY,
                properties={"type": "object"},
            ),
        },
    )
    | {"description": "A GeoJSON FeatureCollection (RFC 7946)"},
    "Routing": _object(tuple(_ROUTING), **_ROUTING),
    "Receipt": _object(
        ("code", "state", *_ROUTING, "deadlines", "link"),
        code=_TEXT,
        state=_TEXT,
        **_ROUTING,
        deadlines=_object(("accept", "resolve"), accept=_DEADLINE, resolve=_DEADLINE),
        link=_TEXT | {"description": "the sender's private link; whoever has it speaks for them"},
    ),
    "Standing": _object(
        ("code", "state", "version", "possible"), code=_TEXT, state=_TEXT, version={"type": "integer"}, possible=_LIST
    ),
}


def answering(name: str, kind: str = "application/json", *, status: int = 200) -> dict[int | str, dict[str, Any]]:
    """An answer in one of the shapes above, for the `responses` of a route."""
    return {status: {"content": {kind: {"schema": _ref(name)}}}}


def geojson_of(name: str) -> dict[int | str, dict[str, Any]]:
    """GeoJSON in one of the shapes above, for the `responses` of a route."""
    return answering(name, MEDIA_TYPE)


def in_bytes(*kinds: str, status: int = 200) -> dict[int | str, dict[str, Any]]:
    """Bytes of some media types, for the `responses` of a route."""
    schema = {"type": "string", "format": "binary"}
    return {status: {"content": {kind: {"schema": schema} for kind in kinds}}}
