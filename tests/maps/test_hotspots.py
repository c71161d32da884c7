from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from geo.filters import Filters
from geo.geometry import blur, element
from geo.models import Category, Report, Unit
from maps import explaining
from maps.density import DEEPER
from maps.grid import Tile
from maps.hotspots import LEVEL, ZOOM, hotspots

NOW = datetime(2026, 9, 15, 5, tzinfo=UTC)  # noon in Vietnam
HOI_AN = (108.3380, 15.8794)
Make = Callable[..., Report]


def write(session: Session, spots: Sequence[tuple[float, float]], ages: Sequence[float], **values: Any) -> None:
    """Reports as rows, `ages` days before NOW: a year of them through the door would take minutes."""
    category = session.scalars(select(Category).where(Category.code == values.pop("category", "giao-thong"))).one()
    unit = session.scalars(select(Unit.id).where(Unit.code == "ioc")).one()
    start = values.pop("start", 0)
    rows = [
        {
            "code": f"QN-T{start + number:07}",
            "category_id": category.id,
            "unit_id": unit,
            "content": "Ổ gà lớn trước cổng chợ",
            "point": element(*spot),
            "public_point": element(*(blur(*spot) if category.sensitive else spot)),
            "created_at": NOW - timedelta(days=float(age)),
            "door": "import",
        }
        | values
        for number, (spot, age) in enumerate(zip(spots, ages, strict=True))
    ]
    session.execute(insert(Report), rows)


def usual(session: Session, many: int = 1_500, days: int = 380) -> None:
    """Reports all over the province and all over the time, a third of them in two towns."""
    rng = np.random.default_rng(5)
    town = rng.integers(0, 6, many)
    lon = np.where(town == 0, rng.normal(108.34, 0.01, many), rng.uniform(107.6, 108.5, many))
    lat = np.where(town == 0, rng.normal(15.88, 0.01, many), rng.uniform(15.3, 15.8, many))
    write(session, list(zip(lon.tolist(), lat.tolist(), strict=True)), rng.uniform(0, days, many).tolist())


def test_a_place_with_more_than_usual_is_found_named_and_explained(session: Session) -> None:
    usual(session)
    write(session, [(108.4735, 15.5695)] * 14, np.linspace(0.1, 5, 14).tolist(), start=9_000)
    found = hotspots(session, Filters(), now=NOW)
    assert found.enough
    [place] = found.places
    assert (place.lon, place.lat) == pytest.approx((108.4735, 15.5695), abs=0.01)
    assert place.observed >= 14
    assert place.expected < 1
    assert place.level == 99.9
    assert place.name is not None
    assert place.name.endswith("thành phố Tam Kỳ")
    said = explaining.place(found, place, "vi")
    assert said.startswith(f"Trong 7 ngày qua có {place.observed} phản ánh quanh đây, bình thường")
    assert said.endswith("khả năng ngẫu nhiên dưới 0,1 %.")
    assert "less than 0.1%" in explaining.place(found, place, "en")
    box = Tile(LEVEL, found.spots[0].x, found.spots[0].y).box()
    assert box.west < place.lon < box.east
    assert LEVEL == ZOOM + DEEPER


def test_a_town_that_is_busy_as_usual_is_not_hot(session: Session) -> None:
    usual(session)
    found = hotspots(session, Filters(), now=NOW)
    assert found.enough
    assert found.observed > 15
    assert (found.places, found.spots) == ((), ())
    assert explaining.summary(found, "vi") == explaining.NOWHERE


@pytest.mark.parametrize(("many", "days"), [(0, 1), (20, 300), (500, 20)])
def test_too_short_or_too_thin_a_history_says_so_instead_of_a_number(session: Session, many: int, days: int) -> None:
    usual(session, many, days) if many else None
    write(session, [HOI_AN] * 30, [1.0] * 30, start=9_000)
    found = hotspots(session, Filters(), now=NOW)
    assert not found.enough
    assert found.places == ()
    assert explaining.summary(found, "vi") == explaining.TOO_LITTLE


def test_the_window_is_of_whole_local_days_and_ends_where_it_is_asked_to(session: Session) -> None:
    usual(session)
    write(session, [HOI_AN] * 20, [40.0] * 20, start=9_000)
    assert hotspots(session, Filters(), now=NOW).places == ()
    until = NOW - timedelta(days=38, hours=12)  # midnight in Vietnam
    found = hotspots(session, Filters(until=until), days=3, now=NOW)
    assert found.since == until - timedelta(days=3)
    assert [place.level for place in found.places] == [99.9]
    assert explaining.place(found, found.places[0], "vi").startswith("Trong 3 ngày đến 7/8/2026 có")


def test_a_category_is_judged_by_its_own_habit(session: Session) -> None:
    usual(session)
    write(session, [HOI_AN] * 20, [1.0] * 20, start=9_000, category="cay-xanh")
    assert hotspots(session, Filters(category=("giao-thong",)), now=NOW).places == ()
    assert not hotspots(session, Filters(category=("cay-xanh",)), now=NOW).enough
    assert len(hotspots(session, Filters(), now=NOW).places) == 1


def test_sensitive_reports_are_seen_where_their_blurred_place_lies(session: Session) -> None:
    usual(session)
    spot = next(
        (lon, 15.45)
        for lon in np.arange(108.0, 108.3, 1e-4).tolist()
        if Tile(LEVEL, *tile(lon, 15.45)) != Tile(LEVEL, *tile(*blur(lon, 15.45)))
    )
    write(session, [spot] * 15, [1.0] * 15, start=9_000, category="an-ninh-trat-tu")
    cells = {(one.x, one.y) for one in hotspots(session, Filters(), now=NOW).spots}
    assert tile(*blur(*spot)) in cells
    assert tile(*spot) not in cells


def test_demonstration_reports_never_count_among_real_ones(session: Session) -> None:
    usual(session)
    write(session, [HOI_AN] * 30, [1.0] * 30, start=9_000, demo=True)
    found = hotspots(session, Filters(), now=NOW)
    assert not found.demo
    assert found.places == ()
    assert hotspots(session, Filters(), now=NOW, demo=True).demo


def tile(lon: float, lat: float) -> tuple[int, int]:
    across = 2**LEVEL
    return (
        int((lon + 180) / 360 * across),
        int((1 - np.arcsinh(np.tan(np.radians(lat))) / np.pi) / 2 * across),
    )
