"""Part 1: the features of our own collections, by time, place and property."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.filters import newest_first
from geo.models import Report
from maps.features import select_public, to_feature
from tests.api.ogc.asking import REPORTS, ids, items

Make = Callable[..., Report]
COMMUNES = "/ogc/collections/areas-2025-07-commune/items"


def test_a_report_is_what_it_is_everywhere_else(client: TestClient, session: Session, make_report: Make) -> None:
    make_report(accepted=True, lon=108.123456, lat=15.654321)
    make_report(content="Chưa được tiếp nhận")
    make_report(category="an-ninh-trat-tu", content="Chuyện riêng", accepted=True)
    expected = [to_feature(row) for row in session.execute(newest_first(select_public()))]
    found = items(client)
    assert found["type"] == "FeatureCollection"
    assert found["numberMatched"] == found["numberReturned"] == 3
    assert datetime.fromisoformat(found["timeStamp"]) - datetime.now(UTC) < timedelta(minutes=1)
    assert found["features"] == orjson.loads(orjson.dumps(expected, option=orjson.OPT_UTC_Z))
    one = client.get(f"{REPORTS}/{expected[0]['id']}")
    assert one.headers["content-type"] == "application/geo+json"
    assert {name: value for name, value in one.json().items() if name != "links"} == found["features"][0]


def test_pictures_have_whole_addresses(client: TestClient, session: Session, make_report: Make) -> None:
    report = make_report(accepted=True)
    session.execute(
        text(
            "INSERT INTO media (report_id, key, kind, width, height, withheld) VALUES (:id, 'k', 'photo', 1, 1, false)"
        ),
        {"id": report.id},
    )
    session.flush()
    assert items(client)["features"][0]["properties"]["photos"] == ["http://testserver/media/k.jpg"]


def test_pages_follow_one_another_forth_and_back_whatever_comes_meanwhile(
    client: TestClient, make_report: Make
) -> None:
    codes = [make_report(accepted=True).code for _number in range(7)][::-1]
    seen, address = [], f"{REPORTS}?limit=3&category=giao-thong&crs=EPSG:5899"
    pages = []
    while address:
        page = client.get(address).json()
        pages.append([feature["id"] for feature in page["features"]])
        seen += pages[-1]
        make_report(accepted=True)  # the newest: before the first page, not among those that follow
        links = {link["rel"]: link["href"] for link in page["links"]}
        address, before = links.get("next"), links.get("prev")
        if address:
            assert "category=giao-thong" in address
            assert "crs=EPSG%3A5899" in address
    assert seen == codes
    back = []
    while before:
        page = client.get(before).json()
        back.append([feature["id"] for feature in page["features"]])
        before = {link["rel"]: link["href"] for link in page["links"]}.get("prev")
    assert back[:2] == [pages[1], pages[0]]
    assert len(back) == 3  # and those that came meanwhile


def test_a_limit_beyond_the_most_is_the_most_and_no_limit_is_a_hundred(client: TestClient) -> None:
    units = "/ogc/collections/areas-2020-commune/items"
    assert items(client, units)["numberReturned"] == 100
    everything = items(client, units, limit=99_999_999_999_999_999_999)
    assert everything["numberReturned"] == everything["numberMatched"] == 241


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("2026-03-10T05:00:00Z", [1]),
        ("2026-03-10T12:00:00+07:00", [1]),
        ("2026-03-10", [1]),
        ("2026-03-09", [0]),  # the day of the province: 20:00 UTC is the next morning there
        ("2026-03-10T05:00:00Z/..", [2, 1]),
        ("2026-03-10T05:00:01Z/", [2]),
        ("../2026-03-10", [1, 0]),
        ("/2026-03-09", [0]),
        ("2026-03-09/2026-03-10", [1, 0]),
        ("2026-01-01T00:00:00Z/2026-03-08T18:00:00Z", [0]),
        ("2031-01-01/..", []),
    ],
)
def test_datetime_is_a_moment_a_day_or_an_interval(
    client: TestClient, session: Session, make_report: Make, written: str, found: list[int]
) -> None:
    moments = ("2026-03-08T18:00:00Z", "2026-03-10T05:00:00Z", "2026-03-10T20:00:00Z")
    codes = []
    for moment in moments:
        report = make_report(accepted=True)
        report.created_at = datetime.fromisoformat(moment)
        codes.append(report.code)
    session.flush()
    assert ids(client, datetime=written) == [codes[number] for number in found]


def test_boxes_have_four_numbers_or_six_and_may_go_over_the_date_line(client: TestClient, make_report: Make) -> None:
    code = make_report(lon=108.338, lat=15.8794).code
    assert ids(client, bbox="108.3,15.8,108.4,15.9") == [code]
    assert ids(client, bbox="108.3,15.8,-10,108.4,15.9,500") == [code]
    assert ids(client, bbox="108.338,15.8794,108.338,15.8794") == [code]
    assert ids(client, bbox="108.3,15.8,-170,15.9") == [code]
    assert ids(client, bbox="109,15.8,108,15.9") == []
    assert ids(client, bbox="108.4,15.8,108.5,15.9") == []


def test_a_property_is_a_parameter(client: TestClient, make_report: Make) -> None:
    tree, road = make_report(category="cay-xanh", area_code="503"), make_report(category="giao-thong", area_code="502")
    assert ids(client, category="cay-xanh") == [tree.code]
    assert ids(client, area="502", state="received", demo="false", recurrence="1") == [road.code]
    assert ids(client, created_at=road.created_at.date().isoformat(), area="503") in ([tree.code], [])


def test_areas_that_may_not_be_passed_on_are_outlines_with_their_credit(client: TestClient) -> None:
    collection = client.get("/ogc/collections/areas-2020-district").json()
    assert "GADM" in collection["attribution"]
    found = items(client, "/ogc/collections/areas-2020-district/items", limit=1)
    (hoi_an,) = (
        one for one in items(client, "/ogc/collections/areas-2020-district/items")["features"] if one["id"] == "503"
    )
    assert found["numberMatched"] == 18
    assert hoi_an["properties"]["name"] == "Hội An"
    assert hoi_an["properties"]["simplified"] is True
    assert len(orjson.dumps(hoi_an["geometry"])) < 20_000
    assert all(round(x, 4) == x for x, _y in hoi_an["geometry"]["coordinates"][0][0])


def test_areas_are_those_of_a_time_by_their_edition(client: TestClient) -> None:
    path = "/ogc/collections/areas-2025-01-district/items"
    assert len(ids(client, path, datetime="2026-01-01")) == 17
    assert ids(client, path, datetime="2024-12-31") == []
    assert ids(client, path, code="503") == ["503"]


def test_units_say_nothing_of_their_mail(client: TestClient) -> None:
    found = items(client, "/ogc/collections/units/items", kind="committee", limit=500)["features"]
    assert found[0]["properties"].keys() == {"code", "name", "kind", "area", "valid_from", "valid_until"}
    assert all(one["geometry"]["type"] == "Point" for one in found)


def test_hot_spots_are_those_of_the_api(client: TestClient, session: Session, make_report: Make) -> None:
    now = datetime.now(UTC)
    for number in range(200):
        report = make_report(lon=107.9 + number % 20 / 40, lat=15.5 + number % 7 / 30)
        report.created_at = now - timedelta(days=8 + number * 1.7)
    for number in range(40):
        make_report(lon=108.338 + number % 3 / 2_000, lat=15.8794)
    session.flush()
    known = client.get("/api/v1/hotspots").json()["features"]
    found = items(client, "/ogc/collections/hotspots/items", limit=1_000)["features"]
    assert known
    assert sorted(one["id"].replace("/", "-") for one in known) == sorted(one["id"] for one in found)
    by_id = {one["id"].replace("/", "-"): one for one in known}
    for one in found:
        assert one["geometry"]["type"] == "Polygon"
        assert one["properties"]["ratio"] == by_id[one["id"]]["properties"]["ratio"]
    strongest = ids(client, "/ogc/collections/hotspots/items", filter="observed >= 40")
    assert strongest
    assert client.get(f"/ogc/collections/hotspots/items/{strongest[0]}").status_code == 200


@pytest.mark.parametrize(
    ("written", "there"),
    [
        ("2025-06-30T23:59:59+07:00", False),
        ("2025-07-01T00:30:00+07:00", True),  # 17:30 of the day before in UTC
        ("2025-06-30T17:00:00Z", True),
        ("2025-06-30", False),
        ("2025-07-01", True),
        ("../2025-06-30", False),
        ("../2025-07-01T00:00:00+07:00", True),
    ],
)
def test_an_edition_begins_with_its_day_in_the_province(client: TestClient, written: str, there: bool) -> None:
    assert bool(ids(client, COMMUNES, datetime=written, limit=1)) is there


@pytest.mark.parametrize(
    ("written", "there"),
    [
        ("2025-07-01T00:00:00+07:00", False),
        ("2025-06-30T23:59:59+07:00", True),
        ("2025-07-01", False),
        ("2025-06-30", True),
        ("2025-07-01/..", False),
    ],
)
def test_an_edition_is_over_when_its_last_date_begins(
    client: TestClient, session: Session, written: str, there: bool
) -> None:
    session.execute(text("UPDATE editions SET valid_until = '2025-07-01' WHERE code = '2025-01'"))
    session.flush()
    assert bool(ids(client, "/ogc/collections/areas-2025-01-district/items", datetime=written, limit=1)) is there


@pytest.mark.parametrize(
    ("written", "there"),
    [
        ("valid_from <= TIMESTAMP('2025-06-30T17:30:00Z')", True),
        ("valid_from = TIMESTAMP('2025-06-30T17:30:00Z')", True),
        ("valid_from > TIMESTAMP('2025-06-30T16:59:59Z')", True),
        ("valid_from <= TIMESTAMP('2025-06-30T16:59:59Z')", False),
        ("valid_from IN (TIMESTAMP('2025-06-30T17:00:00Z'))", True),
        ("T_AFTER(valid_from, TIMESTAMP('2025-06-30T16:59:59Z'))", True),
    ],
)
def test_a_date_against_a_moment_is_a_day_of_the_province(client: TestClient, written: str, there: bool) -> None:
    assert bool(ids(client, COMMUNES, filter=written, limit=1)) is there


def test_areas_that_are_not_there_are_not_found(client: TestClient) -> None:
    for name in ("areas-1999-district", "areas-2025-07-district", "areas-", "areas-x-village"):
        assert client.get(f"/ogc/collections/{name}").json()["code"] == "NotFound"
