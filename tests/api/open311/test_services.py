"""Discovery, services and their definitions, by the element names of the specification."""

from datetime import datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from lxml import etree
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.models import Category
from tests.api.open311.conftest import V2


def tree(answer: Any) -> etree._Element:
    """The root of an XML answer, whose headers and declaration are as the specification wants them."""
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    assert answer.content.startswith(b'<?xml version="1.0" encoding="UTF-8"?>')
    return etree.fromstring(answer.content)


def names(element: etree._Element) -> list[str]:
    return [str(one.tag) for one in element]


@pytest.mark.parametrize("address", ["/open311/discovery", "/open311/v2/discovery"])
def test_discovery_names_the_version_its_address_and_its_formats(client: TestClient, address: str) -> None:
    root = tree(client.get(f"{address}.xml"))
    assert (root.tag, names(root)) == ("discovery", ["changeset", "contact", "key_service", "endpoints"])
    (endpoint,) = root.findall("endpoints/endpoint")
    assert names(endpoint) == ["specification", "url", "changeset", "type", "formats"]
    assert endpoint.findtext("specification") == "http://wiki.open311.org/GeoReport_v2"
    assert endpoint.findtext("url") == "http://testserver/open311/v2"
    assert [one.text for one in endpoint.findall("formats/format")] == ["text/xml", "application/json"]
    told = client.get(f"{address}.json")
    assert told.headers["content-type"] == "application/json; charset=utf-8"
    assert told.json()["endpoints"][0]["formats"] == ["text/xml", "application/json"]
    assert "/admin/keys" in told.json()["key_service"]


def test_the_changeset_moves_when_a_category_does(client: TestClient, session: Session) -> None:
    before = client.get("/open311/discovery.json").json()["changeset"]
    one = session.scalars(select(Category).where(Category.code == "khac")).one()
    one.resolve_days += 1
    session.flush()
    after = client.get("/open311/discovery.json").json()["changeset"]
    assert datetime.fromisoformat(after) > datetime.fromisoformat(before)


def test_every_active_category_is_a_service(client: TestClient, session: Session) -> None:
    codes = list(session.scalars(select(Category.code).where(Category.active).order_by(Category.position)))
    root = tree(client.get(f"{V2}/services.xml?jurisdiction_id=quangnam.gov.vn"))
    fields = ["service_code", "service_name", "description", "metadata", "type", "keywords", "group"]
    assert root.tag == "services"
    assert [(one.tag, names(one)) for one in root] == [("service", fields)] * len(codes)
    assert [one.findtext("service_code") for one in root] == codes
    assert {(one.findtext("metadata"), one.findtext("type")) for one in root} == {("true", "realtime")}
    told = client.get(f"{V2}/services.json?lang=en").json()
    assert [list(one) for one in told] == [fields] * len(codes)
    traffic = next(one for one in told if one["service_code"] == "giao-thong")
    assert traffic["service_name"] == "Traffic and roads"
    assert traffic["metadata"] is True
    assert traffic["keywords"] == "giao thông, giao thong, traffic and roads"
    assert "working hours" in traffic["description"]


def test_name_phone_and_responsibility_are_required_attributes(client: TestClient) -> None:
    root = tree(client.get(f"{V2}/services/giao-thong.xml"))
    assert (root.tag, names(root)) == ("service_definition", ["service_code", "attributes"])
    attributes = root.findall("attributes/attribute")
    fields = ["variable", "code", "datatype", "required", "datatype_description", "order", "description"]
    assert all(names(one)[:7] == fields for one in attributes)
    assert [one.findtext("order") for one in attributes] == [str(number) for number in range(1, len(attributes) + 1)]
    required = [one.findtext("code") for one in attributes if one.findtext("required") == "true"]
    assert required == ["truthful", "name", "phone"]
    truth = next(one for one in attributes if one.findtext("code") == "truthful")
    assert truth.findtext("datatype") == "singlevaluelist"
    assert [one.text for one in truth.findall("values/value/key")] == ["true"]
    told = client.get(f"{V2}/services/giao-thong.json").json()
    assert told["service_code"] == "giao-thong"
    assert told["attributes"][1]["values"] == [{"key": "true", "name": "Tôi xác nhận"}]


def test_what_is_urgent_or_sensitive_says_so_before_anything_is_typed(client: TestClient, session: Session) -> None:
    for one in session.scalars(select(Category)):
        told = client.get(f"{V2}/services/{one.code}.json").json()["attributes"]
        said = " ".join(attribute["description"] for attribute in told if not attribute["variable"])
        assert ("113" in said, "gần đúng" in said) == (one.urgent, one.sensitive)


@pytest.mark.parametrize(
    "path", ["/services/nothing.xml", "/services/a%00b.xml", "/nothing.xml", "/services.pdf", "", "/tokens/short.xml"]
)
def test_what_is_not_there_is_an_error_in_xml(client: TestClient, path: str) -> None:
    answer = client.get(V2 + path, headers={"accept": "text/html"})
    assert answer.status_code == 404
    root = tree(answer)
    assert (root.tag, [names(one) for one in root]) == ("errors", [["code", "description"]])
    assert root.findtext("error/code") == "404"
    assert root.findtext("error/description")


def test_errors_speak_the_readers_language_and_format(client: TestClient) -> None:
    told = client.get(f"{V2}/services/nothing.json?lang=en")
    assert (told.status_code, told.headers["content-language"]) == (404, "en")
    assert told.json() == [{"code": 404, "description": "There is no such service_code; services lists them."}]


@pytest.mark.parametrize(
    ("method", "path", "methods"),
    [("DELETE", "/services.json", "GET"), ("PUT", "/requests.xml", "GET, POST"), ("HEAD", "/tokens/short.xml", "GET")],
)
def test_a_method_that_an_address_does_not_have_is_refused_with_those_it_has(
    client: TestClient, method: str, path: str, methods: str
) -> None:
    answer = client.request(method, V2 + path)
    assert (answer.status_code, answer.headers["allow"]) == (405, methods)
    assert "405" in answer.text or method == "HEAD"
    assert client.request(method, f"{V2}/nothing.json").status_code == 404


@pytest.mark.parametrize("path", ["/open311/discovery.xml", "/open311/v2/discovery.json"])
def test_the_head_of_the_discovery_is_asked_for_alone(client: TestClient, path: str) -> None:
    assert client.head(path).headers["content-type"] == client.get(path).headers["content-type"]
    assert client.head(path).status_code == 200


def test_another_format_is_refused_without_english(client: TestClient) -> None:
    answer = client.get(f"{V2}/services.yaml")
    assert answer.status_code == 404
    assert "dùng được: json, xml." in answer.text
    assert "or" not in answer.text.partition("dùng được")[2].partition("<")[0]
