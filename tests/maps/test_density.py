import math
from collections.abc import Callable

import numpy as np
import pytest
from sqlalchemy.orm import Session

from geo.density.grid import DEEPEST
from geo.errors import InvalidError
from geo.filters import Filters
from geo.geometry import BBox, position
from geo.models import Report
from maps.density import DEEPER, cells, fitting, total

Make = Callable[..., Report]


def tile(lon: float, lat: float, zoom: int) -> tuple[int, int]:
    """The formula of the OpenStreetMap wiki, written as there."""
    n = 2**zoom
    return int((lon + 180) / 360 * n), int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * n)


@pytest.mark.parametrize("zoom", [0, 6, 9, 14, 19])
def test_a_cell_is_the_tile_three_zooms_deeper_down_to_the_deepest(
    session: Session, make_report: Make, zoom: int
) -> None:
    places = [(108.338, 15.8794), (107.9, 15.1), (108.47, 15.57)]
    for lon, lat in places:
        make_report(lon=lon, lat=lat)
    found = cells(session, Filters(), zoom)
    assert set(zip(found.x.tolist(), found.y.tolist(), strict=True)) == {
        tile(*at, min(zoom + DEEPER, DEEPEST)) for at in places
    }
    assert found.count.sum() == 3


def test_coarser_cells_are_those_that_the_coarser_zoom_finds(session: Session, make_report: Make) -> None:
    rng = np.random.default_rng(5)
    for lon, lat in zip(rng.uniform(107.8, 108.5, 40), rng.uniform(15.2, 15.9, 40), strict=True):
        make_report(lon=float(lon), lat=float(lat))
    fine, coarse = cells(session, Filters(), 8).coarser(10), cells(session, Filters(), 7)
    assert 1 < len(coarse.count) < 40
    for name in ("x", "y", "count", "demo"):
        assert getattr(fine, name).tolist() == getattr(coarse, name).tolist()
    assert np.allclose(fine.lon, coarse.lon)
    assert np.allclose(fine.lat, coarse.lat)


def test_fitting_never_gives_more_cells_than_asked_and_loses_no_report(session: Session, make_report: Make) -> None:
    for step in range(12):
        make_report(lon=108.0 + step * 0.03, lat=15.5 + step * 0.02)
    assert len(fitting(session, Filters(), demo=None, most=100).count) == 12
    few = fitting(session, Filters(), demo=None, most=4)
    assert len(few.count) <= 4
    assert few.count.sum() == 12


def test_too_many_cells_are_refused_with_what_to_do(session: Session, make_report: Make) -> None:
    make_report(lon=108.0)
    make_report(lon=108.3)
    with pytest.raises(InvalidError, match="bbox"):
        cells(session, Filters(), 12, most=1)


def test_a_sensitive_report_counts_where_its_blurred_place_lies(session: Session, make_report: Make) -> None:
    report = make_report(category="an-ninh-trat-tu", lon=108.33812, lat=15.87943)
    found = cells(session, Filters(), 19)
    public = tile(*position(report.public_point), DEEPEST)
    assert (found.x[0], found.y[0]) == public
    assert public != tile(108.33812, 15.87943, DEEPEST)


def test_filters_and_the_kind_of_reports_narrow_the_cells(session: Session, make_report: Make) -> None:
    make_report(category="giao-thong")
    make_report(category="cay-xanh").demo = True
    make_report(lon=107.5, lat=15.6).state = "withdrawn"
    session.flush()
    both = cells(session, Filters(), 9)
    assert (both.count.tolist(), both.demo.tolist()) == ([2], [1])
    assert total(session, Filters(), demo=True) == total(session, Filters(), demo=False) == 1
    assert total(session, Filters(category=("cay-xanh",))) == 1
    assert total(session, Filters(bbox=BBox(107, 15, 108, 16))) == 0


def test_nothing_is_an_empty_set_of_cells(session: Session) -> None:
    assert cells(session, Filters(), 9).count.tolist() == []
    assert fitting(session, Filters(), demo=None, most=10).lon.tolist() == []
