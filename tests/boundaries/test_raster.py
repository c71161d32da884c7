import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from boundaries import atlas, editions, traversal
from boundaries.atlas import Sheet
from boundaries.metric import to_degrees, to_metric
from boundaries.pieces import Pieces
from boundaries.raster import Raster
from tests.boundaries import points


def rng() -> np.random.Generator:
    return np.random.default_rng(49)


@pytest.mark.parametrize(("edition", "level"), [("2020", "district"), ("2020", "commune"), ("2025-07", "commune")])
def test_a_point_gets_the_area_that_contains_it(session: Session, edition: str, level: str) -> None:
    sheet = atlas.sheet(session, editions.find(session, edition), level)
    sets = [
        points.uniform(rng(), sheet.polygons, 40_000),
        points.near_borders(rng(), sheet.polygons, 10_000, 60),
        points.beyond(rng(), sheet.polygons, 10_000),
    ]
    lon, lat = (np.concatenate(values) for values in zip(*sets, strict=True))
    found = sheet.raster.areas(lon, lat)
    assert np.array_equal(found, first_within_a_millimetre(sheet, lon, lat))
    assert len(np.unique(found)) == len(sheet.code) + 1


def test_corners_belong_to_the_first_code(session: Session) -> None:
    sheet = atlas.sheet(session, editions.find(session, "2020"), "district")
    lon, lat = points.on_borders(rng(), sheet.polygons, 3_000)
    found = sheet.raster.areas(lon, lat)
    assert np.array_equal(found, first_within_a_millimetre(sheet, lon, lat))


def first_within_a_millimetre(sheet: Sheet, lon: points.Floats, lat: points.Floats) -> NDArray[np.intp]:
    """What GEOS alone says of whole polygons, in metres, where a border's edges are straight."""
    metric = shapely.transform(sheet.polygons, lambda c: np.column_stack(to_metric(*c.T)))
    shapely.prepare(metric)
    first = np.full(len(lon), -1)
    pins = shapely.points(*to_metric(lon, lat))
    for area in reversed(range(len(metric))):
        first[shapely.dwithin(metric[area], pins, 0.001)] = area
    return first


def test_clearance_is_never_more_than_the_distance_to_a_border(session: Session) -> None:
    sheet = atlas.sheet(session, editions.find(session, "2020"), "district")
    uniform = points.uniform(rng(), sheet.polygons, 3_000)
    close = points.near_borders(rng(), sheet.polygons, 3_000, 400)
    lon, lat = (np.append(*pair) for pair in zip(uniform, close, strict=True))
    metric = shapely.transform(sheet.polygons, lambda c: np.column_stack(to_metric(*c.T)))
    border = shapely.STRtree(shapely.boundary(metric))
    (_, _), distance = border.query_nearest(
        shapely.points(*to_metric(lon, lat)), return_distance=True, all_matches=False
    )
    clear = sheet.raster.clear(lon, lat)
    assert (clear <= distance).all()
    assert np.median(distance - clear) < 300  # and it is of use


def test_what_is_far_away_or_no_number_is_nowhere(session: Session) -> None:
    raster = atlas.sheet(session, editions.find(session, "2020"), "district").raster
    lon = np.array([-180, 180, 108.3, 108.3, 1e30, np.nan, np.inf, -np.inf])
    lat = np.array([15.6, 15.6, -90, 90, 15.6, 15.6, 15.6, np.nan])
    assert set(raster.areas(lon, lat)) == {-1}


def test_where_polygons_overlap_the_first_code_is_taken_and_no_cell_is_clear() -> None:
    squares = np.array([shapely.box(108, 15, 108.2, 15.2), shapely.box(108.1, 15, 108.3, 15.2)], object)
    metric = shapely.transform(squares, lambda c: np.column_stack(to_metric(*c.T)))
    raster = Raster(squares, Pieces(metric, np.arange(2)))
    lon, lat = np.array([108.05, 108.15, 108.25]), np.full(3, 15.1)
    assert list(raster.areas(lon, lat)) == [0, 0, 1]
    assert list(raster.clear(lon, lat) > 100) == [True, False, True]


