import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from api.app import create_app
from api.routes import exports
from geo.database import build_engine, build_sessions
from geo.deadlines import ZONE
from geo.models import Export, Report
from geo.settings import Settings
from maps.export import FORMATS, rows
from tests.browser.conftest import running
from tests.maps.export.reading import read


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


def test_who_goes_away_leaves_nothing_running(
    session: Session,
    make_report: Callable[..., Report],
    fresh_database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rows, "BATCH", 100)
    monkeypatch.setattr(rows, "TEXTS", 100)
    for _number in range(40):
        make_report(content="Ổ gà " * 350, accepted=True)
    for _doubling in range(8):  # 20 megabytes, more than the sockets between hold
        session.execute(text("""
            INSERT INTO reports (code, state, category_id, unit_id, content, words, point, public_point, published_at,
                door, demo, needs_confirmation, version)
            SELECT 'X' || nextval(pg_get_serial_sequence('reports', 'id')), state, category_id, unit_id, content,
                words, point, public_point, published_at, door, demo, needs_confirmation, version FROM reports
        """))  # fmt: skip
    session.commit()
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'COPY%'"

    def await_statements(wanted: int) -> None:
        deadline = time.monotonic() + 30
        while session.scalar(text(query + " AND state = 'active'")) != wanted:
            session.rollback()
            assert time.monotonic() < deadline
            threading.Event().wait(0.02)

    with running(fresh_database_url, tmp_path) as live:
        host, _colon, port = live.url.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port))) as reader:
            reader.sendall(b"GET /api/v1/export HTTP/1.1\r\nHost: x\r\n\r\n")
            assert b"200" in reader.recv(100)
            await_statements(1)  # it waits for the reader
        await_statements(0)
        deadline = time.monotonic() + 30
        while session.scalar(select(Export.state)) != "cancelled":  # so the register has it
            session.rollback()
            assert time.monotonic() < deadline
            threading.Event().wait(0.05)


def test_the_description_names_every_format_and_crs(client: TestClient) -> None:
    path = client.get("/openapi.json").json()["paths"]["/api/v1/export"]["get"]
    assert set(path["responses"]["200"]["content"]) == {one.media_type for one in FORMATS.values()}
    said = {one["name"]: one.get("description", "") for one in path["parameters"]}
    assert all(name in said["format"] for name in FORMATS)
    assert "EPSG:5899" in said["crs"]
    assert {"bbox", "category", "unit", "area", "state", "since", "until", "q", "fields", "geometry"} <= said.keys()
