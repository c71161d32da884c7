"""Reports without a map, and the choice near a border."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from boundaries import in_words
from geo.geometry import blur, position
from geo.models import Report
from tests.api.web.test_sending import BROWSER, form, post
from tests.boundaries.test_routing import beside

__all__ = ["form"]
Body = dict[str, Any]
WORDS = {"commune": "20398", "landmark": "trước  cổng chùa Cầu"}


@pytest.fixture
def worded(body: Body) -> Body:
    return {name: value for name, value in body.items() if name not in ("lon", "lat")} | WORDS


def test_a_commune_and_words_stand_for_a_pin(client: TestClient, session: Session, worded: Body) -> None:
    answer = client.post("/api/v1/reports", json=worded | {"lon": None, "accuracy": 20})
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert (told["area"]["code"], told["reason"]["code"], told["needs_confirmation"]) == ("503", "uncertain", True)
    report = session.scalars(select(Report)).one()
    assert report.content == f"Nơi xảy ra: trước cổng chùa Cầu\n{worded['content']}"
    assert (report.commune_code, report.needs_confirmation, report.accuracy) == ("20398", True, None)
    point, _routing = in_words.route(session, "20398", category="giao-thong")
    assert position(report.point) == pytest.approx(point)


def test_a_sensitive_report_in_words_is_blurred_too(client: TestClient, session: Session, worded: Body) -> None:
    client.post("/api/v1/reports", json=worded | {"category": "an-ninh-trat-tu"}).raise_for_status()
    report = session.scalars(select(Report)).one()
    assert position(report.public_point) == pytest.approx(blur(*position(report.point)))


def test_a_retry_in_words_is_the_same_request_and_other_words_are_not(
    client: TestClient, session: Session, worded: Body
) -> None:
    headers = {"Idempotency-Key": "a-key-of-mine"}
    first, again = (client.post("/api/v1/reports", json=worded, headers=headers) for _time in range(2))
    assert first.json() == again.json()
    for change in ({"landmark": "sau cổng chùa Cầu"}, {"commune": "20401"}):
        assert client.post("/api/v1/reports", json=worded | change, headers=headers).status_code == 409
    assert len(session.scalars(select(Report)).all()) == 1


@pytest.mark.parametrize(
    ("change", "field", "says"),
    [
        ({"landmark": None}, "landmark", "tả nơi xảy ra"),
        ({"commune": None}, "commune", "Hãy chọn xã"),
        ({"landmark": "chợ"}, "landmark", "ít nhất 5"),
        ({"landmark": "x" * 201}, "landmark", "nhiều nhất 200"),
        ({"commune": "99999"}, "commune", "trong danh sách"),
        ({"commune": "x" * 65}, "commune", "Quá dài"),
        ({"commune": 5}, "commune", "văn bản"),
        ({"lon": 108.338, "lat": 15.8794}, "commune", "bằng một cách"),
        ({"lat": 15.8794}, "commune", "bằng một cách"),
        ({"content": "x" * 4_990}, "content", "nhiều nhất 5000"),
    ],
)
def test_what_is_wrong_with_a_place_in_words(
    client: TestClient, session: Session, worded: Body, change: Body, field: str, says: str
) -> None:
    answer = client.post("/api/v1/reports", json=worded | change)
    assert answer.status_code == 422
    assert [fault["field"] for fault in answer.json()["errors"]] == [field]
    assert says in answer.json()["errors"][0]["message"]
    assert session.scalars(select(Report)).all() == []


def test_a_landmark_beside_a_pin_and_neither_of_both(client: TestClient, body: Body) -> None:
    both = client.post("/api/v1/reports", json=body | {"landmark": "trước cổng chợ"})
    assert [fault["field"] for fault in both.json()["errors"]] == ["landmark"]
    neither = client.post("/api/v1/reports", json={"phone": "1"})
    assert {"lon", "lat", "phone", "name"} <= {fault["field"] for fault in neither.json()["errors"]}
    assert "commune" not in neither.json()["detail"]


def test_the_form_without_scripts_takes_words(client: TestClient, session: Session, form: dict[str, str]) -> None:
    words = form | {"lon": "", "lat": "", "accuracy": ""} | WORDS
    assert post(client, words | {"landmark": ""}).status_code == 422
    assert post(client, words).status_code == 201
    assert session.scalars(select(Report.commune_code)).one() == "20398"


def test_the_choice_near_a_border_is_the_reports_area(
    client: TestClient, session: Session, body: Body, form: dict[str, str]
) -> None:
    lon, lat = beside(session, "503", "507", 60)
    asked = client.get("/api/v1/route", params={"lon": lon, "lat": lat, "area": "507"}).json()
    assert (asked["area"]["code"], asked["reason"]["code"]) == ("507", "border")
    place = {"lon": lon, "lat": lat, "area": "507"}
    told = client.post("/api/v1/reports", json=body | place).json()
    assert {name: told[name] for name in asked} == asked
    report = session.scalars(select(Report)).one()
    assert (report.area_code, report.unit.code, report.needs_confirmation) == ("507", "ubnd-507", True)
    post(client, form | {name: str(value) for name, value in place.items()}, headers=BROWSER)
    assert session.scalars(select(Report.area_code).order_by(Report.id)).all() == ["507", "507"]
    told = client.post("/api/v1/reports", json=body | place | {"area": "518"}).json()
    assert (told["area"]["code"], told["reason"]["code"]) == ("503", "uncertain")
