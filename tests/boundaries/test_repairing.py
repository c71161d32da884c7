"""Repairs at their limits: what is mended, what is refused, and that what is mended takes nobody's land."""

import pytest
import shapely
from shapely import MultiPolygon, Polygon, box

from boundaries.findings import Reading
from boundaries.importing import area_m2
from boundaries.repairing import fitted, polygon
from tests.boundaries.made import area

METRE = 1e-5  # degrees, about
SQUARE = box(108, 15, 108.1, 15.1)


def said(reading: Reading) -> str:
    return "\n".join(str(finding) for finding in reading.findings)


def test_a_sound_polygon_is_left_as_it_is_and_nothing_is_said() -> None:
    reading = Reading("x")
    found = polygon(reading, "1", SQUARE)
    assert found is not None
    assert found.equals(SQUARE)
    assert reading.findings == []


@pytest.mark.parametrize(("metres", "mended"), [(20, True), (50, False)])
def test_a_bow_tie_is_mended_up_to_a_thousand_square_metres(metres: float, mended: bool) -> None:
    size = metres * METRE
    # Two triangles that turn against one another: as drawn they enclose nothing.
    tie = Polygon([(108, 15), (108 + size, 15 + size), (108 + size, 15), (108, 15 + size)])
    reading = Reading("x")
    assert (polygon(reading, "1", tie) is not None) is mended
    assert reading.serious is not mended
    assert "Self-intersection" in said(reading)


def test_a_spike_and_a_point_said_twice_cost_nothing() -> None:
    spiked = Polygon([(108, 15), (108.1, 15), (108.1, 15), (108.2, 15), (108.1, 15), (108.1, 15.1), (108, 15.1)])
    reading = Reading("x")
    found = polygon(reading, "1", spiked)
    assert found is not None
    assert found.equals(SQUARE)
    assert not reading.serious


def test_a_hole_that_touches_the_outer_ring_is_still_a_hole() -> None:
    touching = Polygon(SQUARE.exterior, [[(108, 15.05), (108.01, 15.04), (108.01, 15.06)]])
    reading = Reading("x")
    found = polygon(reading, "1", touching)
    assert found is not None
    assert area_m2(found) == pytest.approx(area_m2(touching))


@pytest.mark.parametrize("shape", [MultiPolygon(), Polygon(), box(108, 15, 108 + METRE / 20, 15 + METRE / 20)])
def test_what_is_empty_or_a_speck_is_no_area(shape: MultiPolygon | Polygon) -> None:
    reading = Reading("x")
    assert polygon(reading, "1", shape) is None
    assert reading.serious
    assert "rỗng hoặc hỏng" in said(reading)


def test_two_copies_of_one_part_are_refused_and_not_counted_twice() -> None:
    reading = Reading("x")
    assert polygon(reading, "1", MultiPolygon([SQUARE, SQUARE])) is None
    assert "đa giác không hợp lệ" in said(reading)


@pytest.mark.parametrize(("metres", "closed"), [(0.05, True), (0.9, True), (30, False)])
def test_a_gap_between_neighbours_is_closed_where_it_is_narrow(metres: float, closed: bool) -> None:
    middle = 108.1 + metres * METRE
    reading = Reading("x")
    pair = [area("1", "A", SQUARE), area("2", "B", box(middle, 15, 108.2, 15.1))]
    left, right = fitted(reading, "district", pair, tolerance=20_000)
    (found,) = reading.coverages
    if closed:
        assert "Đã khép 1 khe hở" in said(reading)
        assert found.sound
        assert shapely.coverage_is_valid([left, right])
    else:
        # Wider than a slit it is a river mouth or a bay, and stays as it was drawn.
        assert shapely.distance(left, right) > 0
    assert not reading.serious


@pytest.mark.parametrize(("tolerance", "serious"), [(20_000, False), (1, True)])
def test_an_overlap_above_the_tolerance_is_refused_with_both_names_and_a_place(tolerance: float, serious: bool) -> None:
    reading = Reading("x")
    pair = [area("1", "A", SQUARE), area("2", "B", box(108.1 - METRE, 15, 108.2, 15.1))]
    left, right = fitted(reading, "district", pair, tolerance)
    assert reading.serious is serious
    if serious:
        assert "giữa 1, 2, tại 108.09999, 15.05" in said(reading)
        assert left.equals(MultiPolygon([SQUARE]))
    else:
        assert reading.coverages[0].overlap_m2 == 0
        assert area_m2(shapely.union_all([left, right])) == pytest.approx(area_m2(box(108, 15, 108.2, 15.1)), rel=1e-6)


def test_mending_twice_changes_nothing_more() -> None:
    pair = [area("1", "A", SQUARE), area("2", "B", box(108.1 + METRE / 10, 15, 108.2, 15.1))]
    once = fitted(Reading("x"), "district", pair, 20_000)
    reading = Reading("x")
    again = fitted(reading, "district", [area("1", "A", *once[0].geoms), area("2", "B", *once[1].geoms)], 20_000)
    assert reading.findings == []
    assert all(one.equals(other) for one, other in zip(once, again, strict=True))
