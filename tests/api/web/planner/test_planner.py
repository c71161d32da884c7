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
