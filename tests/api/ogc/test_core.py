"""Part 1: core, GeoJSON, HTML."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from api.app import create_app
from geo.filters import newest_first
from geo.models import Report
from geo.settings import Settings
from maps.features import select_public, to_feature
from tests.api.ogc.asking import REPORTS, ids, items, refused

Make = Callable[..., Report]


def test_the_landing_page_leads_to_everything(client: TestClient) -> None:
    found = client.get("/ogc").json()
    assert {link["rel"] for link in found["links"]} >= {
        *("self", "alternate", "service-desc", "service-doc", "conformance", "data")
    }
    for link in found["links"]:
        answer = client.get(link["href"])
        assert answer.status_code == 200, link
        assert answer.headers["content-type"].removesuffix("; charset=utf-8") == link["type"]
    assert client.get("/ogc/").json() == found


def test_every_link_of_every_document_is_whole_and_leads_somewhere(client: TestClient, make_report: Make) -> None:
    make_report(accepted=True)
    waiting, seen = ["http://testserver/ogc"], set[str]()
    while waiting:
        address = waiting.pop()
        seen.add(address)
        answer = client.get(address)
        assert answer.status_code == 200, address
        if "json" in answer.headers["content-type"]:
            links = links_in(answer.json())
            assert all(link["href"].startswith("http://testserver/ogc") for link in links)
            links = [link for link in links if "{" not in link["href"]]  # a template leads nowhere by itself
            waiting += [link["href"] for link in links if link["href"] not in seen]
            seen |= {link["href"] for link in links}
    assert len(seen) > 60


def links_in(value: object) -> list[dict[str, str]]:
    if isinstance(value, dict):
        mine = value.get("links") if isinstance(value.get("links"), list) else []
        return [*mine, *(one for inner in value.values() for one in links_in(inner) if one not in mine)]
    return [one for inner in value for one in links_in(inner)] if isinstance(value, list) else []


def test_links_have_the_address_that_readers_know(settings: Settings, client: TestClient) -> None:
    app = create_app(
        settings.model_copy(update={"public_url": "https://phananh.example.vn/"}),
        client.app.state.sessions,  # type: ignore[attr-defined]  # FastAPI's own
    )
    with TestClient(app, base_url="http://10.0.0.7:8000") as inside:
        found = inside.get("/ogc/collections/units/items", params={"limit": 1}).json()
        assert all(link["href"].startswith("https://phananh.example.vn/ogc/") for link in found["links"])
        assert inside.get("/ogc/api").json()["servers"] == [{"url": "https://phananh.example.vn/ogc"}]


def test_the_collections_are_reports_the_areas_of_each_edition_units_and_hot_spots(client: TestClient) -> None:
    found = client.get("/ogc/collections").json()["collections"]
    assert [one["id"] for one in found] == [
        "reports",
        *("areas-2020-district", "areas-2020-commune", "areas-2025-01-district", "areas-2025-01-commune"),
        "areas-2025-07-commune",
        *("units", "hotspots"),
    ]
    for one in found:
        alone = client.get(f"/ogc/collections/{one['id']}").json()
        assert {**alone, "links": 0} == {**one, "links": 0}
        assert one["itemType"] == "feature"
        west, south, east, north = one["extent"]["spatial"]["bbox"][0]
        assert 107 < west < east < 109
        assert 14.5 < south < north < 16.5


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


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "-1"}, "limit"),
        ({"limit": "ten"}, "limit"),
        ({"limit": "1.5"}, "limit"),
        ({"limit": "٣"}, "limit"),
        ({"bbox": "1,2,3"}, "bbox"),
        ({"bbox": "1,2,3,4,5"}, "bbox"),
        ({"bbox": "a,b,c,d"}, "bbox"),
        ({"bbox": "nan,2,3,4"}, "bbox"),
        ({"bbox": "108,16,109,15"}, "bbox"),
        ({"bbox": "108,15,109,160"}, "bbox"),
        ({"datetime": "yesterday"}, "datetime"),
        ({"datetime": "2026-13-01"}, "datetime"),
        ({"datetime": "../.."}, "datetime"),
        ({"datetime": "2026-02-01/2026-01-01"}, "datetime"),
        ({"datetime": "2026-01-01T00:00:00"}, "datetime"),
        ({"crs": "EPSG:2154"}, "crs"),
        ({"crs": "x"}, "crs"),
        ({"bbox_crs": "EPSG:99999"}, "bbox-crs"),
        ({"f": "xml"}, "f"),
        ({"cursor": "x"}, "cursor"),
        ({"cursor": "WzAsMV0"}, "cursor"),
        ({"cursor": "WzAsIjIwMjYtMDEtMDEiLDFlOTld"}, "cursor"),
        ({"unknown": "1"}, "unknown"),
        ({"offset": "10"}, "offset"),
        ({"state": "open"}, "state"),
        ({"demo": "yes"}, "demo"),
        ({"recurrence": "two"}, "recurrence"),
        ({"created_at": "x"}, "created_at"),
        ({"photos": "x"}, "photos"),
        ({"phone": "0905123456"}, "phone"),
        ({"filter_lang": "cql3"}, "filter-lang"),
    ],
)
def test_what_is_unknown_or_means_nothing_is_refused_by_name(
    client: TestClient, query: dict[str, str], field: str
) -> None:
    assert refused(client, **query).startswith(f"{field}: ")


def test_a_parameter_that_is_there_twice_is_refused(client: TestClient) -> None:
    assert client.get(f"{REPORTS}?limit=1&limit=2").status_code == 400


@pytest.mark.parametrize(
    "path", ["", "/conformance", "/api", "/collections", "/collections/units", "/collections/units/queryables"]
)
def test_descriptions_take_no_parameter_but_form_and_language(client: TestClient, path: str) -> None:
    assert refused(client, f"/ogc{path}", limit=1)
    english = client.get(f"/ogc{path}", params={"lang": "en", "f": "json"})
    assert english.headers["content-language"] == "en"


def test_text_with_a_nul_is_refused_and_not_an_error_of_ours(client: TestClient) -> None:
    assert refused(client, area="\0")
    assert client.get(f"{REPORTS}/%00").status_code == 404


@pytest.mark.parametrize("path", ["/ogc/nothing", "/ogc/collections/nothing", "/ogc/collections/nothing/items"])
def test_what_is_not_there_is_said_in_the_shape_of_the_standard(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.json()["code"] == "NotFound"
    assert answer.headers["content-type"] == "application/json"


def test_a_withdrawn_report_is_not_there(client: TestClient, session: Session, make_report: Make) -> None:
    report = make_report(accepted=True)
    report.state = "withdrawn"
    session.flush()
    assert client.get(f"{REPORTS}/{report.code}").status_code == 404
    assert ids(client) == []


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
        ("application/json", "application/geo+json"),
        ("application/geo+json, text/html;q=0.5", "application/geo+json"),
        ("text/html;q=0.2, application/geo+json;q=0.9", "application/geo+json"),
        ("*/*", "application/geo+json"),
        ("", "application/geo+json"),
        ("text/html;q=x, image/png", "application/geo+json"),
    ],
)
def test_the_form_is_what_the_reader_accepts_most_gladly(client: TestClient, accept: str, kind: str) -> None:
    answer = client.get("/ogc/collections/units/items", headers={"Accept": accept})
    assert answer.headers["content-type"].startswith(kind)
    assert (
        client.get("/ogc/collections/units/items?f=html", headers={"Accept": "application/json"}).text[:9]
        == "<!doctype"
    )


def test_a_reader_who_has_it_gets_nothing_anew(client: TestClient, make_report: Make) -> None:
    make_report()
    first = client.get(REPORTS)
    assert first.headers["cache-control"] == "public, no-cache"
    again = client.get(REPORTS, headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    make_report()
    assert client.get(REPORTS, headers={"If-None-Match": first.headers["etag"]}).status_code == 200


def test_pages_of_other_sites_may_read(client: TestClient) -> None:
    for path in ("/ogc", REPORTS, "/ogc/nothing"):
        answer = client.get(path, headers={"Origin": "https://elsewhere.example"})
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in answer.headers
    asked = client.options(
        REPORTS, headers={"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "GET"}
    )
    assert asked.status_code == 204
    assert asked.headers["access-control-allow-methods"] == "GET, OPTIONS"
    assert "access-control-allow-origin" not in client.get("/api/v1/categories").headers


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
