"""Coordinate systems of files that do not say theirs, or say a wrong one: which would lay them onto the province."""

from functools import cache
from typing import Any

import numpy as np
import shapely
from pyproj import CRS, Transformer
from pyproj.aoi import AreaOfInterest
from pyproj.database import query_crs_info
from pyproj.enums import PJType
from pyproj.exceptions import ProjError

from boundaries.metric import Floats
from geo.geometry import SRID

_KINDS = [PJType.PROJECTED_CRS, PJType.GEOGRAPHIC_2D_CRS]
THERE = 0.5  # of a file's land: with less of it in the province it is another place, or another CRS
STRAY = 0.05  # of both lands: what is moved a little has lost and won about as much
_VIETNAM = AreaOfInterest(102.14, 8.33, 109.53, 23.4)  # the area of use of VN-2000 (EPSG:4756)
FIRST = ("EPSG:4326", "EPSG:5899", "EPSG:32648", "EPSG:32649", "EPSG:3857")  # of equal ones, the first


def inside(shapes: Any, land: shapely.Geometry) -> tuple[float, float]:
    """How much of some polygons lies in a land, and how much of the land they cover: both 0 to 1."""
    mine = _whole(shapes)
    size, common = float(shapely.area(mine)), float(shapely.area(shapely.intersection(mine, land)))
    return (common / size if size else 0.0), common / float(shapely.area(land))


def astray(shapes: Any, land: shapely.Geometry) -> bool:
    """Whether polygons lie elsewhere than the land that they are of."""
    there, covered = inside(shapes, land)
    return there < THERE or (there < 1 - STRAY and STRAY < covered < 1 - STRAY)


def suggest(shapes: Any, land: shapely.Geometry) -> tuple[str, bool, float] | None:
    """The CRS in which raw coordinates fit a land best, whether x and y must be swapped, and how well it fits, 0 to 1.

    Of EPSG's systems in use in Vietnam (the PROJ database), for the next zone's is a common slip; None for no fit.
    """
    names = [f"EPSG:{one.code}" for one in query_crs_info("EPSG", _KINDS, _VIETNAM)]
    mine = _whole(shapes)
    centre = shapely.get_coordinates(shapely.box(*shapely.bounds(mine)).centroid)
    best, most = None, THERE
    for name in dict.fromkeys((*FIRST, *names)):
        for swapped in (False, True):
            moved = _move(centre[:, ::-1] if swapped else centre, name)
            if not shapely.contains_xy(shapely.envelope(land), *moved[0]):
                continue
            there, covered = inside(_laid(mine, name, swapped=swapped), land)
            # A file of a part cannot cover all; of one of the whole both say how well it lies.
            fit = min(there, covered) if covered > THERE else there
            if fit > most + 0.0005:
                best, most = (name, swapped, fit), fit
    return best


def _whole(shapes: Any) -> Any:
    return shapely.union_all(shapely.make_valid(shapes, method="structure", keep_collapsed=False))


def title(name: str) -> str:
    """The name of a CRS: "VN-2000 / TM-3 107-45"."""
    return str(CRS.from_user_input(name).name)


def _laid(shapes: Any, name: str, *, swapped: bool) -> Any:
    return shapely.transform(shapes, lambda xy: _move(xy[:, ::-1] if swapped else xy, name))


def _move(points: Floats, name: str) -> Floats:
    way = _transformer(name)
    return np.column_stack(way.transform(*points.T)) if way else np.full(points.shape, np.inf)


@cache
def _transformer(name: str) -> Transformer | None:
    try:
        return Transformer.from_crs(name, SRID, always_xy=True)
    except ProjError:  # a system without a known way to WGS 84
        return None
