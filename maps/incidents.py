"""The map of single reports: markers by category, in clusters; where they are too many, counts of cells."""

from collections.abc import Sequence
from typing import Any

from maps.density import Cells
from maps.equal import listed
from maps.frame import Frame
from maps.page import draw

MARKS = 3_000  # reports that one page carries; beyond, it carries cells
CELLS = 4_000


def incidents(frame: Frame, reports: Sequence[dict[str, Any]], cells: Cells | None = None) -> str:
    """A page of reports as GeoJSON features, on the map and as a list.

    With `cells` the map shows these, from which single reports are loaded as one zooms in; the reports are listed only.
    """
    data: dict[str, Any]
    if cells is None:
        data = {"reports": {"type": "FeatureCollection", "features": list(reports)}}
    else:
        columns = (cells.lon.tolist(), cells.lat.tolist(), cells.count.tolist())
        data = {"zoom": cells.zoom, "cells": list(zip(*columns, strict=True))}
    return draw(
        frame,
        data,
        ["leaflet.markercluster.js", "incidents.js"],
        ["MarkerCluster.css"],
        gathered=cells is not None,
        rows=listed(frame, reports),
    )
