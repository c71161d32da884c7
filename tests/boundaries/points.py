"""Points for tests and benchmarks: uniform in the areas, close to borders, on them and beyond."""

import numpy as np
import shapely
from numpy.random import Generator
from numpy.typing import NDArray

from boundaries.metric import to_degrees, to_metric

Floats = NDArray[np.float64]
Points = tuple[Floats, Floats]


def uniform(rng: Generator, polygons: NDArray[np.object_], count: int) -> Points:
    """Degrees of `count` points in the union of polygons in degrees."""
    whole = shapely.coverage_union_all(polygons)
    shapely.prepare(whole)
    west, south, east, north = shapely.bounds(whole)
    lon, lat = np.empty(0), np.empty(0)
    while len(lon) < count:
        x, y = rng.uniform(west, east, count), rng.uniform(south, north, count)
        inside = shapely.contains_xy(whole, x, y)
        lon, lat = np.append(lon, x[inside]), np.append(lat, y[inside])
    return lon[:count], lat[:count]


def beyond(rng: Generator, polygons: NDArray[np.object_], count: int) -> Points:
    """Degrees in the box of the polygons and 20 km around: the sea, Laos and the provinces next to it among them."""
    west, south, east, north = shapely.total_bounds(polygons)
    return rng.uniform(west - 0.2, east + 0.2, count), rng.uniform(south - 0.2, north + 0.2, count)


def near_borders(rng: Generator, polygons: NDArray[np.object_], count: int, distance: float) -> Points:
    """Degrees of points at most so many metres from a border."""
    lines = shapely.transform(shapely.boundary(polygons), lambda c: np.column_stack(to_metric(c[:, 0], c[:, 1])))
    line = rng.choice(lines, count, p=shapely.length(lines) / shapely.length(lines).sum())
    on = shapely.line_interpolate_point(line, rng.uniform(0, 1, count), normalized=True)
    angle, away = rng.uniform(0, 2 * np.pi, count), rng.uniform(0, distance, count)
    return to_degrees(shapely.get_x(on) + away * np.cos(angle), shapely.get_y(on) + away * np.sin(angle))


def on_borders(rng: Generator, polygons: NDArray[np.object_], count: int) -> Points:
    """Degrees of corners of borders, and of the middles of edges between corners: `count` of each."""
    corners, ring = shapely.get_coordinates(shapely.get_rings(shapely.get_parts(polygons)), return_index=True)
    edge = rng.choice(np.flatnonzero(ring[1:] == ring[:-1]), count)
    x, y = to_metric(*corners.T)
    middle = to_degrees((x[edge] + x[edge + 1]) / 2, (y[edge] + y[edge + 1]) / 2)
    corner = corners[rng.choice(len(corners), count)]
    return np.append(corner[:, 0], middle[0]), np.append(corner[:, 1], middle[1])
