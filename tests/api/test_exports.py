import json
from collections.abc import Callable, Iterator

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from api.app import create_app
from api.routes import exports
from geo.database import build_engine, build_sessions
from geo.models import Report
from geo.settings import Settings


@pytest.fixture
def own(fresh_database_url: str) -> Iterator[Engine]:
    engine = build_engine(fresh_database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def session(own: Engine) -> Iterator[Session]:
    with Session(own) as session:
        yield session


@pytest.fixture
def client(own: Engine, settings: Settings) -> Iterator[TestClient]:
    # A stream outlives the request's session: it needs connections that are really apart.
    with TestClient(create_app(settings, build_sessions(own)), base_url="http://testserver") as client:
        yield client


def test_a_file_of_what_the_list_shows(
    client: TestClient, session: Session, make_report: Callable[..., Report]
) -> None:
    make_report(category="cay-xanh", accepted=True)
    make_report(category="giao-thong")
    session.commit()
    answer = client.get("/api/v1/export", params={"format": "geojson", "category": "cay-xanh"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/geo+json"
    assert answer.headers["content-disposition"].endswith('.geojson"')
    listed = client.get("/api/v1/reports", params={"category": "cay-xanh"}).json()["features"]
    found = json.loads(answer.content)["features"]
    assert [feature["id"] for feature in found] == [feature["id"] for feature in listed]
    assert found[0]["properties"].keys() == listed[0]["properties"].keys()
    assert found[0]["geometry"] == listed[0]["geometry"]


def test_geojson_is_the_default(client: TestClient) -> None:
    assert client.get("/api/v1/export").json() == {"type": "FeatureCollection", "features": []}


def test_another_format_is_refused_with_what_there_is(client: TestClient) -> None:
    answer = client.get("/api/v1/export", params={"format": "shp"})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert "geojson" in answer.json()["detail"]


def test_a_bad_filter_is_refused_before_anything_is_sent(client: TestClient) -> None:
    assert client.get("/api/v1/export", params={"bbox": "1,2,3"}).status_code == 422
    assert client.get("/api/v1/export", params={"category": "none-such"}).status_code == 422


def test_places_are_given_back_and_run_out_politely(client: TestClient) -> None:
    for _request in range(6):
        assert client.get("/api/v1/export").status_code == 200
    taken = 0
    while exports._SLOTS.acquire(blocking=False):
        taken += 1
    assert taken == 4
    try:
        answer = client.get("/api/v1/export")
        assert answer.status_code == 429
        assert answer.headers["retry-after"] == "30"
    finally:
        exports._SLOTS.release(taken)
