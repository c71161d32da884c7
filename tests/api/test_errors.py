import json
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.body_limit import TEXT
from geo.models import Rate, Report

Body = dict[str, Any]


def refused(client: TestClient, session: Session, status: int, **request: Any) -> dict[str, Any]:
    answer = client.post("/api/v1/reports", **request)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert session.scalar(select(func.count()).select_from(Report)) == 0
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == status
    assert problem["detail"]
    assert problem["type"].startswith("/problems/")
    return problem


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("name", "", "ngắn"),
        ("name", 5, "văn bản"),
        ("name", "A\0B", "ký tự"),
        ("phone", "12", "số Việt Nam"),
        ("phone", "+1 212 555 2368", "số Việt Nam"),
        ("phone", None, "văn bản"),
        ("email", "khong-phai", "e-mail"),
        ("truthful", False, "chịu trách nhiệm"),
        ("truthful", "perhaps", "chịu trách nhiệm"),
        ("category", "khong-co", "danh sách"),
        ("category", "giao\0thong", "danh sách"),
        ("content", "ngắn", "ít nhất 10"),
        ("content", "x" * 5_001, "nhiều nhất 5000"),
        ("content", "\u202e\u200f" * 20, "ít nhất 10"),
        ("content", "một nội dung có \0 ở giữa", "ký tự"),
        ("lon", "abc", "số"),
        ("lon", None, "bản đồ"),
        ("lon", True, "số"),
        ("lon", [108], "số"),
        ("lon", "NaN", "hữu hạn"),
        ("lat", "inf", "hữu hạn"),
        ("accuracy", -1, "nhỏ hơn 0"),
        ("accuracy", 1e9, "lớn hơn 20000"),
        ("happened_at", "hôm qua", "ISO 8601"),
        ("happened_at", 1_700_000_000, "ISO 8601"),
        ("happened_at", "2999-01-01T00:00:00Z", "chưa đến"),
        ("happened_at", "1999-01-01T00:00:00Z", "một năm"),
        ("notice_version", "x y", "chưa đúng"),
    ],
)
def test_each_field_says_what_is_wrong_with_it(
    client: TestClient, session: Session, body: Body, field: str, value: object, says: str
) -> None:
    problem = refused(client, session, 422, json=body | {field: value})
    assert [fault["field"] for fault in problem["errors"]] == [field]
    assert says in problem["errors"][0]["message"]


@pytest.mark.parametrize("field", ["name", "phone", "truthful", "category", "content", "lon", "lat"])
def test_what_is_missing_is_named(client: TestClient, session: Session, body: Body, field: str) -> None:
    body.pop(field)
    problem = refused(client, session, 422, json=body)
    assert [fault["field"] for fault in problem["errors"]] == [field]


def test_all_faults_come_at_once(client: TestClient, session: Session, body: Body) -> None:
    problem = refused(client, session, 422, json=body | {"phone": "1", "content": "", "lon": "x"})
    assert {fault["field"] for fault in problem["errors"]} == {"phone", "content", "lon"}
    assert all(name in problem["detail"] for name in ("phone", "content", "lon"))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{", b"[]", b"null", b'"text"', b"\xff\xfe", b'{"lon": NaN}', b'{"lon": Infinity}', b'{"name": "\\ud800"}',
        b"[" * 60_000, b'{"lon": 1e999}', b'{"lon": 123456789012345678901234567890}',
    ],
)  # fmt: skip
def test_broken_json(client: TestClient, session: Session, content: bytes) -> None:
    refused(client, session, 422, content=content, headers={"Content-Type": "application/json"})


def test_longitude_and_latitude_the_wrong_way_round(client: TestClient, session: Session, body: Body) -> None:
    problem = refused(client, session, 422, json=body | {"lon": body["lat"], "lat": body["lon"]})
    assert "đổi chỗ" in problem["detail"]
    assert problem["type"] == "/problems/invalid"


@pytest.mark.parametrize(("lon", "lat"), [(500, 15.8), (108.3, -91), (1e300, 1e300)])
def test_degrees_that_do_not_exist(client: TestClient, session: Session, body: Body, lon: float, lat: float) -> None:
    assert refused(client, session, 422, json=body | {"lon": lon, "lat": lat})["type"] == "/problems/invalid"


@pytest.mark.parametrize("path", ["/api/v1/reports/QN-0000-0000/claim", "/api/v1/reports/QN-0000-0000/voices/follow"])
@pytest.mark.parametrize("content", [b"\xff\xfe", b"\x90.0?\x10", b"["])
def test_bytes_that_are_no_text(client: TestClient, path: str, content: bytes) -> None:
    answer = client.post(path, content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert "JSON" in answer.json()["detail"]


def test_a_stream_without_a_length_is_too_long_for_every_route(client: TestClient) -> None:
    # FastAPI reads this body itself, and takes what stops it for a fault of the body.
    pieces = (b"x" * 50_000 for _ in range(4))
    headers = {"Content-Type": "application/json"}
    answer = client.post("/api/v1/reports/QN-0000-0000/claim", content=pieces, headers=headers)
    assert (answer.status_code, answer.json()["limit"]) == (413, TEXT)


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/api/v1/reports", "GET, POST"),
        ("/api/v1/reports/QN-0000-0000/claim", "DELETE, POST"),
        ("/api/v1/units", "GET"),
    ],
)
def test_a_method_that_is_not_there_is_told_all_that_are(client: TestClient, path: str, methods: str) -> None:
    answer = client.put(path)
    assert (answer.status_code, answer.headers["allow"]) == (405, methods)


