"""Rows of a collection as GeoJSON features in any system."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import orjson
import shapely
from sqlalchemy import Row

from maps.collections.collection import ID, SHAPE, Collection
from maps.collections.crs import Crs, between


def features(collection: Collection, rows: Sequence[Row[Any]], crs: Crs) -> Iterator[dict[str, Any]]:
    """GeoJSON features, coordinates in the order of the system's axes; geometries are pieces of JSON for orjson."""
    shapes = shapely.from_wkb([row._mapping[SHAPE] for row in rows])
    digits = collection.digits.degrees if crs.degrees else collection.digits.metres
    move = between(collection.srid, crs.code)

    def written(coordinates: Any) -> Any:
        return np.round(crs.swapped(move(coordinates)), digits)

    texts = shapely.to_geojson(shapely.transform(shapes, written))
    for row, shape in zip(rows, texts, strict=True):
        yield {
            "type": "Feature",
            "id": int(row._mapping[ID]) if collection.numeric_id else row._mapping[ID],
            "geometry": orjson.Fragment(shape) if shape is not None else None,
            "properties": collection.properties(row),
        }
