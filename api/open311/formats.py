"""Answers as the standard spells them: XML, and the JSON that comes of it by the Spark convention."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal
from xml.etree import ElementTree as ET

import orjson
from fastapi import Response

from geo.deadlines import ZONE

Format = Literal["json", "xml"]
TYPES: dict[str, str] = {"json": "application/json; charset=utf-8", "xml": "text/xml; charset=utf-8"}
# What one of several is called.
ITEMS = {
    "services": "service",
    "attributes": "attribute",
    "values": "value",
    "service_requests": "request",
    "service_request_updates": "request_update",
    "errors": "error",
    "endpoints": "endpoint",
    "formats": "format",
    "media_urls": "media_url",
    "photos": "photo",
    "videos": "video",
}
# XML 1.0 has no way to say these, not even escaped.
_UNSAYABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def answer(
    format: str,  # noqa: A002 (the standard's word, as in the addresses)
    root: str,
    value: Any,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A value of plain dictionaries and lists under its root element; JSON leaves the root out."""
    # Public data, for pages of other sites too; nothing here looks at cookies.
    said = {"Access-Control-Allow-Origin": "*"} | dict(headers or {})
    body = orjson.dumps(value, default=moment, option=orjson.OPT_PASSTHROUGH_DATETIME)
    if format == "xml":
        element = ET.Element(root)
        _fill(element, root, value)
        body = b'<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(
            element, encoding="utf-8", xml_declaration=False
        )
    return Response(body, status, said, TYPES[format])


def moment(value: Any) -> str:
    """A moment as the W3C's note on dates has it, to the second, in Vietnam's time."""
    if not isinstance(value, datetime):
        raise TypeError(value)
    return value.astimezone(ZONE).isoformat(timespec="seconds")


def _fill(element: ET.Element, name: str, value: Any) -> None:
    if isinstance(value, Mapping):
        for key, one in value.items():
            _fill(ET.SubElement(element, key), key, one)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for one in value:
            _fill(ET.SubElement(element, ITEMS[name]), "", one)
    elif value is not None:
        element.text = _UNSAYABLE.sub("", _spelled(value))


def _spelled(value: Any) -> str:
    if isinstance(value, datetime):
        return moment(value)
    return str(value).lower() if isinstance(value, bool) else str(value)
