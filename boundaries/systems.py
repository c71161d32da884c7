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
FIRST = ("EPSG:4326", "EPSG:5899", "EPSG:32648", "EPSG:32649", "EPSG:3857")  # of equal ones, the first


def inside(shapes: Any, land: shapely.Geometry) -> float:
    """How much of some polygons lies in a land: 0 to 1."""
    mine = shapely.union_all(shapely.make_valid(shapes, method="structure", keep_collapsed=False))
    size = float(shapely.area(mine))
    return float(shapely.area(shapely.intersection(mine, land))) / size if size else 0.0


def suggest(shapes: Any, land: shapely.Geometry) -> tuple[str, bool] | None:
    """The CRS in which raw coordinates lie best on a land, and whether x and y must be swapped; None where in none.

    Of EPSG's systems that are in use there (the PROJ database).
    """
    west, south, east, north = shapely.bounds(land)
    area = AreaOfInterest(west, south, east, north)
    names = [f"EPSG:{one.code}" for one in query_crs_info("EPSG", _KINDS, area, contains=True)]
    centre = shapely.get_coordinates(shapely.box(*shapely.total_bounds(shapes)).centroid)
    best, most = None, THERE
    for name in dict.fromkeys((*FIRST, *names)):
        for swapped in (False, True):
            moved = _move(centre[:, ::-1] if swapped else centre, name)
            if not shapely.contains_xy(land, *moved[0]):
                continue
            if (share := inside(_laid(shapes, name, swapped=swapped), land)) > most + 0.001:
                best, most = (name, swapped), share
    return best


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
