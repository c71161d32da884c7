from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from geo import workflow
from geo.models import Report
from geo.permissions import SYSTEM

Make = Callable[..., Report]


def features(client: TestClient, **query: str | int) -> list[dict[str, Any]]:
    answer = client.get("/api/v1/reports", params=query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/geo+json"
    collection = answer.json()
    assert collection["type"] == "FeatureCollection"
    assert collection["numberReturned"] == len(collection["features"])
    found: list[dict[str, Any]] = collection["features"]
    return found


def test_a_feature_has_the_public_columns(client: TestClient, make_report: Make) -> None:
    report = make_report(lon=108.33801234567, area_code="503", now=datetime(2026, 3, 2, 1, tzinfo=UTC))
    (feature,) = features(client)
    assert feature["id"] == report.code
    assert feature["geometry"] == {"type": "Point", "coordinates": [108.338012, 15.8794]}
    properties = feature["properties"]
    assert properties["category"] == "giao-thong"
    assert properties["category_name"] == "Giao thông"
    assert (properties["area"], properties["area_name"], properties["unit"]) == ("503", "Hội An", "ioc")
    assert properties["state"] == "received"
    assert properties["created_at"] == "2026-03-02T01:00:00Z"
    assert properties["deadline"] == "2026-03-02T07:00:00Z"
    assert (properties["content"], properties["photos"], properties["demo"]) == (None, [], False)
    assert client.get(f"/api/v1/reports/{report.code.lower()}").json() == feature


def test_content_is_public_once_accepted_and_the_next_deadline_is_shown(
    client: TestClient, session: Session, make_report: Make
) -> None:
    report, hidden = make_report(), make_report(category="an-ninh-trat-tu", accepted=True)
    workflow.apply(session, report, "accept", SYSTEM, door="cli")
    session.flush()
    shown = client.get(f"/api/v1/reports/{report.code}").json()["properties"]
    assert (shown["content"], shown["state"]) == (report.content, "in_progress")
    assert report.resolve_due is not None
    assert datetime.fromisoformat(shown["deadline"]) == report.resolve_due
    sensitive = client.get(f"/api/v1/reports/{hidden.code}").json()["properties"]
    assert (sensitive["content"], sensitive["commune"]) == (None, None)


def test_following_the_links_meets_every_report_once(client: TestClient, make_report: Make) -> None:
    moment = datetime(2026, 3, 2, tzinfo=UTC)
    made = [make_report(now=moment + timedelta(seconds=number // 2)).code for number in range(7)]
    seen: list[str] = []
    address: str | None = "/api/v1/reports?limit=3&category=giao-thong"
    while address:
        page = client.get(address).json()
        seen += [feature["id"] for feature in page["features"]]
        address = next((link["href"] for link in page["links"] if link["rel"] == "next"), None)
    assert seen == made[::-1]


def test_filters(client: TestClient, make_report: Make) -> None:
    one = make_report(area_code="503", now=datetime(2026, 3, 2, 1, tzinfo=UTC), accepted=True).code
    two = make_report(category="khac", lon=107.5, area_code="504", now=datetime(2026, 3, 3, 1, tzinfo=UTC)).code

    def found(**query: str) -> set[str]:
        return {feature["id"] for feature in features(client, **query)}

    assert found() == found(bbox="", category="", q="", since="") == {one, two}
    assert found(bbox="108,15,109,16") == {one}
    assert found(category="khac") == {two}
    assert found(unit="ioc", area="503") == {one}
    assert found(state="in_progress") == {one}
    assert found(since="2026-03-03") == {two}
    assert found(until="2026-03-02") == {one}  # the whole day of the province
    assert found(until="2026-03-02T08:00:00+07:00") == set()
    assert found(since="2026-03-02T08:00:00") == {one, two}
    assert found(q="cổng chợ") == {one}
    assert found(q=two.replace("-", "").lower()) == {two}


def test_categories_and_units(client: TestClient) -> None:
    categories = client.get("/api/v1/categories").json()
    assert [one["code"] for one in categories][:2] == ["an-ninh-trat-tu", "giao-thong"]
    assert client.get("/api/v1/categories?lang=en").json()[1]["name"] == "Traffic and roads"
    units = {unit["code"]: unit for unit in client.get("/api/v1/units").json()}
    assert units["ioc"]["kind"] == "ioc"
    assert "so-giao-thong-van-tai" not in units  # merged in 2025


def test_route_tells_where_a_point_would_go_and_stores_nothing(client: TestClient) -> None:
    told = client.get("/api/v1/route?lon=108.3380&lat=15.8794").json()
    assert list(told) == ["area", "unit", "reason", "needs_confirmation", "confidence", "candidates"]
    assert told["area"] == {"code": "503", "name": "Hội An"}
    assert told["unit"]["name"] == "UBND thành phố Hội An"
    assert features(client) == []


def test_health(client: TestClient) -> None:
    assert client.get("/health/live").json() == {"status": "ok"}
    assert client.get("/health/ready").json() == {"status": "ok"}


def test_several_categories_and_how_long_ago(client: TestClient, make_report: Make) -> None:
    now = datetime.now(UTC)
    fresh = make_report(now=now - timedelta(hours=2)).code
    older = make_report(category="cay-xanh", now=now - timedelta(days=3)).code
    oldest = make_report(category="khac", now=now - timedelta(days=40)).code

    def found(**query: str) -> set[str]:
        return {feature["id"] for feature in features(client, **query)}

    assert found(category="giao-thong,khac") == {fresh, oldest}
    assert found(since="PT24H") == {fresh}
    assert found(since="P7D") == {fresh, older}
    assert found(until="P30D") == {oldest}
    for wrong in (
        {"category": "giao-thong,nothing"},
        {"category": "khac,"},
        {"since": "P7W"},
        {"since": "0001-01-01"},
        {"until": "9999-12-31T23:59:59Z"},
        {"near": "108"},
    ):
        answer = client.get("/api/v1/reports", params=wrong)
        assert (answer.status_code, next(iter(wrong)) in answer.text) == (422, True), answer.text


def test_the_nearest_come_first_with_their_distance(client: TestClient, make_report: Make) -> None:
    far, near, other = (make_report(lon=108.338 + step).code for step in (0.03, 0.001, 0.01))
    make_report(category="khac", lon=108.338)
    found = features(client, near="108.338,15.8794", category="giao-thong")
    assert [one["id"] for one in found] == [near, other, far]
    assert [one["properties"]["distance"] for one in found] == [107, 1070, 3209]
    assert [one["properties"]["category"] for one in features(client, near="108.338,15.8794", limit=1)] == ["khac"]


def test_distances_are_those_of_the_public_place(client: TestClient, make_report: Make) -> None:
    hidden = make_report(category="an-ninh-trat-tu", lon=108.338123, lat=15.879456)
    (found,) = features(client, near="108.338123,15.879456")
    lon, lat = found["geometry"]["coordinates"]
    assert found["id"] == hidden.code
    assert found["properties"]["distance"] > 10
    (there,) = features(client, near=f"{lon},{lat}")
    assert there["properties"]["distance"] == 0
