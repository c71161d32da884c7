"""How the tests ask /ogc."""

from typing import Any

from fastapi.testclient import TestClient

REPORTS = "/ogc/collections/reports/items"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/{}"


def items(client: TestClient, path: str = REPORTS, **query: Any) -> dict[str, Any]:
    """A page of features; `filter_lang` stands for filter-lang and so on."""
    answer = client.get(path, params=written(query))
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def ids(client: TestClient, path: str = REPORTS, **query: Any) -> list[Any]:
    """The ids of a page of features."""
    return [feature["id"] for feature in items(client, path, **query)["features"]]


def refused(client: TestClient, path: str = REPORTS, **query: Any) -> str:
    """What is said to a question that is refused as the standards want it."""
    answer = client.get(path, params=written(query))
    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert body.keys() == {"code", "description"}
    return str(body["description"])


def written(query: dict[str, Any]) -> dict[str, Any]:
    """The names of parameters as they are in an address."""
    return {name.replace("_", "-") if name in DASHED else name: value for name, value in query.items()}


DASHED = ("bbox_crs", "filter_lang", "filter_crs")
