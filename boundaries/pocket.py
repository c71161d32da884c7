"""The borders as a phone carries them: small, and so near to the true ones that only pins close to these can differ."""

from collections import defaultdict
from datetime import date
from itertools import pairwise
from threading import Lock
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from boundaries import atlas
from boundaries.atlas import Sheet
from boundaries.batch import answering
from boundaries.metric import to_degrees, to_metric
from boundaries.models import Edition
from boundaries.shares import ACCURACY, SPREAD, SQUARES, enough
from geo import days
from geo.seeds import IOC
from geo.settings import Settings

SHARE = 0.5  # of the uncertainty by which a border may stray; rounding and the phone's arithmetic have the rest
STEP = 2e-5  # degrees, about two metres: what coordinates are multiples of
BEYOND = 1_000.0  # metres of the provinces around that are told, more than the farthest pin is taken from
Arcs = list[tuple[list[int], list[int]]]
_kept: dict[tuple[Any, ...], Arcs] = {}
_lock = Lock()


def pocket(session: Session, edition: Edition | None, day: date | None, settings: Settings) -> dict[str, Any]:
    """Areas with their committees of the day (None: of any) and their borders, for routing on the phone.

    `arcs` are `[owners, [x, y, dx, dy, …]]` in multiples of `step` degrees from `origin`: each border once, as in
    TopoJSON. Its owners, one on each side, are places in `areas` and, after them, in `neighbours`. `discs`, `accuracy`
    and `enough` are what boundaries.shares makes probabilities of.
    """
    days.refresh(session)
    told: dict[str, Any] = {"uncertainty": settings.border_uncertainty, "coast": settings.coast_distance, "step": STEP}
    told |= {"discs": np.column_stack([SPREAD, SQUARES]).tolist(), "accuracy": ACCURACY, "enough": enough()}
    if edition is None:
        return told | {"edition": None, "attribution": "", "origin": [0, 0], "areas": [], "neighbours": [], "arcs": []}
    own, around = atlas.sheet(session, edition, edition.routing_level), atlas.sheet(session, edition, "neighbour")
    units = answering(session, own, day)
    west, south = np.floor(shapely.total_bounds(own.polygons)[:2] * 10).tolist()
    areas = [
        {
            "code": own.code[place],
            "kind": own.kind[place],
            "name": own.name[place],
            "coastal": bool(own.coastal[place]),
            "unit": {"code": units.codes[place], "name": units.names[place]} if units.known[place] else None,
        }
        for place in range(len(own.code))
    ]
    return told | {
        "edition": edition.code,
        "attribution": edition.attribution,
        "ioc": {"code": IOC, "name": units.names[-1]},
        "origin": [west / 10, south / 10],
        "areas": areas,
        "neighbours": [around.full_name(place) for place in range(len(around.code))],
        "arcs": _arcs(edition, own, around, (west / 10, south / 10), settings),
    }


def _arcs(edition: Edition, own: Sheet, around: Sheet, origin: tuple[float, float], settings: Settings) -> Arcs:
    """The borders of an edition, from memory where it has not been written to since."""
    reach = max(settings.coast_distance, settings.border_uncertainty) + BEYOND
    key = (edition.id, edition.created_at, settings.border_uncertainty, reach)
    with _lock:
        if key not in _kept:
            _kept.clear()
            near = _metres(own.polygons)
            strip = shapely.buffer(shapely.union_all(shapely.simplify(near, BEYOND / 2)), reach, quad_segs=2)
            clipped = shapely.intersection(_metres(around.polygons), strip)
            lines, owners = _shared(np.append(near, clipped))
            _kept[key] = _quantised(_simplified(lines, settings.border_uncertainty * SHARE), owners, origin)
        return _kept[key]


def _metres(polygons: NDArray[np.object_]) -> NDArray[np.object_]:
    return np.asarray(shapely.transform(polygons, lambda c: np.column_stack(to_metric(c[:, 0], c[:, 1]))), object)


def _shared(polygons: NDArray[np.object_]) -> tuple[NDArray[np.object_], list[list[int]]]:
    """The lines between neighbours, each once, and which of the polygons have it as their border."""
    # A segment that one polygon has twice is no border of it: symmetric difference forgets it.
    owners: dict[tuple[tuple[float, ...], ...], frozenset[int]] = defaultdict(frozenset)
    for place, polygon in enumerate(polygons):
        for ring in shapely.get_rings(shapely.get_parts(polygon)):
            corners = [tuple(corner) for corner in shapely.get_coordinates(ring).tolist()]
            for pair in pairwise(corners):
                owners[min(pair), max(pair)] ^= {place}
    sides: dict[frozenset[int], list[Any]] = defaultdict(list)
    for segment, found in owners.items():
        if found:
            sides[found].append(segment)
    lines, whose = [], []
    for found, segments in sides.items():
        for line in shapely.get_parts(shapely.line_merge(shapely.multilinestrings(np.array(segments)))):
            lines.append(line)
            whose.append(sorted(found))
    return np.array(lines, object), whose


def _simplified(lines: NDArray[np.object_], metres: float) -> NDArray[np.object_]:
    """Each line at most so many metres from what it was, none through another, ends in place (Douglas–Peucker)."""
    together = shapely.simplify(shapely.multilinestrings(lines), metres, preserve_topology=True)
    return np.asarray(shapely.get_parts(together), object)


def _quantised(lines: NDArray[np.object_], owners: list[list[int]], origin: tuple[float, float]) -> Arcs:
    found: Arcs = []
    for line, whose in zip(lines, owners, strict=True):
        lon, lat = to_degrees(*shapely.get_coordinates(line).T)
        corners = np.round((np.column_stack([lon, lat]) - origin) / STEP).astype(np.int64)
        steps = np.diff(corners, axis=0, prepend=0)
        steps = steps[np.append(True, np.any(steps[1:] != 0, axis=1))]
        if len(steps) > 1:
            found.append((whose, steps.ravel().tolist()))
    return found
