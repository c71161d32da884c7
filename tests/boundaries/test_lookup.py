from datetime import date

import pytest
from sqlalchemy.orm import Session

from boundaries.lookup import areas_at
from geo.errors import InvalidError


def test_the_district_and_the_commune_of_a_point(session: Session) -> None:
    found = areas_at(session, 108.3380, 15.8794)
    assert {(area.level, area.code) for area in found} >= {("district", "503")}
    assert sorted(area.level for area in found) == ["commune", "district"]
    assert next(area for area in found if area.level == "commune").parent_code == "503"


def test_accuracy_brings_in_what_is_around(session: Session) -> None:
    near = areas_at(session, 108.3380, 15.8794)
    wide = areas_at(session, 108.3380, 15.8794, accuracy=8_000)
    assert {area.id for area in near} < {area.id for area in wide}
    assert {area.id for area in wide[: len(near)]} == {area.id for area in near}
    assert {"503", "507"} <= {area.code for area in wide}
    assert not [area for area in wide if area.level == "neighbour"]


def test_a_named_edition(session: Session) -> None:
    assert [area.level for area in areas_at(session, 108.3380, 15.8794, edition="2025-07")] == ["commune"]


@pytest.mark.parametrize(("lon", "lat", "on"), [(108.9, 15.9, None), (108.3380, 15.8794, date(1997, 1, 1))])
def test_nothing_at_sea_and_nothing_before_the_first_edition(
    session: Session, lon: float, lat: float, on: date | None
) -> None:
    assert areas_at(session, lon, lat, on=on) == []


def test_swapped_degrees_are_refused(session: Session) -> None:
    with pytest.raises(InvalidError, match="đổi chỗ"):
        areas_at(session, 15.8794, 108.3380)
