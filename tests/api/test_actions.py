from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo import workflow
from geo.effects import Details
from geo.models import Report, User
from geo.permissions import SYSTEM
from geo.transitions import Action

Unit = Callable[..., None]


@pytest.fixture
def sent(client: TestClient, body: dict[str, Any]) -> dict[str, Any]:
    """A report whose sender's browser is `client`."""
    told: dict[str, Any] = client.post("/api/v1/reports", json=body).json()
    client.get(told["link"], follow_redirects=False)
    return told | {"at": f"/api/v1/reports/{told['code']}/actions"}


@pytest.fixture
def unit(session: Session, sent: dict[str, Any]) -> Unit:
    """Steps of the responsible unit."""

    def take(action: Action, **details: Any) -> None:
        report = session.scalars(select(Report).where(Report.code == sent["code"])).one()
        workflow.apply(session, report, action, SYSTEM, door="cli", details=Details(**details))

    return take


def test_a_sender_answers_rates_and_talks_back(client: TestClient, sent: dict[str, Any], unit: Unit) -> None:
    assert client.get(sent["at"]).json()["possible"] == ["withdraw"]
    unit("accept")
    unit("ask", text="Ổ gà nằm ở làn nào?")
    told = client.post(f"{sent['at']}/supply", json={"version": 3, "text": "Ở làn bên phải, trước nhà số 10."})
    assert told.status_code == 200, told.text
    assert told.json() == {"code": sent["code"], "state": "received", "version": 4, "possible": ["withdraw"]}
    unit("accept")
    unit("resolve", text="Đã vá ổ gà sáng nay.")
    assert client.get(sent["at"]).json()["possible"] == ["reply", "rate", "dispute"]
    assert client.post(f"{sent['at']}/rate", json={"version": 6, "stars": 5}).status_code == 200
    page = client.get(f"/reports/{sent['code']}").text
    for words in ("Ổ gà nằm ở làn nào?", "trước nhà số 10", "Đã vá ổ gà", "★★★★★"):
        assert words in page


def test_an_officer_handles_what_their_own_unit_answers_for(
    client: TestClient,
    session: Session,
    sent: dict[str, Any],
    make_user: Callable[..., User],
    sign_in: Callable[[TestClient, User], None],
) -> None:
    unit = session.scalars(select(Report).where(Report.code == sent["code"])).one().unit.code
    for user, status in ((make_user("officer", unit="ioc"), 403), (make_user("officer", unit=unit), 200)):
        client.cookies.clear()
        sign_in(client, user)
        told = client.post(f"{sent['at']}/accept", json={"version": 1})
        assert told.status_code == status, told.text
    assert told.json()["state"] == "in_progress"
    assert "resolve" in told.json()["possible"]
    abroad = {"sec-fetch-site": "cross-site"}
    told = client.post(f"{sent['at']}/resolve", json={"version": 2, "text": "Đã vá ổ gà."}, headers=abroad)
    assert told.status_code == 403


def test_a_stranger_may_do_nothing(client: TestClient, sent: dict[str, Any]) -> None:
    client.cookies.clear()
    assert client.get(sent["at"]).json()["possible"] == []
    for action in ("withdraw", "accept", "resolve"):
        told = client.post(f"{sent['at']}/{action}", json={"version": 1, "text": "Một câu đủ dài."})
        assert told.status_code in (403, 409)
    assert client.get(sent["at"]).json()["version"] == 1


def test_a_withdrawn_report_is_no_strangers_business(client: TestClient, sent: dict[str, Any]) -> None:
    assert client.post(f"{sent['at']}/withdraw", json={"version": 1}).json()["state"] == "withdrawn"
    client.cookies.clear()
    assert client.get(sent["at"]).status_code == 404


@pytest.mark.parametrize(
    ("action", "step", "status"),
    [
        ("dance", {"version": 1}, 422),
        ("withdraw", {}, 422),
        ("withdraw", {"version": "x"}, 422),
        ("withdraw", {"version": 1, "colour": "red"}, 422),
        ("withdraw", {"version": 1, "unit": "khong\0co"}, 422),
        ("withdraw", {"version": 1, "text": "a\0b"}, 422),
        ("withdraw", {"version": 9}, 409),
        ("withdraw", {"version": 10**30}, 422),
        ("rate", {"version": 1, "stars": 3}, 409),
        ("accept", {"version": 1}, 403),
    ],
)
def test_a_step_that_is_none_changes_nothing(
    client: TestClient, sent: dict[str, Any], action: str, step: dict[str, Any], status: int
) -> None:
    told = client.post(f"{sent['at']}/{action}", json=step)
    assert told.status_code == status, told.text
    assert told.json()["detail"]
    assert client.get(sent["at"]).json() | {"possible": []} == {
        "code": sent["code"],
        "state": "received",
        "version": 1,
        "possible": [],
    }


def test_a_conflict_says_what_is_possible(client: TestClient, sent: dict[str, Any]) -> None:
    told = client.post(f"{sent['at']}/rate", json={"version": 1, "stars": 3}).json()
    assert told["possible"] == ["withdraw"]


def test_pictures_of_what_was_rejected_are_not_public(
    client: TestClient, session: Session, make_report: Callable[..., Report], unit: Unit, sent: dict[str, Any]
) -> None:
    unit("accept")
    unit("reject", reason="khac", text="Việc này đã xử lý xong.")
    client.cookies.clear()
    found = client.get(f"/api/v1/reports/{sent['code']}").json()["properties"]
    assert (found["state"], found["photos"]) == ("rejected", [])


def test_the_forms_of_the_page(client: TestClient, sent: dict[str, Any], unit: Unit) -> None:
    unit("accept")
    unit("resolve", text="Đã vá ổ gà sáng nay.")
    address = f"/reports/{sent['code']}"
    page = client.get(address).text
    token = page.partition('name="token" value="')[2].partition('"')[0]
    assert client.post(f"{address}/rate", data={"version": 3, "stars": 2, "token": "x"}).status_code == 403
    told = client.post(
        f"{address}/rate", data={"version": 3, "stars": 2, "text": "", "token": token}, follow_redirects=False
    )
    assert (told.status_code, told.headers["location"]) == (303, address)
    assert "★★☆☆☆" in client.get(address).text
    assert client.post(f"{address}/accept", data={"version": 4, "token": token}).status_code == 404
    client.cookies.clear()
    assert 'class="step"' not in client.get(address).text
