import csv
import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from fastapi.testclient import TestClient
from shapely import Polygon
from sqlalchemy.orm import Session

from boundaries import reported
from geo.models import Report
from maps.export import FORMATS
from tests.api.test_maps import WIRE, wire
from tests.boundaries.made import area, edition
from tests.boundaries.test_difference import NONG_SON

Make = Callable[..., Report]
ADDRESS = "/api/v1/boundaries/2020/correspondence/2025-07?level=district&to=commune"


def test_a_difference_tells_what_changes_hands_and_authority(client: TestClient, make_report: Make) -> None:
    make_report(lon=NONG_SON[0], lat=NONG_SON[1])
    found = client.get("/api/v1/boundaries/2020/diff/2025-01").json()
    assert (found["first"], found["second"]) == ("2020", "2025-01")
    districts, communes = found["comparisons"]
    assert districts["authority"] == districts["handed"]
    assert (districts["handed"]["reports"], districts["handed"]["open"]) == (1, 1)
    assert {"old": "519", "new": "509", "what": "merged", "hands": True}.items() <= districts["pieces"][0].items()
    assert communes["authority"] is None
    ended = client.get("/api/v1/boundaries/2025-01/diff/2025-07").json()["comparisons"][0]
    assert (ended["old_level"], ended["new_level"]) == ("district", "commune")
    assert ended["authority"]["square_metres"] == pytest.approx(10_570.71e6, rel=1e-6)
    assert client.get("/api/v1/boundaries/2020/diff/1802").status_code == 404


def test_a_difference_reads_the_reports_once_for_all_its_levels(
    client: TestClient, make_report: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_report(lon=NONG_SON[0], lat=NONG_SON[1])
    real, read = reported._rows, []

    def rows(session: Session, demo: bool) -> Any:
        read.append(real(session, demo))
        return read[-1]

    monkeypatch.setattr(reported, "_rows", rows)
    found = client.get("/api/v1/boundaries/2020/diff/2025-01").json()
    assert [one["handed"]["reports"] for one in found["comparisons"]] == [1, 0]
    assert [len(one) for one in read] == [1]


def test_a_correspondence_is_a_table_for_spreadsheets(client: TestClient) -> None:
    parts = client.get(ADDRESS).json()
    answer = client.get(f"{ADDRESS}&format=csv")
    assert answer.headers["content-type"] == FORMATS["csv"].media_type
    assert 'filename="dia-gioi-2020-district-2025-07-commune.csv"' in answer.headers["content-disposition"]
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(row["old"], row["new"], float(row["area_share"])) for row in rows] == [
        (part["old"], part["new"], part["area_share"]) for part in parts
    ]
    assert {row["demo"] for row in rows} == {"false"}
    shown = client.get(f"{ADDRESS}&format=csv&demo=true")
    assert "-minh-hoa.csv" in shown.headers["content-disposition"]
    assert {row["demo"] for row in csv.DictReader(io.StringIO(shown.text.lstrip("\ufeff")))} == {"true"}
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{ADDRESS}&format=xlsx").content))
    sheet, notes = book.worksheets
    assert [cell.value for cell in sheet[1]] == list(parts[0])
    assert sheet.max_row == len(parts) + 1
    assert (sheet["A2"].value, sheet["E2"].value) == (parts[0]["old"], pytest.approx(parts[0]["square_metres"]))
    assert any("GADM" in str(cell.value) for row in notes.rows for cell in row)


def test_a_correspondence_is_a_map_of_its_pieces_simplified_where_a_licence_asks_for_it(client: TestClient) -> None:
    answer = client.get(f"{ADDRESS}&format=geojson")
    assert answer.headers["content-type"].startswith("application/geo+json")
    found = answer.json()
    assert found["simplified"] is True
    assert "GADM" in found["attribution"]
    assert (found["old"]["edition"], found["new"]["level"]) == ("2020", "commune")
    assert len(found["features"]) == len(client.get(ADDRESS).json())
    shares: dict[str, float] = {}
    for feature in found["features"]:
        told = feature["properties"]
        shares[told["old"]] = shares.get(told["old"], 0) + told["area_share"]
        assert feature["geometry"]["type"] in {"Polygon", "MultiPolygon"}
    assert shares == pytest.approx(dict.fromkeys(shares, 1.0))
    assert len(answer.content) < 300_000


def test_what_is_free_goes_out_whole_and_no_name_is_a_formula(client: TestClient, session: Session) -> None:
    fine = Polygon([(108, 15), (108.05, 15.0001), (108.1, 15), (108.1, 15.1), (108, 15.1)])
    for code in ("one", "two"):
        edition(session, code, area("1", '=HYPERLINK("x")', fine))
    address = "/api/v1/boundaries/one/correspondence/two?level=district&to=district&format="
    found = client.get(f"{address}geojson").json()
    assert found["simplified"] is False
    assert len(found["features"][0]["geometry"]["coordinates"][0]) == 6
    (row,) = csv.DictReader(io.StringIO(client.get(f"{address}csv").content.decode("utf-8-sig")))
    assert row["old_name"].startswith("huyện =")
    assert client.get(f"{address}gpkg").status_code == 422


@pytest.mark.parametrize("query", ["", "?from=2020&to=2025-01", "?from=2025-07&to=2020&level=commune"])
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_difference_is_a_page_in_either_language(client: TestClient, query: str, lang: str) -> None:
    answer = client.get(f"/maps/editions{query}{'&' if query else '?'}lang={lang}")
    assert answer.status_code == 200
    assert f'<html lang="{lang}">' in answer.text
    assert 'class="folium-map"' in answer.text


def test_no_page_of_a_difference_is_heavy(client: TestClient) -> None:
    client.headers["accept-encoding"] = "br"
    for query in ("", "?from=2020&to=2025-07&level=commune", "?from=2025-07&to=2020&level=commune"):
        _page, total = wire(client, f"/maps/editions{query}")
        assert total < WIRE, query


def test_the_page_lists_what_changes_without_a_script(client: TestClient, make_report: Make) -> None:
    make_report(lon=NONG_SON[0], lat=NONG_SON[1])
    page = client.get("/maps/editions?from=2020&to=2025-01").text
    assert "huyện Nông Sơn (519) → huyện Quế Sơn (509)" in page
    assert '<td class="figure">471,1</td><td class="figure">1</td><td class="figure">1</td>' in page
    assert "18 đơn vị cấp huyện" in page
    assert "Biển Đông" in page
    assert "/api/v1/boundaries/2020/correspondence/2025-01?level=district&amp;to=district&amp;format=geojson" in page
    same = client.get("/maps/editions?from=2020&to=2020").text
    assert "Hai phiên bản này không khác nhau" in same


def test_without_a_wish_the_edition_in_force_is_compared_with_the_newest(client: TestClient) -> None:
    page = client.get("/maps/editions").text
    assert "2020 → 2025-07" in page
    assert "78 đơn vị cấp xã" in page


@pytest.mark.parametrize(("query", "status"), [("from=1802", 404), ("to=x", 404), ("level=x", 422), ("level=", 200)])
def test_what_cannot_be_compared_is_told(client: TestClient, query: str, status: int) -> None:
    assert client.get(f"/maps/editions?{query}", headers={"accept": "text/html"}).status_code == status
