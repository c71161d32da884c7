import pytest
import shapely
from shapely import MultiPolygon, affinity, box
from sqlalchemy.orm import Session

from boundaries import checks, editions
from boundaries.checks import coverage

LON, LAT = 108.0, 15.5
METRE = 1 / 111_000  # of latitude, in degrees, roughly


def cell(column: int, row: int = 0) -> MultiPolygon:
    """A square of a hundredth of a degree, about 1.1 km wide."""
    return MultiPolygon([box(LON + column / 100, LAT + row / 100, LON + (column + 1) / 100, LAT + (row + 1) / 100)])


@pytest.mark.parametrize("code", ["2020", "2025-01", "2025-07"])
def test_the_default_editions_have_no_gaps_and_no_overlaps(session: Session, code: str) -> None:
    found = checks.check(session, editions.find(session, code))
    assert [one.level for one in found] == (["commune"] if code == "2025-07" else ["district", "commune"])
    for one in found:
        assert one.sound
        assert (one.gap_m2, one.overlap_m2) == (0, 0)
        assert one.square_metres / 1e6 == pytest.approx(10_570.71, abs=0.01)


def test_an_overlap_is_measured_in_square_metres() -> None:
    wide = MultiPolygon([box(LON, LAT, LON + 0.011, LAT + 0.01)])
    found = coverage("district", ["1", "2"], [wide, cell(1)])
    (flaw,) = found.overlaps
    assert flaw.codes == ("1", "2")
    assert flaw.square_metres == pytest.approx(107.3 * 1106, rel=0.01)  # 0.001° × 0.01° here
    assert flaw.point == pytest.approx((LON + 0.0105, LAT + 0.005), abs=1e-4)
    assert found.gaps == []
    assert not found.sound


def test_a_hole_in_the_middle_is_a_gap() -> None:
    codes = [f"{column}{row}" for column in range(3) for row in range(3) if (column, row) != (1, 1)]
    found = coverage("district", codes, [cell(int(code[0]), int(code[1])) for code in codes])
    (flaw,) = found.gaps
    assert flaw.square_metres == pytest.approx(1073 * 1106, rel=0.01)
    assert set(flaw.codes) == set(codes)
    assert found.overlaps == []


def test_a_slit_between_two_areas_is_a_gap_and_a_river_mouth_is_not() -> None:
    slit = affinity.translate(cell(1), xoff=5 * METRE)
    (flaw,) = coverage("district", ["1", "2"], [cell(0), slit]).gaps
    assert flaw.square_metres == pytest.approx(5 * 0.9636 * 1106, rel=0.05)
    assert flaw.codes == ("1", "2")
    mouth = affinity.translate(cell(1), xoff=60 * METRE)
    assert coverage("district", ["1", "2"], [cell(0), mouth]).sound


def test_an_invalid_polygon_is_named_and_left_out_of_the_rest() -> None:
    bow = MultiPolygon([shapely.Polygon([(LON, LAT), (LON + 0.01, LAT + 0.01), (LON + 0.01, LAT), (LON, LAT + 0.01)])])
    found = coverage("commune", ["1", "2"], [bow, cell(3)])
    assert found.invalid["1"] == f"Self-intersection[{LON + 0.005} {LAT + 0.005}]"
    assert not found.sound
    assert found.square_metres == pytest.approx(1073 * 1106, rel=0.01)
