import math

import pytest
from pyproj.exceptions import CRSError

from geo.crs import way


def test_tam_ky_in_vn_2000_has_the_right_shift_there_and_back() -> None:
    there, back = way(4326, 5899), way(5899, 4326)
    assert there is not None
    assert back is not None
    x, y = there.transform(108.474, 15.5736)
    assert (round(x, 3), round(y, 3)) == (577453.963, 1722531.703)
    assert back.transform(x, y) == pytest.approx((108.474, 15.5736), abs=1e-8)


def test_the_way_is_the_same_far_from_the_province() -> None:
    there = way(4326, 5899)
    assert there is not None
    x, _y = there.transform(2.35, 48.85)
    assert math.isinf(x) or abs(x) > 1e6


@pytest.mark.parametrize("code", [27700, 2044])
def test_a_system_without_an_exact_way_here_has_none(code: int) -> None:
    assert way(4326, code) is None


def test_an_unknown_code_is_an_error() -> None:
    with pytest.raises(CRSError):
        way(4326, 1)
