from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.models import Subscription

Make = Callable[..., Any]
SUBSCRIPTION = {"endpoint": "https://push.example.vn/a1", "p256dh": "B" * 87, "auth": "a" * 22}


def test_a_browser_follows_once_and_no_longer(client: TestClient, session: Session, make_report: Make) -> None:
    report = make_report(accepted=True)
    assert len(client.get("/api/v1/push").json()["key"]) == 87
    for _time in range(2):
        answer = client.post(f"/api/v1/reports/{report.code}/push", json=SUBSCRIPTION)
        assert (answer.status_code, answer.json()) == (200, {"following": True})
    assert session.scalars(select(Subscription.endpoint)).all() == [SUBSCRIPTION["endpoint"]]
    answer = client.post(f"/api/v1/reports/{report.code}/push", json=SUBSCRIPTION | {"yes": False})
    assert answer.json() == {"following": False}
    assert session.scalars(select(Subscription)).all() == []


@pytest.mark.parametrize(
    "change",
    [{"endpoint": "http://push.example.vn/a"}, {"endpoint": "https://u:p@push.example.vn"}, {"auth": "<script>"}],
)
def test_what_is_no_endpoint_is_refused(
    client: TestClient, session: Session, make_report: Make, change: dict[str, str]
) -> None:
    report = make_report(accepted=True)
    answer = client.post(f"/api/v1/reports/{report.code}/push", json=SUBSCRIPTION | change)
    assert answer.status_code == 422
    assert session.scalars(select(Subscription)).all() == []


def test_another_site_subscribes_nobody(client: TestClient, make_report: Make) -> None:
    report = make_report(accepted=True)
    headers = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    answer = client.post(f"/api/v1/reports/{report.code}/push", json=SUBSCRIPTION, headers=headers)
    assert answer.status_code == 403
