"""GeoJSON over HTTP."""

from collections.abc import Mapping
from typing import Any

import orjson
from fastapi import Response

MEDIA_TYPE = "application/geo+json"


def geojson(value: Mapping[str, Any], *, headers: Mapping[str, str] | None = None) -> Response:
    """A value as a GeoJSON response; times end in Z."""
    return Response(orjson.dumps(value, option=orjson.OPT_UTC_Z), media_type=MEDIA_TYPE, headers=dict(headers or {}))
