"""A reading as bytes, to be kept or handed on, and back again."""

from typing import Any

import orjson
import shapely

from boundaries.checks import Coverage, Flaw
from boundaries.findings import Finding, Reading
from boundaries.importing import NewArea


def dump(reading: Reading) -> bytes:
    """A reading as JSON, its polygons as WKB in hexadecimal digits."""
    return orjson.dumps(reading, default=_other, option=orjson.OPT_SERIALIZE_NUMPY)


def load(data: bytes) -> Reading:
    """What `dump` made."""
    said = orjson.loads(data)
    return Reading(
        said["source"],
        _areas(said["areas"]),
        [Finding(**one) for one in said["findings"]],
        [_coverage(one) for one in said["coverages"]],
        said["knows_coast"],
        _areas(said["aside"]),
    )


def _areas(said: list[dict[str, Any]]) -> list[NewArea]:
    return [NewArea(**one | {"polygon": shapely.from_wkb(one["polygon"])}) for one in said]


def _coverage(said: dict[str, Any]) -> Coverage:
    flaws = {
        kind: [Flaw(tuple(one["codes"]), one["square_metres"], tuple(one["point"])) for one in said[kind]]
        for kind in ("gaps", "overlaps")
    }
    return Coverage(**said | flaws)


def _other(value: Any) -> Any:
    if isinstance(value, shapely.Geometry):
        return shapely.to_wkb(value, hex=True)
    raise TypeError
