"""The heat map: where reports gather."""

from collections.abc import Sequence

from maps.density import Cells
from maps.equal import by_area
from maps.frame import Frame
from maps.getis import LEVELS
from maps.page import draw
from maps.statistics import AreaCount

CELLS = 8_000


def heatmap(frame: Frame, cells: Cells, areas: Sequence[AreaCount]) -> str:
    """A page of weighted cells and a table of areas; finer cells are loaded as one zooms in where there is a server."""
    columns = (cells.lon.tolist(), cells.lat.tolist(), cells.count.tolist())
    data = {"zoom": cells.zoom, "cells": list(zip(*columns, strict=True))}
    # A file has no server that would find the hot spots.
    hot = ["hotspots.js", "hot-list.js"] if frame.site.api else []
    return draw(frame, data, ["leaflet-heat.js", *hot, "heat.js"], counts=by_area(frame, areas), levels=LEVELS[::-1])
