"""What anybody may say about a public report."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo import interest, workflow
from geo.details import Details
from geo.models import Flag, Report
from geo.permissions import SYSTEM


@pytest.fixture
def report(make_report: Callable[..., Report]) -> Report:
    return make_report(accepted=True)


def say(client: TestClient, report: Report, kind: str, **body: Any) -> Any:
    return client.post(f"/api/v1/reports/{report.code}/voices/{kind}", json=body)


def settle(session: Session, report: Report) -> None:
    workflow.apply(session, report, "resolve", SYSTEM, door="cli", details=Details(text="Đã vá ổ gà sáng nay."))


def test_the_same_browser_counts_once_and_may_take_it_back(client: TestClient, report: Report) -> None:
    for _again in range(3):
        told = say(client, report, "me_too")
        assert told.json() == {"code": report.code, "followers": 1, "me_too": 1, "fixed": 0, "not_fixed": 0}, told.text
    assert say(client, report, "me_too", yes=False).json()["me_too"] == 0
    assert say(client, report, "follow", yes=False).json()["followers"] == 0
    assert say(client, report, "follow").json()["followers"] == 1
    client.cookies.clear()
    assert say(client, report, "me_too").json() | {"code": ""} == {
        "code": "",
        "followers": 2,
        "me_too": 1,
        "fixed": 0,
        "not_fixed": 0,
    }


def test_who_follows_is_asked_whether_it_is_really_mended(client: TestClient, session: Session, report: Report) -> None:
    say(client, report, "follow")
    assert say(client, report, "fixed").status_code == 409
    settle(session, report)
    assert say(client, report, "me_too").status_code == 409
    assert say(client, report, "fixed", yes=False).json()["not_fixed"] == 1
    assert say(client, report, "fixed", yes=True).json()["fixed"] == 1
    client.cookies.clear()
    told = say(client, report, "fixed")
    assert told.status_code == 403
    assert "Theo dõi" in told.json()["detail"]


def test_the_senders_own_answer_counts_beside_the_followers(
    client: TestClient, session: Session, body: dict[str, Any]
) -> None:
    sent = client.post("/api/v1/reports", json=body).json()
    client.get(sent["link"], follow_redirects=False)
    report = session.scalars(select(Report).where(Report.code == sent["code"])).one()
    workflow.apply(session, report, "accept", SYSTEM, door="cli")
    settle(session, report)
    assert say(client, report, "fixed", yes=False).json()["not_fixed"] == 1
    session.refresh(report)
    assert report.fixed is False
    assert interest.mended(session) == (0, 1)
    assert say(client, report, "fixed", yes=True).json()["fixed"] == 1
    session.expire_all()
    assert interest.mended(session) == (1, 1)


def test_an_objection_reaches_the_unit_once_a_browser(client: TestClient, session: Session, report: Report) -> None:
    for text in ("Có tên người trong nội dung.", "Có biển số xe trong ảnh."):
        assert say(client, report, "flag", text=text).status_code == 200
    assert session.scalars(select(Flag.text).where(Flag.report_id == report.id)).all() == ["Có biển số xe trong ảnh."]
    assert say(client, report, "flag", text="x").status_code == 422


def test_there_is_nothing_to_object_to_before_publication(
    client: TestClient, make_report: Callable[..., Report]
) -> None:
    assert say(client, make_report(), "flag", text="Có biển số xe trong ảnh.").status_code == 409


def test_only_our_own_pages_and_programs_speak_and_not_without_end(client: TestClient, report: Report) -> None:
    address = f"/api/v1/reports/{report.code}/voices/follow"
    assert client.post(address, json={}, headers={"origin": "https://example.org"}).status_code == 403
    client.get(f"/reports/{report.code}")
    codes = {client.post(address, json={}).status_code for _number in range(61)}
    assert codes == {200, 429}


def test_the_buttons_of_the_page_work_without_scripts(client: TestClient, report: Report) -> None:
    address = f"/reports/{report.code}"
    token = client.get(address).text.partition('name="token" value="')[2].partition('"')[0]
    assert client.post(f"{address}/voices/me_too", data={"token": "x", "yes": "true"}).status_code == 403
    told = client.post(f"{address}/voices/me_too", data={"token": token, "yes": "true"}, follow_redirects=False)
    assert (told.status_code, told.headers["location"]) == (303, f"{address}#voices")
    assert "1 người khác cũng gặp" in client.get(address).text
