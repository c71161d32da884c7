import pytest
import shapely
from sqlalchemy.orm import Session

from boundaries import editions
from geo.errors import NotFoundError
from maps.outlines import around, collection, drawn, listed


def points(found: dict) -> int:
    return sum(shapely.get_num_coordinates(shapely.geometry.shape(one["geometry"])) for one in found["features"])


def test_borders_that_may_not_be_passed_on_go_out_simplified_and_say_so(session: Session) -> None:
    edition = editions.find(session, "2020")
    simplified = collection(session, edition, "district")
    assert simplified["simplified"] is True
    assert "GADM" in simplified["attribution"]
    edition.redistributable = True  # an operator's own
    whole = collection(session, edition, "district")
    session.expire(edition)
    assert whole["simplified"] is False
    assert len(whole["features"]) == len(simplified["features"]) == 18
    assert points(whole) > 2 * points(simplified)


def test_names_stand_inside_their_areas(session: Session) -> None:
    for one in drawn(session, editions.find(session, "2020"))["features"]:
        assert shapely.geometry.shape(one["geometry"]).covers(shapely.Point(one["properties"]["label"])), one["id"]


def test_provinces_around_are_land_and_no_areas_of_ours(session: Session) -> None:
    names = {one["properties"]["name"] for one in around(session, editions.find(session, "2020"))["features"]}
    assert "Đà Nẵng" in names
    assert "Hội An" not in names


def test_a_level_that_is_none_is_not_found(session: Session) -> None:
    edition = editions.find(session, "2020")
    for level in ("neighbour", "province", "x"):
        with pytest.raises(NotFoundError):
            collection(session, edition, level)


def test_editions_are_listed_with_their_levels(session: Session) -> None:
    found = {one["code"]: one for one in listed(session)}
    assert found["2020"]["levels"] == {"district": 18, "commune": 241}
    assert found["2025-07"]["levels"] == {"commune": 78}
    assert found["2020"]["state"] == "active"
