"""Errors as pages for people, as problem details for programs."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session, sessionmaker

from api.app import create_app
from geo.settings import Settings

Make = Callable[..., Any]
BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def app(settings: Settings, sessions: sessionmaker[Session]) -> FastAPI:
    return create_app(settings, sessions)


def test_a_wrong_address_is_a_page_with_ways_out(client: TestClient) -> None:
    page = client.get("/nothing/here", headers=BROWSER)
    assert page.status_code == 404
    assert page.headers["content-type"].startswith("text/html")
    assert "Không tìm thấy" in page.text
    assert 'href="/reports/new"' in page.text
    assert 'action="/reports"' in page.text


def test_what_is_not_there_leads_back_to_where_its_like_are(client: TestClient, make_user: Make, sign_in: Make) -> None:
    public = client.get("/maps/editions?from=1802", headers=BROWSER)
    assert (public.status_code, 'action="/reports"' in public.text) == (404, False)
    assert 'class="button" href="/maps/editions"' in public.text
    sign_in(client, make_user("administrator"))
    inside = client.get("/admin/boundaries/1802", headers=BROWSER)
    assert inside.status_code == 404
    assert 'class="button" href="/admin/boundaries"' in inside.text
    sign_in(client, make_user("officer", unit="ubnd-503"))
    assert 'href="/admin' not in client.get("/admin/boundaries", headers=BROWSER).text  # where they may not go


def test_programs_keep_their_problem_details(client: TestClient) -> None:
    assert client.get("/nothing").headers["content-type"] == "application/problem+json"
    api = client.get("/api/v1/reports/QN-0000-0000", headers=BROWSER)
    assert api.headers["content-type"] == "application/problem+json"


def test_it_speaks_the_readers_language(client: TestClient) -> None:
    page = client.get("/nothing?lang=en", headers=BROWSER)
    assert '<html lang="en">' in page.text
    assert page.headers["content-language"] == "en"


def test_what_was_asked_comes_back_as_text_only(client: TestClient) -> None:
    hostile = '"><img src=x onerror=alert(1)>'
    page = client.get("/reports", params={"code": hostile}, headers=BROWSER)
    assert page.status_code == 404
    assert "<img src=x" not in page.text
    assert "&lt;img" in page.text


def test_too_long_a_form_is_a_page_too(client: TestClient) -> None:
    page = client.post("/reports/new", data={"content": "x" * 100_000}, headers=BROWSER)
    assert page.status_code == 413
    assert page.headers["content-type"].startswith("text/html")
    assert "Nội dung gửi quá lớn" in page.text


def test_a_fault_of_ours_is_a_page_that_tells_nothing_of_it(app: FastAPI) -> None:
    @app.get("/broken")
    def broken() -> None:
        raise RuntimeError("Zzsecret")

    with TestClient(app, raise_server_exceptions=False) as client:
        page = client.get("/broken", headers=BROWSER)
        program = client.get("/broken")
    assert page.status_code == program.status_code == 500
    assert page.headers["content-type"].startswith("text/html")
    assert "xin thử lại sau ít phút" in page.text
    assert program.json()["type"] == "/problems/internal"
    assert "Zzsecret" not in page.text + program.text


def test_a_private_link_that_is_wrong_is_a_page(client: TestClient) -> None:
    page = client.get("/follow/" + "A" * 32, headers=BROWSER)
    assert page.status_code == 404
    assert "Liên kết riêng này không đúng" in page.text
    assert "A" * 32 not in page.text
