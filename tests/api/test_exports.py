import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from api.app import create_app
from api.routes import exports
from api.takers import Slots
from geo.database import build_sessions
from geo.deadlines import ZONE
from geo.errors import TooManyError
from geo.models import Report
from geo.settings import Settings
from maps.export import FORMATS
from tests.maps.export.reading import read


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
    answer = client.get("/api/v1/export", params={"format": "dwg"})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert "geojson" in answer.json()["detail"]


def test_a_bad_filter_is_refused_before_anything_is_sent(client: TestClient) -> None:
    assert client.get("/api/v1/export", params={"bbox": "1,2,3"}).status_code == 422
    assert client.get("/api/v1/export", params={"category": "none-such"}).status_code == 422


def test_places_are_given_back_and_run_out_politely(client: TestClient) -> None:
    for _request in range(6):
        assert client.get("/api/v1/export").status_code == 200
    with ExitStack() as stack:
        for _place in range(2):
            stack.enter_context(exports._SLOTS.held("testclient"))
        answer = client.get("/api/v1/export")
        assert answer.status_code == 429
        assert answer.headers["retry-after"] == "30"
    assert client.get("/api/v1/export").status_code == 200


def test_one_reader_never_takes_the_places_of_all() -> None:
    slots = Slots(4, each=2)
    with ExitStack() as stack:
        for who in ("one", "one", "two"):
            stack.enter_context(slots.held(who))
        with pytest.raises(TooManyError):
            stack.enter_context(slots.held("one"))
        stack.enter_context(slots.held("three"))
        with pytest.raises(TooManyError):
            stack.enter_context(slots.held("four"))
    with slots.held("four"):
        assert slots._taken == {"four": 1}  # and nobody else is remembered


def test_downloads_are_counted_by_the_hour(settings: Settings, own: Engine) -> None:
    strict = settings.model_copy(update={"limit_download_hour": 2})
    with TestClient(create_app(strict, build_sessions(own))) as client:
        answers = [client.get("/api/v1/export") for _one in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 429]
    assert int(answers[2].headers["retry-after"]) > 0


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_over_http(
    client: TestClient, session: Session, make_report: Callable[..., Report], name: str, tmp_path: Path
) -> None:
    report = make_report(accepted=True, lon=108.474, lat=15.5736)
    session.commit()
    crs = 5899 if FORMATS[name].any_crs else 4326
    answer = client.get("/api/v1/export", params={"format": name, "crs": f"EPSG:{crs}", "fields": "state,content"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == FORMATS[name].media_type
    day = f"{datetime.now(ZONE):%Y%m%d}"
    assert f'filename="phan-anh-{day}-' in answer.headers["content-disposition"]
    assert answer.headers["content-disposition"].endswith(f'.{FORMATS[name].ending}"')
    path = tmp_path / f"out.{FORMATS[name].ending}"
    path.write_bytes(answer.content)
    frame = read(path, name, crs)
    assert list(frame.columns) == ["state", "content", "geometry"]
    assert list(frame.index) == [report.code]
    assert frame.crs.to_epsg() == crs


@pytest.mark.parametrize("name", ["geojson", "geojsonseq", "csv", "kml"])
def test_texts_are_packed_for_who_takes_it(client: TestClient, name: str) -> None:
    plain, packed = (
        client.get("/api/v1/export", params={"format": name}, headers={"Accept-Encoding": encoding})
        for encoding in ("identity", "br")
    )
    refused = client.get("/api/v1/export", params={"format": name}, headers={"Accept-Encoding": "gzip, br;q=0"})
    assert refused.headers.get("content-encoding") != "br"
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "br"
    assert packed.content == plain.content


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"format": "dwg"}, "format"),
        ({"crs": "VN-2000"}, "crs"),
        ({"crs": "EPSG:5899"}, "crs"),  # GeoJSON is in WGS 84
        ({"format": "csv", "crs": "EPSG:2154"}, "crs"),
        ({"format": "csv", "crs": "999999"}, "crs"),
        ({"fields": "phone"}, "fields"),
        ({"format": "csv", "geometry": "hex"}, "geometry"),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_sent(client: TestClient, params: dict[str, str], field: str) -> None:
    answer = client.get("/api/v1/export", params=params)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field


def test_too_many_to_wait_for_are_to_be_ordered(
    client: TestClient, session: Session, make_report: Callable[..., Report], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_report()
    make_report()
    session.commit()
    monkeypatch.setattr(exports, "AT_ONCE", 1)
    for name, one in FORMATS.items():
        answer = client.get("/api/v1/export", params={"format": name})
        assert answer.status_code == (200 if one.streamed else 422)
        assert one.streamed or "POST /api/v1/exports" in answer.json()["detail"]


@pytest.mark.parametrize("name", FORMATS)
def test_areas_over_http(client: TestClient, name: str, tmp_path: Path) -> None:
    answer = client.get("/api/v1/export/areas", params={"edition": "2025-07", "level": "commune", "format": name})
    assert answer.status_code == 200
    assert "dia-gioi-2025-07-commune-" in answer.headers["content-disposition"]
    path = tmp_path / f"out.{FORMATS[name].ending}"
    path.write_bytes(answer.content)
    assert len(read(path, name)) == 78


def test_areas_that_are_not_there(client: TestClient) -> None:
    ask = "/api/v1/export/areas"
    assert client.get(ask, params={"edition": "1900", "level": "district"}).status_code == 404
    assert client.get(ask, params={"edition": "2025-07", "level": "district"}).status_code == 404
    assert client.get(ask, params={"edition": "2020", "level": "district", "crs": "EPSG:5899"}).status_code == 422


def test_the_description_names_every_format_and_crs(client: TestClient) -> None:
    path = client.get("/openapi.json").json()["paths"]["/api/v1/export"]["get"]
    assert set(path["responses"]["200"]["content"]) == {one.media_type for one in FORMATS.values()}
    said = {one["name"]: one.get("description", "") for one in path["parameters"]}
    assert all(name in said["format"] for name in FORMATS)
    assert "EPSG:5899" in said["crs"]
    assert {"bbox", "category", "unit", "area", "state", "since", "until", "q", "fields", "geometry"} <= said.keys()
