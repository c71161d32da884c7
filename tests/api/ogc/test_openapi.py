"""The description in OpenAPI 3.0 says what there is, and there is what it says."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import jsonschema
import pytest
from fastapi.testclient import TestClient

from api.ogc import documents, parts
from api.ogc.router import router
from geo.models import Report


@pytest.fixture
def described(client: TestClient) -> dict[str, Any]:
    answer = client.get("/ogc/api", params={"lang": "en", "f": "json"})
    assert answer.headers["content-type"] == "application/vnd.oai.openapi+json;version=3.0"
    return dict(answer.json())


def references(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (one for name, one in value.items() if name == "$ref")
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def test_it_is_of_version_3_0_and_refers_to_nothing_elsewhere(described: dict[str, Any]) -> None:
    assert re.fullmatch(r"3\.0\.\d", described["openapi"])
    found = set(references(described))
    assert found
    for one in found:
        part = described
        assert one.startswith("#/components/")
        for step in one[2:].split("/"):
            part = part[step]


def test_each_collection_has_paths_of_its_own(client: TestClient, described: dict[str, Any]) -> None:
    for one in client.get("/ogc/collections").json()["collections"]:
        for path in ("", "/queryables", "/items", "/items/{featureId}"):
            assert f"/collections/{one['id']}{path}" in described["paths"]
    assert not any("{collectionId}/items" in path for path in described["paths"])
    names = [operation["get"]["operationId"] for operation in described["paths"].values()]
    assert len(names) == len(set(names))


def test_every_parameter_that_is_described_is_taken_and_no_other(client: TestClient, described: dict[str, Any]) -> None:
    known = {
        resolved(described, one)["name"]
        for one in described["paths"]["/collections/reports/items"]["get"]["parameters"]
    }
    assert known >= {
        "limit",
        "bbox",
        "bbox-crs",
        "crs",
        "datetime",
        "filter",
        "filter-lang",
        "filter-crs",
        "cursor",
        "f",
    }
    assert known >= {"category", "state", "area", "unit", "demo", "recurrence", "content"}
    for name in known:
        answer = client.get("/ogc/collections/reports/items", params={name: "…"})
        assert "Không có tham số này" not in answer.text, name


def test_answers_are_as_described(
    client: TestClient, described: dict[str, Any], make_report: Callable[..., Report]
) -> None:
    code = make_report(accepted=True).code
    make_report(category="an-ninh-trat-tu")
    base = described["servers"][0]["url"]
    for template, operation in described["paths"].items():
        path = template.replace("/collections/reports/items/{featureId}", f"/collections/reports/items/{code}")
        if "{" in path:
            continue
        answer = client.get(base + path)
        assert answer.status_code == 200, path
        kind = answer.headers["content-type"]
        schema = operation["get"]["responses"]["200"]["content"][kind]["schema"]
        jsonschema.validate(answer.json(), as_json_schema(described, schema))


def as_json_schema(described: dict[str, Any], value: Any) -> Any:
    """A schema of OpenAPI 3.0 as one of JSON Schema: references put in, and what may be null said so."""
    if isinstance(value, list):
        return [as_json_schema(described, one) for one in value]
    if not isinstance(value, dict):
        return value
    value = resolved(described, value)
    found = {name: as_json_schema(described, one) for name, one in value.items() if name != "nullable"}
    if value.get("nullable") is True:
        return {"anyOf": [found, {"type": "null"}]}
    return found


def resolved(described: dict[str, Any], one: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in one:
        return one
    found: Any = described
    for step in one["$ref"][2:].split("/"):
        found = found[step]
    return dict(found)


def test_the_declared_classes_are_those_of_the_standards(client: TestClient) -> None:
    found = client.get("/ogc/conformance").json()["conformsTo"]
    assert found[: len(documents.CONFORMANCE)] == list(documents.CONFORMANCE)
    assert len(set(found)) == len(found)
    form = r"http://www\.opengis\.net/spec/(ogcapi-features-[123]|cql2|ogcapi-tiles-1|ogcapi-common-[12]|tms)/\d\.\d/conf/[\w-]+"
    assert [one for one in found if not re.fullmatch(form, one)] == []


def test_another_part_is_listed_wherever_it_belongs(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    class Part:
        CONFORMANCE = ("http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/core",)
        router = router

        @staticmethod
        def landing_links(base: str) -> list[dict[str, Any]]:
            return [{"rel": "part", "type": "x/y", "title": "", "href": f"{base}/part"}]

        @staticmethod
        def collection_links(base: str, collection_id: str) -> list[dict[str, Any]]:
            return [{"rel": "part", "type": "x/y", "title": "", "href": f"{base}/part/{collection_id}"}]

        @staticmethod
        def openapi_paths() -> dict[str, Any]:
            return {"/part": {"get": {"responses": {}}}}

    for module in (parts, documents):
        monkeypatch.setattr(module, "PARTS", (Part,))
    monkeypatch.setattr("api.ogc.openapi.PARTS", (Part,))
    assert any(link["rel"] == "part" for link in client.get("/ogc").json()["links"])
    (link,) = (one for one in client.get("/ogc/collections/units").json()["links"] if one["rel"] == "part")
    assert link["href"] == "http://testserver/ogc/part/units"
    assert "/part" in client.get("/ogc/api").json()["paths"]
    assert Part.CONFORMANCE[0] in client.get("/ogc/conformance").json()["conformsTo"]
