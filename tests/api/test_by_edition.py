"""Areas of any edition at the doors: the same reports everywhere, and what is not there is refused."""

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pyogrio
import pytest
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session, sessionmaker

from boundaries import editions, placing
from geo.filters import Filters
from geo.models import Report
from geo.settings import Settings
from maps.export import FORMATS, Asked, write
from maps.export.asked import IN_EDITION

NONG_SON, HOI_AN = {"lon": 108.03, "lat": 15.68}, {"lon": 108.338, "lat": 15.8794}


@pytest.fixture
def two(
    sessions: sessionmaker[Session], session: Session, settings: Settings, make_report: Callable[..., Report]
) -> tuple[Report, Report]:
    """A report in Nông Sơn, which joined Quế Sơn in 2025, made before; and one in Hội An of today; both placed."""
    old = make_report(area_code="519", accepted=True, **NONG_SON)
    old.created_at = datetime(2024, 5, 1, tzinfo=UTC)
    new = make_report(area_code="503", accepted=True, **HOI_AN)
    session.commit()
    placing.keep(sessions, settings)
    return old, new


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("area=519", [0]),
        ("area=519&edition=2020", [0]),
        ("area=509&edition=2020", []),
        ("area=509&edition=2025-01", [0]),
        ("area=503&edition=then", [1]),
        ("edition=2025-07", [0, 1]),
    ],
)
def test_every_door_finds_the_same_reports(
    client: TestClient, two: tuple[Report, Report], said: str, found: list[int]
) -> None:
    codes = {two[place].code for place in found}
    assert {one["id"] for one in client.get(f"/api/v1/reports?{said}").json()["features"]} == codes
    assert {one["id"] for one in client.get(f"/api/v1/export?format=geojson&{said}").json()["features"]} == codes
    assert client.get(f"/api/v1/statistics?{said}").json()["total"] == len(codes)
    cells = client.get(f"/api/v1/density?zoom=8&{said}").json()["features"]
    assert sum(one["properties"]["count"] for one in cells) == len(codes)
    for page in (f"/?{said}", f"/maps/incidents?{said}", f"/feeds/reports.atom?{said}"):
        text = client.get(page).text
        assert {one.code for one in two if one.code in text} == codes, page


@pytest.mark.parametrize(
    ("edition", "told"),
    [
        ("2020", [("2020", "519", "Nông Sơn"), ("2020", "503", "Hội An")]),
        ("2025-01", [("2025-01", "509", "Quế Sơn"), ("2025-01", "503", "Hội An")]),
    ],
)
def test_an_export_has_the_area_in_the_edition_asked_for(
    client: TestClient, two: tuple[Report, Report], edition: str, told: list[tuple[str, str, str]]
) -> None:
    wanted = {report.code: one for report, one in zip(two, told, strict=True)}
    for name in ("geojson", "geojsonseq"):
        text = client.get(f"/api/v1/export?format={name}&edition={edition}").text
        lines = [line.strip("\x1e,") for line in text.splitlines() if '"type":"Feature",' in line]
        found = {one["id"]: tuple(one["properties"][key] for key in IN_EDITION) for one in map(json.loads, lines)}
        assert found == wanted, name
    text = client.get(f"/api/v1/export?format=csv&edition={edition}").text.lstrip("\ufeff")
    rows = csv.DictReader(io.StringIO(text, newline=""))
    assert {row["code"]: tuple(row[key] for key in IN_EDITION) for row in rows} == wanted
    assert "edition" not in client.get("/api/v1/export?format=csv").text.splitlines()[0]


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_has_the_area_in_the_edition_asked_for(
    session: Session, two: tuple[Report, Report], tmp_path: Path, name: str
) -> None:
    path = tmp_path / f"out.{FORMATS[name].ending}"
    asked = Asked(Filters(edition="then"))
    assert write(session.connection(), asked, name, path) == 2
    data = path.read_bytes()
    if name in ("geojson", "geojsonseq", "csv", "fgb", "kml"):
        assert "Nông Sơn".encode() in data
    if name in ("gpkg", "fgb", "shp"):
        source = f"/vsizip/{path}" if name == "shp" else path
        frame = pyogrio.read_dataframe(source)
        area = "ed_area" if name == "shp" else "edition_area"
        assert set(frame[area]) == {"519", "503"}
    if name == "geoparquet":
        assert set(pq.read_table(path).column("edition_area").to_pylist()) == {"519", "503"}


