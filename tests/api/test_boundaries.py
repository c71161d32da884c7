import pytest
from fastapi.testclient import TestClient


def test_editions_are_listed_with_source_and_licence(client: TestClient) -> None:
    found = client.get("/api/v1/boundaries").json()
    assert [one["code"] for one in found] == ["2020", "2025-01", "2025-07"]
    assert found[0]["redistributable"] is False
    assert found[0]["simplified"] is True
    assert all(one["attribution"] and one["licence"] and one["source"] for one in found)


@pytest.mark.parametrize(("edition", "level", "count"), [("2020", "district", 18), ("2025-07", "commune", 78)])
def test_areas_are_geojson_with_attribution(client: TestClient, edition: str, level: str, count: int) -> None:
    response = client.get(f"/api/v1/boundaries/{edition}/{level}")
    assert response.headers["content-type"].startswith("application/geo+json")
    found = response.json()
    assert len(found["features"]) == count
    assert found["simplified"] is True
    assert "GADM" in found["attribution"]
    assert {"code", "name", "kind", "parent"} == set(found["features"][0]["properties"])


def test_what_a_browser_has_is_not_sent_again(client: TestClient) -> None:
    first = client.get("/api/v1/boundaries/2020/district")
    again = client.get("/api/v1/boundaries/2020/district", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert "max-age" in first.headers["cache-control"]
    other = client.get("/api/v1/boundaries/2020/commune", headers={"if-none-match": first.headers["etag"]})
    assert other.status_code == 200


@pytest.mark.parametrize("path", ["2019/district", "2020/x", "2020/neighbour", "2025-07/district", "2020/%0d%0aX: y"])
def test_what_does_not_exist_is_not_found(client: TestClient, path: str) -> None:
    assert client.get(f"/api/v1/boundaries/{path}").status_code == 404


def test_what_became_of_each_area_is_told_with_shares(client: TestClient) -> None:
    found = client.get("/api/v1/boundaries/2020/correspondence/2025-07?level=district&to=commune").json()
    assert len({part["old"] for part in found}) == 18
    hoi_an = [part for part in found if part["old"] == "503"]
    assert sum(part["area_share"] for part in hoi_an) == pytest.approx(1)
    assert {"new", "new_name", "square_metres", "reports", "report_share"} < set(hoi_an[0])
    assert client.get("/api/v1/boundaries/2020/correspondence/2025-07?level=district&to=district").status_code == 404
    assert client.get("/api/v1/boundaries/2020/correspondence/1999").status_code == 404
    assert client.get("/api/v1/boundaries/2020/correspondence/2025-07?level=x").status_code == 422
