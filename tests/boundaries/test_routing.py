from datetime import date

import numpy as np
import pytest
import shapely
from sqlalchemy.orm import Session

from boundaries import atlas, editions
from boundaries.metric import to_degrees, to_metric
from boundaries.routing import Routing, route
from boundaries.shares import radii
from geo import options
from geo.errors import InvalidError, NotFoundError, OutsideError
from geo.i18n import translate
from geo.models import Unit
from geo.settings import Settings

HOI_AN = (108.3380, 15.8794)
NONG_SON = (107.995, 15.651)


def said(routing: Routing) -> str:
    return translate(routing.reason.message, "vi", **routing.reason.values)


def test_hoi_an(session: Session, settings: Settings) -> None:
    found = route(session, *HOI_AN, settings=settings)
    assert (found.area.code, found.unit.name) == ("503", "UBND thành phố Hội An")
    assert (found.reason.code, said(found)) == ("inside", "Vị trí nằm trong thành phố Hội An.")
    assert (found.needs_confirmation, found.candidates, found.distance) == (False, [], None)
    assert (found.commune.level, found.commune.parent_code) == ("commune", "503")
    assert found.edition.code == "2020"


def test_nong_son_by_named_edition(session: Session, settings: Settings) -> None:
    codes = [route(session, *NONG_SON, edition=code, settings=settings).area.code for code in ("2020", "2025-01")]
    assert codes == ["519", "509"]
    new = route(session, *NONG_SON, edition="2025-07", settings=settings)
    assert (new.area.level, new.area.name) == ("commune", "Quế Phước")
    assert new.commune is new.area
    assert new.unit.area_code == new.area.code


def test_nong_son_by_day_once_the_drafts_are_active(session: Session, settings: Settings) -> None:
    for code in ("2025-01", "2025-07"):
        editions.activate(session, code)
    days = [date(2024, 6, 1), date(2025, 2, 1), date(2026, 1, 1)]
    found = [route(session, *NONG_SON, on=day, settings=settings) for day in days]
    assert [one.edition.code for one in found] == ["2020", "2025-01", "2025-07"]
    assert [one.area.name for one in found] == ["Nông Sơn", "Quế Sơn", "Quế Phước"]
    assert [one.unit.area_code for one in found] == [one.area.code for one in found]
    assert [one.area.code for one in found][:2] == ["519", "509"]


def test_the_last_day_of_an_edition_is_its_own(session: Session, settings: Settings) -> None:
    editions.activate(session, "2025-01")
    days = [date(2024, 12, 31), date(2025, 1, 1)]
    assert [route(session, *NONG_SON, on=day, settings=settings).area.code for day in days] == ["519", "509"]


def test_cu_lao_cham_is_hoi_ans(session: Session, settings: Settings) -> None:
    found = route(session, 108.51, 15.955, settings=settings)
    assert (found.area.name, found.commune.name, found.reason.code) == ("Hội An", "Tân Hiệp", "inside")


def test_a_border_close_by_makes_uncertain(session: Session, settings: Settings) -> None:
    # 60 m on Hội An's side of the middle of its border with Điện Bàn.
    x, y = beside(session, "503", "507", 60)
    found = route(session, x, y, settings=settings)
    assert (found.area.code, found.reason.code, found.needs_confirmation) == ("503", "uncertain", True)
    assert found.distance == pytest.approx(60, abs=1)
    assert "thành phố Hội An nhưng cách thị xã Điện Bàn chỉ khoảng 60 m" in said(found)
    assert [one.area.code for one in found.candidates] == ["503", "507"]
    assert sum(one.share for one in found.candidates) == pytest.approx(1)
    assert found.candidates[0].share > 0.5 > found.candidates[1].share > 0


def test_accuracy_widens_the_circle(session: Session, settings: Settings) -> None:
    x, y = beside(session, "503", "507", 400)
    assert route(session, x, y, settings=settings).reason.code == "inside"
    assert route(session, x, y, accuracy=300, settings=settings).reason.code == "inside"
    assert route(session, x, y, accuracy=390, settings=settings).reason.code == "uncertain"


@pytest.mark.parametrize("accuracy", [0, 60, 8_000])
def test_a_share_is_the_mean_of_what_an_area_has_of_equally_probable_discs(
    session: Session, settings: Settings, accuracy: float
) -> None:
    at = HOI_AN if accuracy else beside(session, "503", "507", 40)
    at = beside(session, "503", "507", 90) if accuracy == 60 else at
    found = route(session, *at, accuracy=accuracy, settings=settings)
    sheet = atlas.sheet(session, editions.find(session), "district")
    metric = shapely.transform(sheet.polygons, lambda c: np.column_stack(to_metric(*c.T)))
    listed = [list(sheet.code).index(one.area.code) for one in found.candidates]
    sums = np.zeros(len(sheet.code))
    for radius in radii(accuracy, settings.border_uncertainty):
        circle = shapely.Point(to_metric(*at)).buffer(radius, quad_segs=16)
        sums[listed] += shapely.area(shapely.intersection(metric[listed], circle)) / circle.area
    expected = {sheet.code[one]: sums[one] / sums.sum() for one in listed}
    assert {one.area.code: one.share for one in found.candidates} == pytest.approx(expected, abs=1e-4)
    assert len(expected) > 1
    assert found.confidence == found.candidates[0].share