def test_columns_of_an_edition_may_be_named_and_only_with_one(client: TestClient, two: tuple[Report, Report]) -> None:
    head = client.get("/api/v1/export?format=csv&edition=2020&fields=edition_area,state").text.splitlines()[0]
    assert head.lstrip("\ufeff").replace('"', "") == "code,edition_area,state,lon,lat"
    refused = client.get("/api/v1/export?format=csv&fields=edition_area")
    assert refused.status_code == 422
    (error,) = refused.json()["errors"]
    told = "Trường edition_area là của một phiên bản địa giới; hãy cho biết cả edition."
    assert (error["field"], error["message"]) == ("fields", told)


@pytest.mark.parametrize(
    "wrong",
    ["edition=2019", "edition=%00", "area=519&edition=2025-01", "area=503&edition=2025-07", "area=x&edition=then"],
)
def test_an_unknown_edition_and_an_area_that_it_lacks_are_refused(client: TestClient, wrong: str) -> None:
    for door in ("reports", "statistics", "statistics/performance", "export"):
        answer = client.get(f"/api/v1/{door}?{wrong}")
        assert answer.status_code == 422, door
    assert {one["field"] for one in answer.json()["errors"]} <= {"edition", "area"}


def test_statistics_say_whose_areas_they_are_of_and_what_has_none_yet(
    client: TestClient, session: Session, two: tuple[Report, Report], make_report: Callable[..., Report]
) -> None:
    make_report(**HOI_AN)  # the worker has not come round yet
    for code, areas in (("2020", {"519": 1, "503": 1}), ("2025-01", {"509": 1, "503": 1})):
        found = client.get(f"/api/v1/statistics?edition={code}").json()
        assert {one["code"]: one["count"] for one in found["areas"] if one["count"]} == areas
        assert (found["edition"], found["unplaced"], found["total"]) == (code, 1, 3)
    then = client.get("/api/v1/statistics/performance?by=area&edition=then").json()
    assert {row["area"] and row["area"]["name"]: row["received"] for row in then["rows"]} == {
        "huyện Nông Sơn": 1,
        "thành phố Hội An": 1,
        None: 1,
    }
    editions.activate(session, "2025-01")
    again = client.get("/api/v1/statistics?edition=then").json()
    assert {one["code"]: one["count"] for one in again["areas"] if one["count"]} == {"519": 1, "503": 1}


def test_the_sheet_for_lris_has_the_areas_of_an_edition_where_one_is_asked_for(
    client: TestClient, two: tuple[Report, Report]
) -> None:
    address = "/api/v1/statistics/lris?period=2024-Q2&edition=2025-01"
    told = client.get(address).json()
    rows = {row["code"]: row["received"] for row in told["areas"]}
    assert len(rows) == 17
    assert {code: count for code, count in rows.items() if count} == {"509": 1}
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{address}&format=xlsx").content))
    assert book.sheetnames == ["Theo đơn vị", "Theo lĩnh vực", "Theo địa bàn"]
    sheet = book["Theo địa bàn"]
    names = {sheet.cell(row, 2).value: sheet.cell(row, 4).value for row in range(10, 27)}
    assert names["huyện Quế Sơn"] == 1
    assert "2025-01" in str(sheet["A5"].value)
    assert "areas" not in client.get("/api/v1/statistics/lris?period=2024-Q2").json()


def test_pages_offer_the_editions_and_the_areas_of_the_chosen_one(
    client: TestClient, session: Session, two: tuple[Report, Report]
) -> None:
    assert 'name="edition"' not in client.get("/").text  # there is but one to choose
    page = client.get("/?edition=2025-01&area=509").text
    assert two[0].code in page
    assert 'value="519"' not in page
    editions.activate(session, "2025-01")
    assert 'name="edition"' in client.get("/").text
    planner = client.get("/planner?edition=2025-07").text
    assert 'value="20413"' in planner
    narrowed = client.get("/planner?edition=2020&area=519")
    assert narrowed.status_code == 200
    assert "quangnam.qgz" not in narrowed.text
    assert client.get("/planner/quangnam.qgz?edition=2020&area=519").status_code == 422
    statistics = client.get("/planner/statistics?period=2024&edition=then").text
    assert "huyện Nông Sơn" in statistics
