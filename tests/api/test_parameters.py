"""What stands in an address holds, or is refused with a sentence: nothing of it is lost in silence."""

import re
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from boundaries.models import Area, Edition
from geo.models import Report

DOORS = ("/api/v1/export/estimate", "/api/v1/reports", "/feeds/reports.atom", "/api/v1/density", "/api/v1/statistics")


@pytest.mark.parametrize(
    "query", ["category=giao-thong&category=cay-xanh", "category=giao-thong&category=&category=cay-xanh"]
)
def test_several_categories_are_taken_together_at_every_door(
    client: TestClient, make_report: Callable[..., Report], query: str
) -> None:
    for category in ("giao-thong", "giao-thong", "cay-xanh", "khac"):
        make_report(category=category, accepted=True)
    assert client.get(f"/api/v1/export/estimate?{query}").json()["rows"] == 3
    assert len(client.get(f"/api/v1/reports?{query}").json()["features"]) == 3
    feed = client.get(f"/feeds/reports.atom?{query}").text
    assert feed.count("<entry>") == 3
    assert "category=giao-thong,cay-xanh" in feed  # its own address leads to the same
    figures = client.get(f"/api/v1/statistics/performance?{query}").json()["total"]
    assert figures["received"] == 3
    assert client.get(f"/api/v1/hotspots?{query}").status_code == 200


@pytest.mark.parametrize("door", [*DOORS, "/api/v1/export", "/api/v1/statistics/performance", "/api/v1/hotspots"])
def test_any_other_filter_stands_once(client: TestClient, door: str) -> None:
    refused = client.get(f"{door}?until=2026-01-01&until=2026-02-01")
    assert refused.status_code == 422
    assert "until được viết 2 lần" in refused.json()["detail"]


@pytest.mark.parametrize("door", [*DOORS, "/api/v1/export", "/api/v1/statistics/performance"])
def test_a_beginning_after_the_end_is_refused(client: TestClient, door: str) -> None:
    refused = client.get(f"{door}?since=2026-02-01&until=2026-01-01")
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["message"] == "since phải trước until."
    assert client.get("/api/v1/reports?since=2026-01-01&until=2026-01-01").status_code == 200  # the whole day


@pytest.mark.parametrize(
    "door",
    [
        "/api/v1/export?sate=received",
        "/api/v1/export/areas?edition=2020&level=commune&sate=received",
        "/api/v1/export/estimate?sate=received",
        "/api/v1/statistics?sate=received",
        "/api/v1/statistics/performance?sate=received",
        "/api/v1/statistics/lris?period=2026&sate=received",
    ],
)
def test_a_misspelled_parameter_is_named_beside_those_that_there_are(client: TestClient, door: str) -> None:
    refused = client.get(door)
    assert refused.status_code == 422
    detail = refused.json()["detail"]
    assert "sate" in detail
    described = client.get("/openapi.json").json()["paths"][door.partition("?")[0]]["get"]["parameters"]
    assert all(one["name"] in detail for one in described if one["in"] == "query")


