"""My reports, by a one-time code to the phone; and what the law gives a sender."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from api.app import create_app
from api.mine import COOKIE
from geo import data_requests, one_time, retention
from geo.models import DataRequest, Look, Report, Sender
from geo.settings import Settings
from tests.api.conftest import Gateway

Make = Callable[..., Any]
SECRET = b"a key for tests only"
PHONE = "+84905123456"


@pytest.fixture
def phone(settings: Settings, sessions: sessionmaker[Session], gateway: Gateway) -> TestClient:
    """A browser at an installation that sends messages."""
    own = settings.model_copy(update={"sms_url": gateway.url})
    return TestClient(create_app(own, sessions), base_url="http://testserver")


def token_of(page: str) -> str:
    return page.partition('name="token" value="')[2].partition('"')[0]


def post(client: TestClient, address: str, **fields: Any) -> Any:
    return client.post(address, data=fields | {"token": token_of(client.get("/my").text)}, follow_redirects=False)


def prove(client: TestClient, gateway: Gateway, number: str = "0905 123 456") -> Any:
    assert post(client, "/my/code", phone=number).status_code == 200
    code = re.findall(r"\d{6}", gateway.bodies()[-1]["text"])[0]
    return post(client, "/my", phone=number, code=code)


def test_a_code_shows_the_phones_reports_and_checks_it(
    phone: TestClient, gateway: Gateway, session: Session, make_report: Make
) -> None:
    mine, other = make_report(), make_report(phone="+84905000001")
    told = prove(phone, gateway)
    assert (told.status_code, told.headers["location"]) == (303, "/my")
    page = phone.get("/my").text
    assert mine.code in page
    assert other.code not in page
    session.expire_all()
    assert session.get_one(Sender, mine.id).phone_checked
    assert gateway.bodies()[0]["to"] == PHONE
    # The same browser may now act as the sender, and not of others' reports.
    assert phone.get(f"/api/v1/reports/{mine.code}/actions").json()["possible"] == ["withdraw"]
    assert phone.get(f"/api/v1/reports/{other.code}/actions").json()["possible"] == []


def test_five_tries_and_ten_minutes(session: Session) -> None:
    code = one_time.issue(session, SECRET, PHONE)
    wrong = "000000" if code != "000000" else "111111"
    assert [one_time.check(session, SECRET, PHONE, wrong) for _try in range(5)] == [False] * 5
    assert not one_time.check(session, SECRET, PHONE, code)
    now = datetime.now(UTC)
    code = one_time.issue(session, SECRET, PHONE)
    assert not one_time.check(session, SECRET, PHONE, code, now=now + timedelta(minutes=11))
    assert not one_time.check(session, SECRET, "+84905000001", code)
    assert one_time.check(session, SECRET, PHONE, code)
    assert not one_time.check(session, SECRET, PHONE, code)


def test_a_number_gets_three_an_hour_and_the_province_pays_for_so_many_a_day(
    settings: Settings, sessions: sessionmaker[Session], gateway: Gateway
) -> None:
    own = settings.model_copy(update={"sms_url": gateway.url, "sms_a_day": 4})
    with TestClient(create_app(own, sessions), base_url="http://testserver") as client:
        told = [post(client, "/my/code", phone="0905 123 456").status_code for _time in range(4)]
        assert told == [200, 200, 200, 422]
        told = [post(client, "/my/code", phone="0905 000 001").status_code for _time in range(2)]
        assert told == [200, 422]
    assert len(gateway.got) == 4


def test_without_a_gateway_it_says_so(client: TestClient) -> None:
    assert "chưa gửi được tin nhắn" in client.get("/my").text
    assert post(client, "/my/code", phone="0905 123 456").status_code == 422


def test_a_number_that_somebody_else_used_is_taken_off(
    phone: TestClient, gateway: Gateway, session: Session, make_report: Make
) -> None:
    report, other = make_report(), make_report(phone="+84905000001")
    prove(phone, gateway)
    assert post(phone, f"/my/{other.code}/not-mine").status_code == 404
    assert post(phone, f"/my/{report.code}/not-mine").status_code == 303
    session.expire_all()
    assert session.get_one(Sender, report.id).contact is None
    assert session.get_one(Sender, other.id).contact is not None
    assert report.code not in phone.get("/my").text


def test_a_sender_gets_all_that_is_held_and_who_has_looked(
    phone: TestClient, gateway: Gateway, session: Session, make_report: Make, make_user: Make
) -> None:
    report = make_report()
    officer = make_user("operator", name="Võ Thị Sáu")
    session.add(Look(report_id=report.id, code=report.code, user_id=officer.id, unit_id=None, why="gọi hỏi thêm"))
    session.flush()
    assert phone.get(f"/reports/{report.code}/data").status_code == 404
    prove(phone, gateway)
    held = phone.get(f"/reports/{report.code}/data").json()
    assert held["sender"]["name"] == "Trần Thị Bưởi"
    assert [(one["user"], one["why"]) for one in held["looks"]] == [("Võ Thị Sáu", "gọi hỏi thêm")]
    kinds = session.scalars(select(DataRequest.kind).where(DataRequest.done_at.is_not(None))).all()
    assert kinds == ["access"]


def test_an_erasure_is_registered_and_destroys_the_key(
    phone: TestClient, gateway: Gateway, session: Session, make_report: Make
) -> None:
    report = make_report()
    prove(phone, gateway)
    assert post(phone, f"/reports/{report.code}/requests", kind="erasure").status_code == 303
    (asked,) = data_requests.open_ones(session)
    assert (asked.report_id, asked.code) == (report.id, report.code)
    assert asked.due_at - asked.created_at <= timedelta(hours=72, seconds=5)
    data_requests.settle(session, asked, "Đã xóa.", None)
    session.flush()
    session.expire_all()
    assert session.get_one(Sender, report.id).key is None
    assert data_requests.open_ones(session) == []
    # Whoever had the phone's cookie is the sender no more.
    assert phone.get(f"/api/v1/reports/{report.code}/actions").json()["possible"] == []


def test_senders_are_forgotten_two_years_after_the_end(
    session: Session, sessions: sessionmaker[Session], make_report: Make
) -> None:
    now = datetime(2028, 12, 1, tzinfo=UTC)
    old, young, running = make_report(), make_report(), make_report()
    old.state, old.settled_at = "closed", now - timedelta(days=740)
    young.state, young.settled_at = "rejected", now - timedelta(days=700)
    running.created_at = now - timedelta(days=3_000)
    session.flush()
    assert retention.run(sessions, 24, now) == 1
    session.expire_all()
    kept = {report.id for report in (old, young, running) if session.get_one(Sender, report.id).key is not None}
    assert kept == {young.id, running.id}
    assert session.get_one(Report, old.id).content


def test_a_browser_forgets_one_private_link_or_all_it_knows(phone: TestClient, gateway: Gateway) -> None:
    prove(phone, gateway)
    links = ["follow-QN-AAAA-AAAA", "follow-QN-BBBB-BBBB"]
    for name in links:
        phone.cookies.set(name, "x")

    def ended(**params: str) -> list[str]:
        answer = phone.post("/my/forget", params=params)
        assert answer.status_code == 204
        told = answer.headers.get_list("set-cookie")
        assert all("Max-Age=0" in one for one in told)
        return sorted(one.partition("=")[0] for one in told)

    assert ended(code="QN-AAAA-AAAA") == links[:1]
    assert ended() == sorted([*links, COOKIE])
    elsewhere = {"Origin": "https://example.org", "Sec-Fetch-Site": "cross-site"}
    assert phone.post("/my/forget", headers=elsewhere).status_code == 403
