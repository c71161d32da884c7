import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from geo.geometry import blur, blur_many, element, position

LON, LAT = st.floats(107.0, 109.0), st.floats(14.5, 16.5)


def test_a_point_comes_back_as_it_went() -> None:
    assert position(element(108.338, 15.8794)) == (108.338, 15.8794)


@given(LON, LAT)
def test_blurring_hides_within_a_cell_of_about_500_metres(lon: float, lat: float) -> None:
    shown = blur(lon, lat)
    assert blur(*shown) == shown
    _forth, _back, metres = Geod(ellps="WGS84").inv(lon, lat, *shown)
    assert metres < 365  # half the diagonal of a cell


@given(st.lists(st.tuples(LON, LAT), min_size=1, max_size=50))
def test_many_are_as_one(points: list[tuple[float, float]]) -> None:
    lon, lat = np.array(points).T
    assert list(zip(*(values.tolist() for values in blur_many(lon, lat)), strict=True)) == [blur(*p) for p in points]