def test_no_door_of_the_api_passes_over_a_parameter_that_it_does_not_have(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    below = ("/api/v1/", "/tiles/", "/feeds/")
    doors = [path for path, one in paths.items() if "get" in one and path.startswith(below)]
    assert len(doors) > 25
    for door in doors:
        refused = client.get(re.sub(r"\{\w+\}", "1", door), params={"sate": "received"})
        assert refused.status_code == 422, door
        assert refused.json()["errors"][0]["field"] == "sate", door


@pytest.mark.parametrize(
    "page", ["/maps/incidents", "/maps/uncertain", "/maps/editions", "/api/v1/boundaries/2020/diff/2025-01"]
)
def test_a_page_refuses_a_slip_but_not_the_marks_of_where_its_link_was_found(client: TestClient, page: str) -> None:
    for language, sentence in (("vi", "Không có tham số editon"), ("en", "no parameter editon")):
        refused = client.get(f"{page}?editon=2020&lang={language}", headers={"accept": "text/html"})
        assert refused.status_code == 422
        assert sentence in refused.text
    assert client.get(f"{page}?utm_source=zalo&fbclid=x&zarsrc=30&lang=en").status_code == 200


@pytest.mark.parametrize(
    "door",
    [
        "/api/v1/route?lon=108.338&lat=15.8794&edition=2020&edition=2025-07",
        "/api/v1/boundaries/2020/diff/2025-01?demo=0&demo=1",
        "/api/v1/boundaries/2020/correspondence/2025-01?level=commune&level=district",
        "/maps/editions?from=2020&from=2025-01",
        "/tiles/areas/8/204/116.mvt?edition=2020&edition=2025-07",
        "/api/v1/density?zoom=9&zoom=10",
        "/api/v1/reports?limit=1&limit=2",
    ],
)
def test_what_is_no_filter_stands_once_too(client: TestClient, door: str) -> None:
    refused = client.get(door)
    assert refused.status_code == 422
    assert "được viết 2 lần" in refused.json()["detail"]


@pytest.mark.parametrize("beside", ["lon=108.3", "accuracy=30", "on=2025-01-01", "edition=2020", "area=503"])
def test_a_report_is_asked_about_alone(client: TestClient, make_report: Callable[..., Report], beside: str) -> None:
    code = make_report().code
    refused = client.get(f"/api/v1/route?report={code}&{beside}")
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == beside.partition("=")[0]
    assert client.get(f"/api/v1/route?report={code}&lang=en").status_code == 200


def test_with_an_edition_the_day_is_that_of_the_rules(client: TestClient) -> None:
    asked = "/api/v1/route?lon=108.338&lat=15.8794&on=2024-06-01"
    assert client.get(asked).json()["edition"]["code"] == "2020"
    assert client.get(f"{asked}&edition=2025-07").json()["edition"]["code"] == "2025-07"


def test_an_order_names_what_it_does_not_know_and_takes_a_language(client: TestClient) -> None:
    refused = client.post("/api/v1/exports?sate=received&lang=en")
    assert refused.status_code == 422
    assert "no parameter sate" in refused.json()["detail"]
    assert client.get("/api/v1/export/estimate?lang=en").status_code == 200


def test_the_periodic_report_refuses_what_it_would_not_apply(client: TestClient) -> None:
    for query in ("unit=ubnd-503", "category=cay-xanh"):
        assert client.get(f"/api/v1/statistics/lris?period=2026&{query}").status_code == 422


def test_an_unknown_code_is_named_with_where_the_codes_are(client: TestClient) -> None:
    errors = client.get("/api/v1/reports?category=cay&unit=x&state=open").json()["errors"]
    assert {one["field"]: one["message"] for one in errors} == {
        "category": "category không có mã “cay”; gần giống: cay-xanh; các mã: /api/v1/categories.",
        "unit": "unit không có mã “x”; các mã: /api/v1/units.",
        "state": "state không có mã “open”; các mã: received, needs_info, in_progress, resolved, rejected, merged, "
        "closed, withdrawn.",
    }


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("area=5033", "gần giống: 503"),
        ("area=hội an", "gần giống: 503"),
        ("edition=2025-7", "gần giống: 2025-07"),
        ("unit=ubnd-5003", "gần giống: ubnd-503"),
        ("area=x", "các mã: /api/v1/boundaries, quangnam boundaries list."),
    ],
)
def test_a_slip_in_a_code_is_told_with_what_was_perhaps_meant(client: TestClient, query: str, told: str) -> None:
    assert told in client.get(f"/api/v1/reports?{query}").json()["errors"][0]["message"]


@pytest.mark.parametrize(
    ("query", "edition"),
    [
        ("area=hội an&edition=2025-07", "2025-07"),
        ("area=519&edition=2025-07", "2025-07"),
        ("area=hội an", "2020"),
        ("area=5033&edition=then", "2020"),
    ],
)
def test_an_area_that_was_perhaps_meant_is_one_of_the_edition_asked_or_in_force(
    client: TestClient, session: Session, query: str, edition: str
) -> None:
    there = select(Area.code).join(Edition, Edition.id == Area.edition_id).where(Edition.code == edition)
    alike = suggested(client, query)
    assert alike or "519" in query
    assert alike <= set(session.scalars(there)) - {"519"}


def test_a_unit_that_was_perhaps_meant_is_one_that_is_listed(client: TestClient) -> None:
    listed = {one["code"] for one in client.get("/api/v1/units").json()}
    # Much like the units of an edition that is not in force yet, too.
    assert suggested(client, "unit=ubnd-5020") <= listed
    assert suggested(client, "unit=ubnd-2040") <= listed
    assert suggested(client, "unit=hội an") == {"ubnd-503"}


def suggested(client: TestClient, query: str) -> set[str]:
    """The codes that a refusal says are much like the one that was written."""
    message = client.get(f"/api/v1/reports?{query}").json()["errors"][0]["message"]
    codes = message.partition("gần giống: ")[2].partition(";")[0]
    return set(codes.split(", ")) - {""}


def test_the_choices_of_a_parameter_are_a_list_and_no_english_sentence(client: TestClient) -> None:
    error = client.get("/api/v1/statistics/performance?format=pdf").json()["errors"][0]
    assert error["message"] == "Không có giá trị này; dùng được: json, csv."
