from collections.abc import Callable

from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from geo.models import Report

Make = Callable[..., Report]


def test_cells_are_geojson_points_with_counts(client: TestClient, session: Session, make_report: Make) -> None:
    make_report(lon=108.338, lat=15.8794)
    make_report(lon=108.338, lat=15.8794).demo = True
    session.flush()
    found = client.get("/api/v1/density?zoom=9")
    assert found.headers["content-type"].startswith("application/geo+json")
    body = found.json()
    assert (body["zoom"], body["total"], body["numberReturned"]) == (9, 2, 1)
    [cell] = body["features"]
    assert cell["id"] == "12/3280/1864"
    assert cell["properties"] == {"count": 2, "demo": 1}
    assert cell["geometry"] == {"type": "Point", "coordinates": [108.3252, 15.91907]}  # the middle of the tile
    assert client.get("/api/v1/density?zoom=9&demo=false").json()["total"] == 1


def test_filters_hold_for_cells_too(client: TestClient, make_report: Make) -> None:
    make_report(category="cay-xanh")
    assert client.get("/api/v1/density?category=giao-thong").json()["features"] == []
    assert client.get("/api/v1/density?bbox=107,15,108,16").json()["total"] == 0
    assert client.get("/api/v1/density?bbox=108,15,109,16").json()["total"] == 1


def test_bad_questions_are_refused(client: TestClient) -> None:
    for query in ("zoom=20", "zoom=-1", "zoom=x", "bbox=1", "category=x", "demo=x"):
        assert client.get(f"/api/v1/density?{query}").status_code == 422, query
