import re
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings, strategies
from sqlalchemy.orm import Session

from api.filters import read_filters, written
from geo.filters import Filters
from geo.geometry import BBox
from geo.models import Report, User


def test_the_page_is_linked_where_people_look(
    client: TestClient,
    make_user: Callable[..., User],
    sign_in: Callable[[TestClient, User], None],
) -> None:
    home = client.get("/").text
    assert home.count('href="/planner"') == 2  # the tile and the footer
    sign_in(client, make_user("planner"))
    assert 'class="top-who" href="/planner"' in client.get("/privacy").text
    assert 'name="exact"' in client.get("/planner").text


def test_others_see_no_choice_of_exact_points_and_get_none(client: TestClient) -> None:
    assert 'name="exact"' not in client.get("/planner").text
    refused = client.get("/planner?exact=true")
    assert refused.status_code in (401, 403)


def test_the_addresses_on_the_page_are_those_of_the_choice(
    client: TestClient, make_report: Callable[..., Report]
) -> None:
    make_report(category="cay-xanh")
    text = client.get("/planner?category=cay-xanh&format=csv&crs=EPSG:32649&fields=state&fields=unit").text
    start = text.index('href="/api/v1/export?') + len('href="')
    address = urlsplit(text[start : text.index('"', start)].replace("&amp;", "&"))
    assert {name: value[0] for name, value in parse_qs(address.query).items()} == {
        "category": "cay-xanh",
        "format": "csv",
        "crs": "EPSG:32649",
        "fields": "state,unit",
    }


def test_blanks_of_a_form_without_scripts_are_swept_out_of_the_address(client: TestClient) -> None:
    answer = client.get("/planner?category=&area=503&crs=EPSG:5899&crs=&q=", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/planner?area=503&crs=EPSG:5899")


@pytest.mark.parametrize("query", ["bbox=1,2,3", "crs=EPSG:1", "area=nowhere", "since=gestern", "q=%00", "format=dxf"])
def test_what_means_nothing_is_said_on_the_page(client: TestClient, query: str) -> None:
    answer = client.get(f"/planner?{query}")
    assert answer.status_code == 422
    assert 'class="alert"' in answer.text
    assert 'id="choose"' in answer.text


def test_a_form_of_another_page_orders_nothing(client: TestClient) -> None:
    assert client.post("/planner/exports", data={"query": "format=csv"}).status_code == 403


sides = strategies.tuples(
    strategies.floats(-180, 0), strategies.floats(-90, 0), strategies.floats(0, 180), strategies.floats(0, 90)
)


moments = strategies.datetimes(datetime(1901, 1, 1), datetime(2999, 1, 1), timezones=strategies.just(UTC))  # noqa: DTZ001 (the library adds it)


@given(
    box=strategies.none() | sides,
    since=strategies.none() | moments,
    state=strategies.none() | strategies.sampled_from(["received", "closed"]),
    category=strategies.sampled_from([(), ("khac",), ("giao-thong", "cay-xanh")]),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_filters_come_back_from_an_address_as_they_were(
    session: Session,
    box: tuple[float, float, float, float] | None,
    since: datetime | None,
    state: str | None,
    category: tuple[str, ...],
) -> None:
    filters = Filters(bbox=BBox(*box) if box else None, since=since, state=state, category=category)
    said = {"box" if name == "bbox" else name: value for name, value in written(filters).items()}
    assert read_filters(session, **said) == filters


def test_a_wrong_box_is_told_at_its_field_and_in_the_bar(client: TestClient) -> None:
    page = client.get("/planner?bbox=1,2,3&category=nichts").text
    field = re.search(r'<input id="bbox"[^>]*>', page)
    assert field is not None
    assert 'aria-invalid="true"' in field[0]
    assert 'aria-describedby="fault-bbox"' in field[0]
    assert re.search(r'id="fault-bbox" data-fault="bbox">Khung phải là tây, nam, đông, bắc theo độ', page)
    assert re.search(r'id="fault-category" data-fault="category">[^<]*không có mã “nichts”', page)
    assert re.search(r'<p id="brief"><a class="brief-wrong" href="#fault-bbox">.*Cần sửa: Khung', page)
    assert 'id="fault-bbox" data-fault="bbox" hidden' in client.get("/planner").text


@pytest.mark.parametrize(
    ("since", "said"),
    [("P90D", "90 ngày qua"), ("P365D", "Một năm qua"), ("P45D", "45 ngày qua"), ("PT6H", "6 giờ qua")],
)
def test_a_relative_period_is_told_in_words(client: TestClient, since: str, said: str) -> None:
    assert f'<option value="{since}" selected>{said}</option>' in client.get(f"/planner?since={since}").text
    assert f'<option value="{since}" selected>{said}</option>' in client.get(f"/?since={since}").text


def test_a_commune_is_chosen_within_its_district(client: TestClient, session: Session) -> None:
    def options(query: str) -> tuple[list[str], list[str]]:
        page = client.get(f"/planner{query}").text
        found = page[page.index('<select id="commune"') : page.index('<label class="field" for="bbox"')]
        districts = page[page.index('<select id="area"') : page.index('<select id="commune"')]
        return re.findall(r'value="(\d+)"', found), re.findall(r'value="(\d+)"[^>]* selected', districts + found)

    assert options("") == ([], [])
    there, chosen = options("?area=503")
    assert (len(there), chosen) == (13, ["503"])
    assert options(f"?area={there[2]}") == (there, ["503", there[2]])


def test_a_commune_of_the_district_before_is_left_out_of_the_address(client: TestClient) -> None:
    page = client.get("/planner?area=503").text
    commune = re.findall(r'value="(\d{5})"', page)[0]
    other = client.get(f"/planner?area=502&area={commune}", follow_redirects=False)
    assert other.headers["location"] == "/planner?area=502"
    same = client.get(f"/planner?area=503&area={commune}", follow_redirects=False)
    assert same.headers["location"] == f"/planner?area={commune}"


def test_a_crs_that_is_not_made_for_all_of_the_province_says_so(
    client: TestClient, make_report: Callable[..., Report]
) -> None:
    make_report()
    said = "không chứa hết các nơi trong tỉnh"
    assert f"Vùng sử dụng của EPSG:9210 {said}" in client.get("/planner?crs=9210").text
    for code in ("5899", "5898", "4326"):
        assert said not in client.get(f"/planner?crs=EPSG:{code}").text
    assert 'placeholder="5898"' in client.get("/planner").text