def test_holes_and_islands() -> None:
    ring = shapely.box(108, 15, 108.4, 15.4).difference(shapely.box(108.1, 15.1, 108.3, 15.3))
    island = shapely.box(108.18, 15.18, 108.22, 15.22)
    shapes = np.array([shapely.union_all([ring, island]), shapely.box(108.11, 15.11, 108.13, 15.13)], object)
    metric = shapely.transform(shapes, lambda c: np.column_stack(to_metric(*c.T)))
    raster = Raster(shapes, Pieces(metric, np.arange(2)))
    lon = lat = np.array([0.05, 0.15, 0.2, 0.12, 0.35, 0.5])
    assert list(raster.areas(lon + 108, lat + 15)) == [0, -1, 0, 1, 0, -1]


@settings(max_examples=15, deadline=None)
@given(
    corners=st.lists(
        st.tuples(st.floats(106, 110), st.floats(14, 17)),
        min_size=3,
        max_size=6,
        unique=True,
    )
)
def test_edges_of_any_length_are_within_the_grid(corners: list[tuple[float, float]]) -> None:
    shape = shapely.MultiPoint(corners).convex_hull
    assume(shape.geom_type == "Polygon" and shape.area > 0.01)
    check_alone(shape)


def test_one_edge_across_the_province_leaves_the_box_of_its_ends_and_not_the_grid() -> None:
    check_alone(shapely.box(106.5, 14.5, 109.5, 16.5))


def check_alone(shape: shapely.Geometry) -> None:
    """Points of a polygon, and hard by its edges, get what GEOS says of it in metres."""
    metric = np.array([shapely.transform(shape, lambda c: np.column_stack(to_metric(*c.T)))], object)
    raster = Raster(np.array([shape], object), Pieces(metric, np.arange(1)))
    edge = shapely.line_interpolate_point(metric[0].exterior, np.linspace(0, 1, 400), normalized=True)
    x, y = shapely.get_coordinates(edge).T
    aside = rng().uniform(-60, 60, (2, len(x)))
    inner = points.uniform(rng(), np.array([shape], object), 500)
    lon, lat = (np.append(*pair) for pair in zip(to_degrees(x + aside[0], y + aside[1]), inner, strict=True))
    inside = shapely.dwithin(metric[0], shapely.points(*to_metric(lon, lat)), 0.001)
    assert np.array_equal(raster.areas(lon, lat) == 0, inside)


def test_every_cell_that_a_line_touches_is_found() -> None:
    random = rng()
    ends = random.uniform(2, 28, (300, 4))
    ends[:60] = np.round(ends[:60])  # along grid lines and through corners
    ends[60:90, 1] = ends[60:90, 3]
    ends[90:120, 0] = ends[90:120, 2]
    ends[120:130, 2:] = ends[120:130, :2]
    cells = [shapely.box(c, r, c + 1, r + 1) for r in range(30) for c in range(30)]
    tree = shapely.STRtree(cells)
    for ax, ay, bx, by in ends:
        row, column = traversal.touched(traversal.Segments(*(np.array([v]) for v in (ax, ay, bx, by))), 1e-6)
        line = shapely.LineString([(ax, ay), (bx, by)])
        assert set(row * 30 + column) == set(tree.query(line, predicate="dwithin", distance=1e-6))


def test_degrees_and_metres_are_inverses() -> None:
    lon, lat = np.array([107.2, 108.7]), np.array([14.9, 16.1])
    again = to_degrees(*to_metric(lon, lat))
    np.testing.assert_allclose(again, (lon, lat), rtol=0, atol=1e-10)
    assert to_metric(107.2, 14.9) == pytest.approx([float(v[0]) for v in to_metric(lon, lat)], abs=0)
