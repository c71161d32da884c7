import logging
from typing import Any

import pytest
from fastapi import Request
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from api.app import create_app
from api.follow import cookie_name, sender_of
from geo.models import Report
from geo.settings import Settings


def test_the_private_link_becomes_a_cookie_and_leaves_the_address(client: TestClient, body: dict[str, Any]) -> None:
    told = client.post("/api/v1/reports", json=body).json()
    assert told["link"].startswith("http://testserver/follow/")
    answer = client.get(told["link"], follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/reports/{told['code']}"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie


def test_links_carry_the_public_address(
    settings: Settings, sessions: sessionmaker[Session], body: dict[str, Any]
) -> None:
    public = settings.model_copy(update={"public_url": "https://phananh.example.vn/"})
    with TestClient(create_app(public, sessions)) as client:
        link = client.post("/api/v1/reports", json=body).json()["link"]
    assert link.startswith("https://phananh.example.vn/follow/")


def test_another_reports_cookie_opens_nothing(client: TestClient, session: Session, body: dict[str, Any]) -> None:
    mine, other = (client.post("/api/v1/reports", json=body).json() for _number in range(2))
    token = mine["link"].rpartition("/")[2]
    reports = {report.code: report for report in session.scalars(select(Report))}

    cookies = "; ".join(f"{cookie_name(one['code'])}={token}" for one in (mine, other))
    request = Request({"type": "http", "headers": [(b"cookie", cookies.encode())]})
    assert sender_of(session, request, reports[mine["code"]]) is not None
    assert sender_of(session, request, reports[other["code"]]) is None


def test_the_access_log_does_not_learn_the_token(
    client: TestClient, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = logging.getLogger("uvicorn.access")
    # A server that ran before in this process may have taken the log for itself.
    monkeypatch.setattr(log, "propagate", False)
    monkeypatch.setattr(log, "handlers", [caplog.handler])
    with caplog.at_level(logging.INFO, "uvicorn.access"):
        log.info('%s - "%s %s HTTP/%s" %d', "127.0.0.1:1", "GET", "/follow/AbC_d-e?x=1", "1.1", 303)
    assert caplog.messages == ['127.0.0.1:1 - "GET /follow/…?x=1 HTTP/1.1" 303']