@pytest.mark.parametrize(("lon", "lat"), [(6, 0), (21, 0), (0, 90), (-159, 0), (180, -90)])
def test_the_other_side_of_the_world_is_outside(client: TestClient, lon: float, lat: float) -> None:
    answer = client.get(f"/api/v1/route?lon={lon}&lat={lat}")
    assert answer.status_code == 422
    assert answer.json()["type"] == "/problems/outside"


def test_outside_the_province(client: TestClient, session: Session, body: Body) -> None:
    problem = refused(client, session, 422, json=body | {"lon": 108.2022, "lat": 16.0544})
    assert problem["type"] == "/problems/outside"
    assert 5_000 < problem["distance"] < 30_000
    assert "Đà Nẵng" in problem["neighbour"]
    assert "Đà Nẵng" in problem["detail"]
    # What was refused for its place is not counted against its sender.
    assert session.scalar(select(func.count()).select_from(Rate)) == 0


def test_ten_megabytes_of_text(client: TestClient, session: Session, body: Body) -> None:
    problem = refused(client, session, 413, json=body | {"content": "x" * 10_000_000})
    assert problem["limit"] == TEXT
    text = json.dumps(body | {"content": "x" * 10_000_000}).encode()
    headers = {"Content-Type": "application/json"}
    # A stream without a length is stopped on its way.
    pieces = (text[start : start + 50_000] for start in range(0, len(text), 50_000))
    refused(client, session, 413, content=pieces, headers=headers)


def test_ten_megabytes_in_a_field_of_a_form(client: TestClient, session: Session, body: Body) -> None:
    form = {name: (None, str(value)) for name, value in body.items()} | {"content": (None, "x" * 1_000_000)}
    refused(client, session, 422, files=form)
    refused(client, session, 413, data={"content": "x" * 10_000_000})


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "", "application/jsonx", "multipart/mixed"])
def test_other_kinds_of_content(client: TestClient, session: Session, kind: str) -> None:
    refused(client, session, 415, content=b"{}", headers={"Content-Type": kind})


@pytest.mark.parametrize("kind", ["multipart/form-data", "multipart/form-data; boundary=x"])
def test_a_broken_form(client: TestClient, session: Session, kind: str) -> None:
    refused(client, session, 422, content=b"nonsense\r\n--", headers={"Content-Type": kind})


@pytest.mark.parametrize("key", ["short", "x" * 300])
def test_a_bad_idempotency_key(client: TestClient, session: Session, body: Body, key: str) -> None:
    problem = refused(client, session, 422, json=body, headers={"Idempotency-Key": key})
    assert problem["errors"][0]["field"] == "Idempotency-Key"


def test_errors_in_the_readers_language(client: TestClient) -> None:
    assert client.get("/nothing").json()["title"] == "Không tìm thấy"
    assert client.get("/nothing?lang=en").headers["content-language"] == "en"


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/api/v1/reports?bbox=1,2,3", "bbox"),
        ("/api/v1/reports?bbox=a,b,c,d", "bbox"),
        ("/api/v1/reports?bbox=nan,15,109,16", "bbox"),
        ("/api/v1/reports?bbox=109,15,108,16", "bbox"),
        ("/api/v1/reports?bbox=15,108,16,109", "bbox"),
        ("/api/v1/reports?category=khong-co", "category"),
        ("/api/v1/reports?category=%00", "category"),
        ("/api/v1/reports?unit=khong-co", "unit"),
        ("/api/v1/reports?area=99999", "area"),
        ("/api/v1/reports?state=done", "state"),
        ("/api/v1/reports?since=yesterday", "since"),
        ("/api/v1/reports?until=2026-13-01", "until"),
        ("/api/v1/reports?until=9999-12-31", "until"),
        ("/api/v1/reports?q=%00", "q"),
        ("/api/v1/reports?q=" + "x" * 101, "q"),
        ("/api/v1/reports?limit=0", "limit"),
        ("/api/v1/reports?limit=1001", "limit"),
        ("/api/v1/reports?limit=ten", "limit"),
        ("/api/v1/reports?cursor=made-up", "cursor"),
        ("/api/v1/route?lat=15.8", "lon"),
        ("/api/v1/route?lon=x&lat=15.8", "lon"),
        ("/api/v1/route?lon=108.3&lat=nan", "lat"),
        ("/api/v1/route?lon=108.3&lat=15.8&accuracy=-1", "accuracy"),
        ("/api/v1/route?lon=108.3&lat=15.8&on=yesterday", "on"),
        ("/api/v1/route?lon=108.3&lat=15.8&edition=%00", "edition"),
    ],
)
def test_each_parameter_says_what_is_wrong_with_it(client: TestClient, path: str, field: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 422
    assert [fault["field"] for fault in answer.json()["errors"]] == [field]


@pytest.mark.parametrize(
    "path",
    ["/api/v1/reports/QN-0000-0000", "/api/v1/reports/%00", "/api/v1/reports/..%2f..", "/follow/none",
     "/follow/" + "A" * 32, "/follow/%00", "/media/x.jpg", "/media/%00.jpg", "/media/" + "0" * 32 + ".jpg",
     "/api/v1/route?lon=108.338&lat=15.8794&edition=none"],
)  # fmt: skip
def test_what_is_not_there(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
