from collections import Counter
from statistics import median

import pytest

from boundaries import facts, history, sources
from boundaries.facts import Change
from boundaries.history import Commune
from boundaries.importing import NewArea, area_m2

KINDS = {"phường", "xã", "thị trấn"}
# What the resolutions themselves say, in km².
RESOLVED = {"Nam Trà My": 178.31, "Trà Tập": 183.17, "Trà Vân": 85.58, "Trà Linh": 158.19, "Trà Leng": 221.15}
JULY = facts.changes("2025-07")
JANUARY = facts.changes("2025-01")


@pytest.fixture(scope="module")
def communes() -> dict[str, Commune]:
    wards = sources.read_wards(frozenset({sources.PROVINCE, "Đà Nẵng", "Thừa Thiên Huế", "Kon Tum", "Quảng Ngãi"}))
    return history.communes_2020(wards)


@pytest.fixture(scope="module")
def editions() -> dict[str, list[NewArea]]:
    return {edition.code: areas for edition, areas in history.build()}


def test_2020_has_18_districts_and_241_communes_with_official_codes(communes: dict[str, Commune]) -> None:
    places = facts.places_2020()
    assert sum(place.parent is None for place in places.values()) == 18
    assert len(communes) == 241
    assert all(communes[code].place == place for code, place in places.items() if place.parent)


def test_six_older_communes_became_three(communes: dict[str, Commune]) -> None:
    merged = facts.merged_2020()
    assert len(merged) == 6
    assert Counter(communes[code].place.name for code in merged.values()) == {
        "Tân Bình": 2,
        "Ninh Phước": 2,
        "Quế Mỹ": 2,
    }
    assert all(communes[code].place.parent == district for (district, _name), code in merged.items())


@pytest.mark.parametrize("change", JANUARY + JULY, ids=lambda change: f"{change.place.code}-{change.place.name}")
def test_each_changed_commune_is_well_formed(change: Change) -> None:
    place = change.place
    assert len(place.code) == 5
    assert place.code.isdigit()
    assert place.kind in KINDS
    assert place.name == place.name.strip()
    assert place.name[0].isupper()
    # A new commune keeps the code of one of those that it was made of.
    assert place.code in change.made_of
    assert place.parent in facts.joined_districts()


@pytest.mark.parametrize(("edition", "count"), [("2025-01", 233), ("2025-07", 78)])
def test_each_commune_goes_into_exactly_one_new_one(edition: str, count: int, communes: dict[str, Commune]) -> None:
    before = communes if edition == "2025-01" else history.step(communes, JANUARY)
    used = [code for change in facts.changes(edition) for code in change.made_of]
    assert len(used) == len(set(used))
    assert set(used) <= set(before)
    assert len(history.step(before, facts.changes(edition))) == count
    if edition == "2025-07":
        assert set(used) == set(before)


@pytest.mark.parametrize("change", JULY, ids=lambda change: change.place.name)
def test_each_commune_of_2025_07_lies_in_exactly_one_old_district(change: Change, communes: dict[str, Commune]) -> None:
    january = {change.place.code: change.made_of for change in JANUARY}
    older = [code for new in change.made_of for code in january.get(new, (new,))]
    assert {communes[code].place.parent for code in older} == {change.place.parent}


@pytest.mark.parametrize("row", list(facts.rows("communes-2025-07")), ids=lambda row: row["name"])
def test_each_commune_of_2025_07_has_its_official_size_and_is_in_one_piece(
    row: dict[str, str], editions: dict[str, list[NewArea]]
) -> None:
    area = next(one for one in editions["2025-07"] if one.level == "commune" and one.code == row["code"])
    size = area_m2(area.polygon) / 1e6
    # The borders of the highland communes were drawn anew after the polygons: up to 15 % there, 0.3 % at the median.
    assert size == pytest.approx(float(row["km2"]), rel=0.15)
    islands = {"Tân Hiệp": 9, "Tam Hải": 3, "Núi Thành": 2}
    assert len(area.polygon.geoms) == islands.get(area.name, 1)