def test_the_likeliest_area_answers_and_says_how_likely_it_is(session: Session, settings: Settings) -> None:
    # Three kilometres of uncertainty in Điện Bàn's narrow tip between Hội An and Duy Xuyên.
    found = route(session, 108.2950, 15.8870, accuracy=3_000, settings=settings)
    assert found.area.code == found.candidates[0].area.code == "507"
    assert (
        "Vị trí nằm trong thành phố Hội An, sát ranh giới, nhưng nhiều khả năng hơn là thuộc thị xã Điện Bàn"
        in said(found)
    )
    assert found.confidence == max(one.share for one in found.candidates)
    assert (found.reason.code, found.distance, found.needs_confirmation) == ("uncertain", 0, True)
    assert found.commune.parent_code == "507"


def test_only_below_the_administrators_confidence_is_there_anything_to_confirm(
    session: Session, settings: Settings
) -> None:
    x, y = beside(session, "503", "507", 130)
    found = route(session, x, y, settings=settings)
    assert (found.reason.code, found.needs_confirmation) == ("uncertain", False)
    assert 0.95 < found.confidence < 1
    assert "khả năng đúng khoảng 97%." in said(found)
    options.change(session, "routing_confidence", 99)
    stricter = route(session, x, y, settings=settings)
    assert (stricter.needs_confirmation, stricter.confidence) == (True, found.confidence)
    assert said(stricter).endswith("khả năng đúng khoảng 97%, cần xác nhận.")


def test_far_from_every_border_the_area_is_certain(session: Session, settings: Settings) -> None:
    assert route(session, *HOI_AN, settings=settings).confidence == 1


def test_between_areas_of_one_unit_nothing_is_to_be_confirmed(session: Session, settings: Settings) -> None:
    x, y = beside(session, "503", "507", 20)
    assert route(session, x, y, settings=settings).needs_confirmation
    for unit in session.query(Unit).filter(Unit.area_code.in_(["503", "507"])):
        unit.area_code = None
    session.add(Unit(code="chung", name="UBND chung", kind="committee", area_code="503"))
    session.add(Unit(code="chung-2", name="UBND chung", kind="committee", area_code="507"))
    session.flush()
    assert route(session, x, y, settings=settings).needs_confirmation  # two units of one name are two


def test_on_a_shared_border_the_smaller_code_answers(session: Session, settings: Settings) -> None:
    x, y = beside(session, "503", "507", 0)
    found = route(session, x, y, settings=settings)
    assert (found.area.code, found.reason.code, found.needs_confirmation) == ("503", "border", True)
    assert found.commune.parent_code == "503"
    assert "ranh giới của thành phố Hội An, thị xã Điện Bàn" in said(found)


def test_near_a_border_the_sender_may_choose_among_the_candidates(session: Session, settings: Settings) -> None:
    x, y = beside(session, "503", "507", 60)
    by_itself = route(session, x, y, settings=settings)
    found = route(session, x, y, area="507", settings=settings)
    assert (found.area.code, found.unit.name) == ("507", "UBND thị xã Điện Bàn")
    assert (found.reason.code, said(found)) == ("border", "Gần ranh giới; người gửi chọn thị xã Điện Bàn.")
    assert (found.needs_confirmation, found.distance) == (True, 0)
    assert found.commune.parent_code == "507"
    assert [one.area.code for one in found.candidates] == [one.area.code for one in by_itself.candidates]
    same = route(session, x, y, area="503", settings=settings)
    assert (same.area.code, same.reason.code, same.needs_confirmation) == ("503", "border", True)
    assert same.distance == pytest.approx(60, abs=1)


def test_an_area_that_is_no_candidate_is_passed_over(session: Session, settings: Settings) -> None:
    x, y = beside(session, "503", "507", 60)
    for area in ("508", "", "503\0", "20398"):
        assert route(session, x, y, area=area, settings=settings).reason.code == "uncertain"
    assert route(session, *HOI_AN, area="507", settings=settings).area.code == "503"
    assert route(session, *HOI_AN, area="503", settings=settings).reason.code == "inside"


def test_a_neighbouring_province_close_by_makes_uncertain(session: Session, settings: Settings) -> None:
    x, y = beside(session, "517", "51", 40)
    found = route(session, x, y, settings=settings)
    assert (found.area.code, found.reason.code, found.candidates) == ("517", "uncertain", [])
    assert "tỉnh Quảng Ngãi chỉ khoảng 40 m" in said(found)
    assert 0.5 < found.confidence < 0.95  # the rest of it lies in the other province


def test_in_the_sea_the_nearest_coast_answers(session: Session, settings: Settings) -> None:
    found = route(session, 108.410, 15.890, settings=settings)
    assert (found.area.code, found.reason.code, found.needs_confirmation) == ("503", "nearest", True)
    assert 150 < found.distance < settings.coast_distance
    assert found.commune.parent_code == "503"
    assert "cách thành phố Hội An khoảng" in said(found)
    assert found.confidence is None  # no error of a phone or a border explains so far out


