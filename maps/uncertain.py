"""The map of where routing is uncertain: the belts along the borders, and the reports that had to be confirmed."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import orjson
import shapely

from boundaries.metric import to_degrees, to_metric
from maps.density import Cells
from maps.doubts import AreaDoubts
from maps.frame import Frame
from maps.page import draw

_DRAWN = 400.0  # metres by which the outlines of two maps that share a border may differ, being simplified apart


def uncertain(frame: Frame, cells: Cells, areas: Sequence[AreaDoubts], reach: float) -> str:
    """A page of weighted cells, of belts of `reach` metres along the outlines' borders, and a table of areas."""
    columns = (cells.lon.tolist(), cells.lat.tolist(), cells.count.tolist())
    data = {"cells": list(zip(*columns, strict=True)), "belt": _belt(frame.outlines, frame.around, reach)}
    rows = [
        {
            "name": f"{one.kind} {one.name}".strip(),
            "count": frame.number(one.count),
            "waiting": frame.number(one.waiting),
        }
        for one in areas
    ]
    js = ["leaflet-heat.js", "heat.js", "uncertain.js"]
    return draw(frame, data, js, rows=rows, reach=frame.number(round(reach, -1)))


def _belt(outlines: Mapping[str, Any] | None, around: Mapping[str, Any] | None, reach: float) -> Any:
    """What lies so near to a border between two areas, or to a neighbouring province, as GeoJSON; not along the sea."""
    if outlines is None:
        return None
    return orjson.loads(_drawn(orjson.dumps(outlines), orjson.dumps(around), reach))


@lru_cache(maxsize=8)
def _drawn(outlines: bytes, around: bytes, reach: float) -> str:
    own = _metres(outlines)
    whole = shapely.union_all(own)
    edge = shapely.boundary(whole)
    inner = shapely.difference(shapely.union_all(shapely.boundary(own)), shapely.buffer(edge, 1))
    beside = shapely.buffer(shapely.union_all(_metres(around)), _DRAWN, quad_segs=2)
    lines = shapely.union_all([inner, shapely.intersection(edge, beside)])
    belt = shapely.simplify(shapely.buffer(lines, reach, quad_segs=2), reach / 5)
    degrees = shapely.transform(belt, lambda c: np.asarray(np.round(np.column_stack(to_degrees(*c.T)), 5), np.float64))
    return str(shapely.to_geojson(degrees))


def _metres(collection: bytes) -> Any:
    features = (orjson.loads(collection) or {}).get("features", [])
    shapes = [shapely.from_geojson(orjson.dumps(one["geometry"])) for one in features]
    # Simplified and rounded, an outline may touch itself.
    return shapely.make_valid(shapely.transform(np.array(shapes, object), lambda c: np.column_stack(to_metric(*c.T))))
