"""Part 3: queryables and filters in CQL2."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from geo.models import Report
from maps.collections import asking
from maps.collections.cql2 import reading
from tests.api.ogc.asking import REPORTS, ids, items

Make = Callable[..., Report]


@pytest.fixture
def three(session: Session, make_report: Make) -> dict[str, str]:
    """A road of 2026-03-10 near Hội An, a tree of 2026-03-12 near Tam Kỳ, and one of 2026-03-20 not yet accepted."""
    road = make_report(category="giao-thong", area_code="503", content="Ổ gà lớn 100% ngập", accepted=True)
    tree = make_report(
        category="cay-xanh", area_code="502", content="Cây_đổ ngang đường", accepted=True, lon=108.474, lat=15.5736
    )
    other = make_report(category="khac", content="Bí mật khi chưa tiếp nhận")
    for report, moment in ((road, "10T02:00:00"), (tree, "12T20:00:00"), (other, "20T00:00:00")):
        report.created_at = datetime.fromisoformat(f"2026-03-{moment}").replace(tzinfo=UTC)
    tree.recurrence = 3
    session.flush()
    return {"road": road.code, "tree": tree.code, "other": other.code}


HOI_AN = "POLYGON((108.3 15.8,108.4 15.8,108.4 15.9,108.3 15.9,108.3 15.8))"
FILTERS = [
    ("category = 'giao-thong'", "road"),
    ("'giao-thong' = category", "road"),
    ("category <> 'giao-thong'", "tree other"),
    ("recurrence > 1", "tree"),
    ("recurrence >= 1 AND recurrence < 3", "road other"),
    ("recurrence BETWEEN 2 AND 4", "tree"),
    ("recurrence NOT BETWEEN 2 AND 4", "road other"),
    ("category IN ('giao-thong','khac')", "road other"),
    ("category NOT IN ('giao-thong','khac')", "tree"),
    ("recurrence IN (3, 4.0)", "tree"),
    ("content IS NULL", "other"),
    ("content IS NOT NULL", "road tree"),
    ("geometry IS NULL", ""),
    ("demo = FALSE", "road tree other"),
    ("demo = TRUE", ""),
    ("TRUE", "road tree other"),
    ("FALSE", ""),
    ("NOT (category = 'khac' OR recurrence = 3)", "road"),
    ("category = 'khac' OR category = 'cay-xanh' AND recurrence = 1", "other"),
    ("content LIKE 'Ổ gà%'", "road"),
    ("content LIKE 'ổ gà%'", ""),
    ("content LIKE '%100\\%%'", "road"),
    ("content LIKE 'Cây\\_đổ%'", "tree"),
    ("content NOT LIKE '%gà%'", "tree"),
    ("CASEI(content) LIKE CASEI('ổ GÀ%')", "road"),
    ("ACCENTI(content) LIKE ACCENTI('O gà%')", "road"),
    ("ACCENTI(CASEI(content)) LIKE 'cay%'", "tree"),
    ("CASEI(category) IN (CASEI('CAY-XANH'))", "tree"),
    ("category = category", "road tree other"),
    ("content = category", ""),
    ("deadline > created_at", "road tree other"),
    ("created_at > TIMESTAMP('2026-03-10T02:00:00Z')", "tree other"),
    ("created_at >= TIMESTAMP('2026-03-10T09:00:00+07:00')", "road tree other"),
    ("created_at = DATE('2026-03-13')", "tree"),  # 20:00 UTC is the next day in the province
    ("created_at <> DATE('2026-03-13')", "road other"),
    ("created_at <= DATE('2026-03-13')", "road tree"),
    ("created_at < DATE('2026-03-13')", "road"),
    ("created_at > DATE('2026-03-13')", "other"),
    ("DATE('2026-03-13') >= created_at", "road tree"),
    ("created_at BETWEEN DATE('2026-03-10') AND DATE('2026-03-13')", "road tree"),
    ("created_at >= '2026-03-13'", "tree other"),
    ("S_INTERSECTS(geometry, BBOX(108.3,15.8,108.4,15.9))", "road other"),
    (f"S_INTERSECTS(geometry, {HOI_AN})", "road other"),
    (f"S_WITHIN(geometry, {HOI_AN})", "road other"),
    (f"S_CONTAINS({HOI_AN}, geometry)", "road other"),
    (f"S_DISJOINT(geometry, {HOI_AN})", "tree"),
    ("S_INTERSECTS(POINT(1 2), POINT(1 2))", "road tree other"),
    ("S_DISJOINT(POINT(1 2), POINT(1 2))", ""),
    ("S_EQUALS(geometry, POINT(108.474 15.5736))", "tree"),
    ("S_TOUCHES(geometry, LINESTRING(108.474 15.5736, 109 16))", "tree"),
    ("S_CROSSES(geometry, LINESTRING(108 15, 109 16))", ""),
    ("S_OVERLAPS(geometry, MULTIPOINT(108.474 15.5736, 109 16))", ""),
    ("S_INTERSECTS(geometry, MULTIPOLYGON(((108.4 15.5,108.5 15.5,108.5 15.6,108.4 15.6,108.4 15.5))))", "tree"),
    ("S_WITHIN(geometry, GEOMETRYCOLLECTION(POINT(1 1), POINT(108.474 15.5736)))", "tree"),
    ("T_AFTER(created_at, TIMESTAMP('2026-03-12T20:00:00Z'))", "other"),
    ("T_BEFORE(created_at, DATE('2026-03-13'))", "road"),
    ("T_DURING(created_at, INTERVAL('2026-03-11','2026-03-13'))", "tree"),
    ("T_EQUALS(created_at, TIMESTAMP('2026-03-10T02:00:00Z'))", "road"),
    ("T_INTERSECTS(created_at, INTERVAL('..','2026-03-13'))", "road tree"),
    ("T_DISJOINT(created_at, INTERVAL('2026-03-11','..'))", "road"),
    ("T_MEETS(INTERVAL(created_at, '2026-03-20T00:00:00Z'), created_at)", "other"),
    ("T_METBY(created_at, INTERVAL('..','2026-03-20T00:00:00Z'))", "other"),
    ("T_STARTS(created_at, INTERVAL('2026-03-10T02:00:00Z','..'))", "road"),
    ("T_STARTEDBY(INTERVAL('2026-03-10T02:00:00Z','..'), created_at)", "road"),
    ("T_FINISHES(created_at, INTERVAL('..','2026-03-10T02:00:00Z'))", "road"),
    ("T_FINISHEDBY(INTERVAL('..','2026-03-10T02:00:00Z'), created_at)", "road"),
    ("T_CONTAINS(INTERVAL('2026-03-11','2026-03-14'), created_at)", "tree"),
    ("T_OVERLAPS(INTERVAL('2026-03-01', created_at), INTERVAL('2026-03-12','..'))", "tree other"),
    ("T_OVERLAPPEDBY(INTERVAL(created_at, '..'), INTERVAL('2026-03-01','2026-03-15'))", "road tree"),
]


@pytest.mark.parametrize(("written", "found"), FILTERS, ids=[written for written, _found in FILTERS])
def test_a_filter_finds_what_it_says_as_text_and_as_json(
    client: TestClient, three: dict[str, str], written: str, found: str
) -> None:
    expected = {three[name] for name in found.split()}
    assert set(ids(client, filter=written)) == expected
    assert items(client, filter=written)["numberMatched"] == len(expected)
    tree = json.dumps(reading.read(written, "cql2-text"))
    assert set(ids(client, filter=tree, filter_lang="cql2-json")) == expected


def test_filters_of_all_kinds_narrow_together_and_pages_keep_them(
    client: TestClient, three: dict[str, str], make_report: Make
) -> None:
    for _number in range(3):
        make_report(category="cay-xanh")
    page = items(client, filter="category = 'cay-xanh'", state="received", limit=2, bbox="108,15,109,16")
    (address,) = (link["href"] for link in page["links"] if link["rel"] == "next")
    rest = client.get(address).json()
    assert page["numberMatched"] == rest["numberMatched"] == 3
    assert rest["numberReturned"] == 1
    assert three["tree"] not in [one["id"] for one in page["features"] + rest["features"]]


def test_a_question_that_takes_too_long_is_ended(
    client: TestClient, make_report: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_report()
    real = asking.patient

    def hasty(session: Session, seconds: int = 0) -> None:
        real(session, 1)
        session.connection().exec_driver_sql("SET LOCAL statement_timeout = '50ms'")
        session.connection().exec_driver_sql("SELECT pg_sleep(5)")

    monkeypatch.setattr(asking, "patient", hasty)
    answer = client.get(REPORTS)
    assert answer.status_code == 503
    assert answer.json()["code"] == "TooSlow"
    assert answer.headers["retry-after"]


def test_the_number_of_all_is_left_out_where_counting_takes_too_long(
    client: TestClient, make_report: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = make_report().code
    real = asking.patient

    def hasty(session: Session, seconds: int = asking.PATIENCE) -> None:
        real(session, seconds)
        if seconds == asking.COUNTING:
            session.connection().exec_driver_sql("SET LOCAL statement_timeout = '20ms'")
            session.connection().exec_driver_sql("SELECT pg_sleep(5)")

    monkeypatch.setattr(asking, "patient", hasty)
    found = items(client, filter="recurrence = 1")
    assert "numberMatched" not in found
    assert [one["id"] for one in found["features"]] == [code]
    assert "numberMatched" in items(client)  # the kept counts know it


def test_queryables_are_the_columns_that_filters_may_name(client: TestClient, three: dict[str, str]) -> None:
    for one in client.get("/ogc/collections").json()["collections"]:
        address = f"/ogc/collections/{one['id']}/queryables"
        answer = client.get(address)
        assert answer.headers["content-type"] == "application/schema+json"
        found = answer.json()
        assert found["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        assert found["$id"] == f"http://testserver{address}"
        assert found["additionalProperties"] is False
        assert found["properties"]["geometry"]["format"].startswith("geometry-")
        for name in found["properties"]:
            assert ids(client, f"/ogc/collections/{one['id']}/items", filter=f'"{name}" IS NULL', limit=1) is not None
    assert "received" in client.get("/ogc/collections/reports/queryables").json()["properties"]["state"]["enum"]
