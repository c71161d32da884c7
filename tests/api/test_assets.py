import re
from pathlib import Path

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


def test_no_script_gives_leaflet_a_string_to_show_for_it_takes_that_as_html() -> None:
    root = Path(__file__).parents[2]
    scripts = [*root.glob("api/web/static/**/*.js"), *root.glob("maps/static/*.js")]
    shown = re.compile(r"\b(?:bindTooltip|bindPopup|setTooltipContent|setPopupContent)\(([^;]*)")
    # An element with text nodes: of make(), or of one of the functions that put several together.
    element = re.compile(r"\(\) => (?:tip|told|popup|make)\((?!.*\.textContent)")
    found = [(path, call) for path in scripts for call in shown.findall(path.read_text("utf-8"))]
    assert len(found) > 5
    assert [(path.name, call) for path, call in found if not element.match(call)] == []
