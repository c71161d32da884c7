"""What answers look like, in words of JSON Schema: the components of the description at `/openapi.json`."""

from typing import Any, get_args

from api.geojson import MEDIA_TYPE
from boundaries.explaining import By
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
_DAY: Schema = {"type": "string", "format": "date"}
_DEADLINE = {"type": ["string", "null"], "format": "date-time"}
_EDITION = _object(("code", "name", "valid_from"), code=_TEXT, name=_TEXT, valid_from=_DAY)
_RULE = _object(
    ("category", "area", "unit", "priority", "valid_from"),
    category=_TEXT,
    area=_TEXT_OR_NULL | {"description": "a code of an edition; null for the whole province"},
    unit=_NAMED,
    priority={"type": "integer"},
    valid_from=_DAY | {"type": ["string", "null"]},
)
_ROUTING = {
    "edition": _or_null(_EDITION),
    "area": _or_null(_NAMED),
    "commune": _or_null(_NAMED),
    "unit": _NAMED,
    "reason": _object(("code", "text"), code=_TEXT, text=_TEXT),
    "rule": _or_null(_RULE) | {"description": "the rule that decided, where one did"},
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
_STEP: dict[str, Schema] = {
    "at": {"type": "string", "format": "date-time"},
    "by": {"enum": list(get_args(By))},
    "role": _TEXT_OR_NULL
    | {"description": "of the person who moved it or settled where it is; null where none did, or it may not be known"},
    "edition": _or_null(_EDITION),
    "area": _or_null(_NAMED),
    "unit": _NAMED,
    "reason": _object(("code", "text"), code=_TEXT, text=_TEXT),
    "rule": _or_null(_RULE),
    "confidence": _ROUTING["confidence"],
    "candidates": _ROUTING["candidates"],
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
    "Explanation": _object(
        ("code", "state", "steps", "now"),
        code=_TEXT,
        state=_TEXT,
        steps={"type": "array", "items": _object(tuple(_STEP), **_STEP)},
        now=_object(("area", "commune", "unit"), area=_or_null(_NAMED), commune=_or_null(_NAMED), unit=_NAMED),
    )
    | {"description": "Why a report is where it is: each step by which it came to a unit, the oldest first"},
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


def answering_either(*names: str) -> dict[int | str, dict[str, Any]]:
    """An answer in one of several shapes, for the `responses` of a route."""
    return {200: {"content": {"application/json": {"schema": {"anyOf": [_ref(name) for name in names]}}}}}


def geojson_of(name: str) -> dict[int | str, dict[str, Any]]:
    """GeoJSON in one of the shapes above, for the `responses` of a route."""
    return answering(name, MEDIA_TYPE)


def in_bytes(*kinds: str, status: int = 200) -> dict[int | str, dict[str, Any]]:
    """Bytes of some media types, for the `responses` of a route."""
    schema = {"type": "string", "format": "binary"}
    return {status: {"content": {kind: {"schema": schema} for kind in kinds}}}
