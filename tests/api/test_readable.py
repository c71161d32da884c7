"""Urlencoded forms whose letters were not percent-encoded, at the doors that take them."""

import re
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.models import Report

FORM = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
SAID = "Tổ sửa chữa chưa đến, đường ngập."


def written(fields: dict[str, Any]) -> str:
    # Only what would end a field is encoded.
    return "&".join(f"{name}={quote(str(value), safe='ổửữưđếờậầịở ,')}" for name, value in fields.items())


def test_the_api_and_the_page_read_them_alike(client: TestClient, session: Session, body: dict[str, Any]) -> None:
    fields = body | {"content": SAID, "truthful": "true"}
    sent = client.post("/api/v1/reports", content=written(fields).encode(), headers=FORM)
    assert sent.status_code == 201, sent.text
    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', client.get("/reports/new").text)
    fields |= dict(hidden)
    page = client.post("/reports/new", content=written(fields).encode(), headers=FORM | {"accept": "text/html"})
    assert page.status_code == 201
    assert list(session.scalars(select(Report.content))) == [SAID, SAID]


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
@pytest.mark.parametrize("path", ["/api/v1/reports", "/reports/new", "/sign-in"])
def test_what_is_no_utf_8_is_refused_with_a_sentence(client: TestClient, path: str, accept: str) -> None:
    for wrong in (b"content=\xd4\xcd", b"content=%d4%cd"):
        answer = client.post(path, content=wrong, headers=FORM | {"accept": accept})
        assert answer.status_code == 422
        assert "Biểu mẫu phải viết bằng UTF-8" in answer.text


def test_a_page_reads_them_through_fastapi_too(client: TestClient) -> None:
    page = client.get("/sign-in").text
    token = re.findall(r'name="token" value="([^"]*)"', page)[0]
    answer = client.post("/sign-in", content=f"token={token}&email=bưởi@việt.vn&password=x".encode(), headers=FORM)
    assert "bưởi@việt.vn" in answer.text
