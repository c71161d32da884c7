import pytest
from fastapi.testclient import TestClient

from maps.style import asset_url


def test_a_file_of_this_version_is_kept_for_ever_and_compressed(client: TestClient) -> None:
    answer = client.get(asset_url("leaflet.js"), headers={"accept-encoding": "br"})
    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-encoding"] == "br"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "Leaflet" in answer.text


def test_an_older_version_is_answered_but_not_kept(client: TestClient) -> None:
    answer = client.get("/assets/000000000000/leaflet.css")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-cache"


def test_fonts_are_not_compressed_twice(client: TestClient) -> None:
    name = "be-vietnam-pro-vietnamese-400-normal.woff2"
    answer = client.get(asset_url(name), headers={"accept-encoding": "br"})
    assert answer.status_code == 200
    assert "content-encoding" not in answer.headers
    assert answer.content[:4] == b"wOF2"


@pytest.mark.parametrize("name", ["nothing.js", "%2e%2e/%2e%2e/style.py", "..%2f..%2fpyproject.toml"])
def test_what_is_not_there_is_not_found(client: TestClient, name: str) -> None:
    answer = client.get(f"/assets/x/{name}")
    assert answer.status_code == 404
    assert answer.json()["detail"]
