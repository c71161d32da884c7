from collections.abc import Callable

from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from geo.models import Report

Make = Callable[..., Report]


def test_counts_come_by_unit_category_state_period_and_area(client: TestClient, make_report: Make) -> None:
    make_report(area_code="503", unit="ubnd-503")
    found = client.get("/api/v1/statistics?period=year").json()
    assert (found["total"], found["demo"], found["period"]) == (1, False, "year")
    assert found["units"] == [{"code": "ubnd-503", "name": "UBND thành phố Hội An", "count": 1}]
    assert found["categories"] == [{"code": "giao-thong", "name": "Giao thông", "count": 1}]
    assert found["states"] == [{"state": "received", "count": 1}]
    assert len(found["periods"]) == 1
    areas = {one["code"]: one for one in found["areas"]}
    assert len(areas) == 18
    assert areas["503"]["name"] == "thành phố Hội An"
    assert areas["503"]["per_1000_km2"] > 10


def test_demonstration_data_count_only_where_they_are_asked_for(
    client: TestClient, session: Session, make_report: Make
) -> None:
    make_report().demo = True
    session.flush()
    assert client.get("/api/v1/statistics").json()["total"] == 0
    asked = client.get("/api/v1/statistics?demo=true").json()
    assert (asked["total"], asked["demo"]) == (1, True)


def test_filters_narrow_and_bad_ones_are_refused(client: TestClient, make_report: Make) -> None:
    make_report()
    assert client.get("/api/v1/statistics?since=2100-01-01").json()["total"] == 0
    assert client.get("/api/v1/statistics?since=x").status_code == 422
    assert client.get("/api/v1/statistics?period=hour").status_code == 422
