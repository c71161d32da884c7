"""The planner's choice said to OGC API – Features, which must find what the page counts."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import pytest
from fastapi.testclient import TestClient

from geo.models import Report

WORDS = (
    "Ổ gà lớn, xin sửa 100%",
    "Xin dọn rác ở \\kênh",
    "Cột điện 'nghiêng' ở K_12",
    "XÍN nghiệp thải khói",
    "Đèn hỏng",
)


@pytest.mark.parametrize(
    ("words", "count"),
    [("xin", 3), ("Xin", 3), ("xín", 1), ("o ga", 1), ("%", 1), ("_", 1), ("\\", 1), ("'", 1), ("đèn", 1), ("den", 1)],
)
def test_words_mean_the_same_behind_the_address_of_the_page(
    client: TestClient, make_report: Callable[..., Report], words: str, count: int
) -> None:
    for content in WORDS:
        make_report(content=content, accepted=True, area_code="503")
    make_report(content="xin " + WORDS[0], area_code="503")  # received: its words are nobody's yet
    page = client.get("/planner", params={"q": words, "area": "503", "bbox": "108,15,109,16"})
    assert re.findall(r'summary-count"><strong>(\d+)<', page.text) == [str(count)]
    assert matched(client, page.text) == count


def test_a_code_means_the_same_behind_the_address_of_the_page(
    client: TestClient, make_report: Callable[..., Report]
) -> None:
    make_report()
    code = make_report().code
    page = client.get("/planner", params={"q": code.lower()})
    assert answered(client, page.text)["id"] == code


def matched(client: TestClient, page: str) -> int:
    number: int = answered(client, page)["numberMatched"]
    return number


def answered(client: TestClient, page: str) -> dict[str, Any]:
    found = re.search(r'id="copy-items" value="([^"]+)"', page)
    assert found is not None
    address = urlsplit(unescape(found[1]))
    answer = client.get(f"{address.path}?{address.query}", headers={"Accept": "application/geo+json"})
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body
