"""The heat map in time, played by days or weeks."""

from maps.equal import by_time
from maps.film import Film
from maps.frame import Frame
from maps.page import draw

COUNTS = 25_000  # of a cell in a frame


def timeline(frame: Frame, film: Film) -> str:
    """A page that plays a film, and its frames as a table."""
    data = {
        "by": film.by,
        "starts": [day.isoformat() for day in film.starts],
        "cells": list(zip(film.lon.tolist(), film.lat.tolist(), strict=True)),
        "frame": film.frame.tolist(),
        "cell": film.cell.tolist(),
        "count": film.count.tolist(),
    }
    scripts = ["leaflet-heat.js", "heat.js", "timeline.js"]
    return draw(frame, data, scripts, by=film.by, frames=len(film.starts), counts=by_time(frame, film))
