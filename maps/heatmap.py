"""The heat map: where reports gather."""

from maps.density import Cells
from maps.frame import Frame
from maps.page import draw

CELLS = 8_000


def heatmap(frame: Frame, cells: Cells) -> str:
    """A page of weighted cells; finer ones are loaded as one zooms in where there is a server."""
    columns = (cells.lon.tolist(), cells.lat.tolist(), cells.count.tolist())
    return draw(frame, {"zoom": cells.zoom, "cells": list(zip(*columns, strict=True))}, ["leaflet-heat.js", "heat.js"])
