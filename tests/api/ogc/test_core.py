"""Part 1: core, GeoJSON, HTML."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from api.app import create_app
from geo.models import Report
from geo.settings import Settings
from tests.api.ogc.asking import REPORTS, ids, refused

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


@pytest.mark.parametrize(
    "path",
    [
        *("", "/conformance", "/api", "/collections", "/collections/units", "/collections/units/queryables"),
        *("/collections/units/items", "/collections/nothing", "/tileMatrixSets", "/tiles/WebMercatorQuad"),
    ],
)
def test_head_says_what_get_would_without_its_body(client: TestClient, path: str) -> None:
    plain = {"Accept-Encoding": "identity"}  # a body that is packed has another length
    whole, head = client.get(f"/ogc{path}", headers=plain), client.head(f"/ogc{path}", headers=plain)
    assert head.status_code == whole.status_code
    assert head.content == b""
    for name in ("content-type", "content-length", "link", "content-crs"):
        assert head.headers.get(name) == whole.headers.get(name), name


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
    assert asked.headers["access-control-allow-methods"] == "GET, HEAD, OPTIONS"
    assert "access-control-allow-origin" not in client.get("/api/v1/categories").headers


def test_a_person_is_told_as_a_page_and_led_back_to_what_there_is(client: TestClient) -> None:
    as_person = {"Accept": "text/html"}
    gone = client.get("/ogc/collections/nothing", headers=as_person)
    assert gone.status_code == 404
    assert '<a class="button" href="/ogc/collections">' in gone.text
    wrong = client.get("/ogc/collections?nothing=1", headers=as_person)
    assert wrong.status_code == 400
    assert "Câu hỏi chưa đúng" in wrong.text
