from hypothesis import given
from hypothesis import strategies as st

from maps.classes import CLASSES, breaks, class_of

VALUES = st.lists(st.floats(min_value=0, max_value=1e6, allow_nan=False), max_size=40)


@given(VALUES)
def test_bounds_rise_and_every_value_has_a_class(values: list[float]) -> None:
    bounds = breaks(values)
    assert bounds == sorted(set(bounds))
    assert len(bounds) < CLASSES
    for value in values:
        place = class_of(value, bounds)
        assert (place == 0) == (value == 0)
        assert 0 <= place <= CLASSES
        if place > 1:
            assert value >= bounds[place - 2]


def test_bounds_are_numbers_that_people_remember() -> None:
    rates = [19.8, 27.6, 33.8, 36.4, 41.4, 156, 195, 314, 361, 392, 399, 407, 1492, 3154, 4145]
    assert breaks(rates) == [40, 200, 400, 600]


def test_no_report_anywhere_has_no_bounds() -> None:
    assert breaks([0, 0]) == []
    assert class_of(0, []) == 0
    assert class_of(3, []) == 1