def test_just_off_a_coast_with_one_area_the_place_is_certain(session: Session, settings: Settings) -> None:
    # The mean of a straight run of Hội An's beach and 60 m out.
    found = route(session, *off_the_coast(session, "503", 60), settings=settings)
    assert (found.area.code, found.reason.code) == ("503", "nearest")
    assert (found.confidence, found.needs_confirmation) == (1, False)
    assert "khả năng thuộc nơi này khoảng 100%" in said(found)


def test_far_out_at_sea_is_refused_with_the_distance(session: Session, settings: Settings) -> None:
    with pytest.raises(OutsideError, match="ngoài tỉnh Quảng Nam, cách ranh giới khoảng") as caught:
        route(session, 109.2, 15.9, settings=settings)
    assert caught.value.details["neighbour"] is None
    assert caught.value.details["distance"] > 50_000


def test_in_da_nang_the_neighbour_is_named(session: Session, settings: Settings) -> None:
    with pytest.raises(OutsideError, match="thuộc thành phố Đà Nẵng, ngoài tỉnh Quảng Nam") as caught:
        route(session, 108.22, 16.06, settings=settings)
    assert caught.value.details["neighbour"] == "thành phố Đà Nẵng"
    assert 5_000 < caught.value.details["distance"] < 15_000


def test_laos_is_refused_beyond_the_uncertainty_of_the_border(session: Session, settings: Settings) -> None:
    x, y = outward(session, "510", 100)
    assert route(session, x, y, settings=settings).reason.code == "nearest"
    x, y = outward(session, "510", 300)
    with pytest.raises(OutsideError) as caught:
        route(session, x, y, settings=settings)
    assert caught.value.details == {"distance": pytest.approx(300, abs=20), "neighbour": None}


@pytest.mark.parametrize(
    ("lon", "lat", "accuracy", "sentence"),
    [
        (15.8794, 108.3380, None, "đổi chỗ"),
        (float("nan"), 15.8, None, "hữu hạn"),
        (108.3, float("inf"), None, "hữu hạn"),
        (190, 15, None, "từ -180 đến 180"),
        (577453.963, 1722531.703, None, "VN-2000"),
        (1722531.703, 577453.963, None, "VN-2000"),
        (*HOI_AN, -1, "Sai số"),
        (*HOI_AN, float("nan"), "Sai số"),
        (*HOI_AN, 20_001, "20000 m"),
    ],
)
def test_what_is_no_place_is_refused(
    session: Session, settings: Settings, lon: float, lat: float, accuracy: float | None, sentence: str
) -> None:
    with pytest.raises(InvalidError, match=sentence):
        route(session, lon, lat, accuracy=accuracy, settings=settings)


def test_an_unknown_edition_is_refused(session: Session, settings: Settings) -> None:
    with pytest.raises(NotFoundError):
        route(session, *HOI_AN, edition="1976", settings=settings)


def polygon(session: Session, code: str) -> shapely.Geometry:
    level = "district" if len(code) == 3 else "neighbour"
    sheet = atlas.sheet(session, editions.find(session, "2020"), level)
    return shapely.transform(sheet.polygons[list(sheet.code).index(code)], lambda c: np.column_stack(to_metric(*c.T)))


def beside(session: Session, code: str, other: str, distance: float) -> tuple[float, float]:
    """Degrees of a point in an area whose distance to another is as given, and from all else much more."""
    mine, next_ = polygon(session, code), polygon(session, other)
    if distance == 0:
        line = max(shapely.get_parts(shapely.intersection(mine, next_)), key=lambda part: part.length)
        x, y = shapely.get_coordinates(line)[0]
        ends = shapely.get_coordinates(line)
        x, y = (ends[0] + ends[1]) / 2
    else:
        within = shapely.intersection(shapely.buffer(next_, distance, quad_segs=64).boundary, mine)
        inner = max(shapely.get_parts(within), key=lambda part: part.length)
        x, y = shapely.get_coordinates(shapely.line_interpolate_point(inner, 0.5, normalized=True))[0]
    lon, lat = to_degrees(np.array([x]), np.array([y]))
    return float(lon[0]), float(lat[0])


def off_the_coast(session: Session, code: str, distance: float) -> tuple[float, float]:
    """Degrees of a point so far east of the easternmost corner of an area."""
    corners = shapely.get_coordinates(polygon(session, code))
    x, y = corners[corners[:, 0].argmax()]
    lon, lat = to_degrees(np.array([x + distance]), np.array([y]))
    return float(lon[0]), float(lat[0])


def outward(session: Session, code: str, distance: float) -> tuple[float, float]:
    """Degrees of a point so far west of the westernmost corner of an area."""
    corners = shapely.get_coordinates(polygon(session, code))
    x, y = corners[corners[:, 0].argmin()]
    lon, lat = to_degrees(np.array([x - distance]), np.array([y]))
    return float(lon[0]), float(lat[0])