def test_the_sizes_agree_closely_on_the_whole(editions: dict[str, list[NewArea]]) -> None:
    official = {row["code"]: float(row["km2"]) for row in facts.rows("communes-2025-07")}
    sizes = {one.code: area_m2(one.polygon) / 1e6 for one in editions["2025-07"] if one.level == "commune"}
    assert median(abs(sizes[code] / official[code] - 1) for code in official) < 0.005
    named = {one.name: area_m2(one.polygon) / 1e6 for one in editions["2025-07"] if one.level == "commune"}
    assert {name: named[name] for name in RESOLVED} == pytest.approx(RESOLVED, rel=0.01)


def test_the_kinds_add_up_to_what_was_announced(editions: dict[str, list[NewArea]]) -> None:
    def kinds(edition: str) -> Counter[str]:
        return Counter(one.kind for one in editions[edition] if one.level == "commune")

    assert kinds("2025-01") == {"xã": 190, "phường": 29, "thị trấn": 14}
    # The whole new Đà Nẵng has 23 wards and 70 communes; 12 and 3 of them were Đà Nẵng's before.
    assert kinds("2025-07") == {"phường": 11, "xã": 67}


def test_places_that_tables_elsewhere_get_wrong() -> None:
    by_name = {change.place.name: change for change in JULY}
    places = facts.places_2020()
    assert {places[code].name for code in by_name["Nam Trà My"].made_of} == {"Trà Mai", "Trà Don"}
    assert {places[code].name for code in by_name["Trà Leng"].made_of} == {"Trà Leng", "Trà Dơn"}
    assert by_name["Nam Trà My"].place.parent == "516"
    assert by_name["Lãnh Ngọc"].place.code == "20875"
    assert {places[code].name for code in by_name["Thu Bồn"].made_of} == {"Duy Châu", "Duy Hòa", "Duy Phú", "Duy Tân"}
    assert [name for name in by_name if name.startswith("Hội An")] == ["Hội An Tây", "Hội An", "Hội An Đông"]
    assert all(by_name[name].place.kind == "phường" for name in ("Hội An", "Hội An Đông", "Hội An Tây", "Tam Kỳ"))


def test_nong_son_joined_que_son(editions: dict[str, list[NewArea]]) -> None:
    districts = {
        edition: {one.code: one for one in editions[edition] if one.level == "district"} for edition in editions
    }
    assert sorted(districts["2020"]) == [str(code) for code in range(502, 520)]
    assert sorted(districts["2025-01"]) == [str(code) for code in range(502, 519)]
    assert districts["2025-07"] == {}
    # Resolution 1241/NQ-UBTVQH15 gives both sizes.
    assert area_m2(districts["2020"]["519"].polygon) / 1e6 == pytest.approx(471.64, rel=0.01)
    assert area_m2(districts["2025-01"]["509"].polygon) / 1e6 == pytest.approx(729.10, rel=0.01)


def test_the_coast_is_the_sea_and_not_the_border_with_laos(editions: dict[str, list[NewArea]]) -> None:
    def coast(edition: str, level: str) -> set[str]:
        return {one.name for one in editions[edition] if one.level == level and one.coastal}

    by_sea = {"Hội An", "Điện Bàn", "Duy Xuyên", "Thăng Bình", "Tam Kỳ", "Núi Thành"}
    assert coast("2020", "district") == by_sea
    assert coast("2025-01", "district") == by_sea
    assert coast("2020", "commune") == {
        *("Điện Ngọc", "Điện Dương", "Cẩm An", "Cửa Đại", "Tân Hiệp", "Duy Hải", "Bình Dương", "Bình Minh", "Bình Hải"),
        *("Bình Nam", "Tam Thanh", "Tam Tiến", "Tam Hòa", "Tam Hải", "Tam Quang", "Tam Nghĩa"),
    }
    assert coast("2025-07", "commune") == {
        *("Điện Bàn Đông", "Hội An Tây", "Hội An Đông", "Tân Hiệp", "Duy Nghĩa", "Thăng An", "Thăng Trường"),
        *("Quảng Phú", "Tam Xuân", "Tam Anh", "Tam Hải", "Núi Thành"),
    }


def test_neighbours_of_each_edition() -> None:
    names = {edition.code: {one.place.name for one in facts.neighbours(edition.code)} for edition in facts.editions()}
    assert names == {
        "2020": {"Thừa Thiên Huế", "Đà Nẵng", "Quảng Ngãi", "Kon Tum"},
        "2025-01": {"Huế", "Đà Nẵng", "Quảng Ngãi", "Kon Tum"},
        "2025-07": {"Huế", "Đà Nẵng", "Quảng Ngãi"},
    }
