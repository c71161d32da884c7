"""The schemas of the standards, as components of the OpenAPI 3.0 document: nothing is fetched from elsewhere."""

from typing import Any

_TEXT, _WHOLE = {"type": "string"}, {"type": "integer", "minimum": 0}


def _object(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": required, "properties": properties}


def _list(items: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "array", "items": items} | more


def ref(name: str, kind: str = "schemas") -> dict[str, str]:
    """A reference to a component."""
    return {"$ref": f"#/components/{kind}/{name}"}


_LINKS = _list(ref("link"))
_MOMENT = {"type": "string", "format": "date-time", "nullable": True}
_BOX = {
    "oneOf": [_list({"type": "number"}, minItems=size, maxItems=size, description=f"{size} numbers") for size in (4, 6)]
}
_GEOMETRY = {
    "type": "object",
    "nullable": True,
    "description": "a GeoJSON geometry; its axes are in the order of the CRS that was asked for",
    "required": ["type"],
    "properties": {
        "type": {
            "type": "string",
            "enum": [
                *("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"),
                "GeometryCollection",
            ],
        },
        "coordinates": _list({}),
        "geometries": _list({"type": "object"}),
    },
}
SCHEMAS: dict[str, Any] = {
    "exception": _object(["code"], code=_TEXT, description=_TEXT),
    "link": _object(["href", "rel"], href=_TEXT, rel=_TEXT, type=_TEXT, title=_TEXT, hreflang=_TEXT),
    "landingPage": _object(["links"], title=_TEXT, description=_TEXT, links=_LINKS),
    "confClasses": _object(["conformsTo"], conformsTo=_list(_TEXT), links=_LINKS),
    "extent": _object(
        [],
        spatial=_object([], bbox=_list(_BOX, minItems=1), crs=_TEXT),
        temporal=_object([], interval=_list(_list(_MOMENT, minItems=2, maxItems=2), minItems=1), trs=_TEXT),
    ),
    "collection": _object(
        ["id", "links"],
        id=_TEXT,
        title=_TEXT,
        description=_TEXT,
        attribution=_TEXT,
        links=_LINKS,
        extent=ref("extent"),
        itemType=_TEXT,
        crs=_list(_TEXT),
        storageCrs=_TEXT,
    ),
    "collections": _object(
        ["links", "collections"], links=_LINKS, crs=_list(_TEXT), collections=_list(ref("collection"))
    ),
    "queryables": {"type": "object", "description": "a JSON Schema"},
    "geometry": _GEOMETRY,
    "timeStamp": {"type": "string", "format": "date-time"},
    "numberMatched": _WHOLE | {"description": "left out where counting would take too long"},
    "numberReturned": _WHOLE,
}


def feature(properties: dict[str, Any], identity: dict[str, Any]) -> dict[str, Any]:
    """The schema of a collection's feature."""
    return _object(
        ["type", "geometry", "properties"],
        type={"type": "string", "enum": ["Feature"]},
        id=identity,
        geometry=ref("geometry"),
        properties={"type": "object", "nullable": True, "properties": properties},
        links=_LINKS,
    )


def features(name: str) -> dict[str, Any]:
    """The schema of a page of features, each of a schema of that name."""
    return _object(
        ["type", "features"],
        type={"type": "string", "enum": ["FeatureCollection"]},
        features=_list(ref(name)),
        links=_LINKS,
        timeStamp=ref("timeStamp"),
        numberMatched=ref("numberMatched"),
        numberReturned=ref("numberReturned"),
    )
