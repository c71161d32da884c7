"""The alert, claims, the handover log and what is urgent, over HTTP."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo import claims, storm, workflow
from geo.details import Details
from geo.models import Opening, Report, User
from geo.permissions import MAY, SYSTEM, Actor, Role

Make = Callable[..., Any]
TEXT = "Bão số 9 đổ bộ đêm nay; Ban chỉ huy 0235 3852 600."
ENGLISH = "Typhoon No. 9 lands tonight."
UNIT = "ubnd-503"


@pytest.fixture
def operator(client: TestClient, make_user: Make, sign_in: Make) -> User:
    user: User = make_user("operator", name="Lê Thị Sen")
    sign_in(client, user)
    return user


def token_of(page: str) -> str:
    return page.partition('name="token" value="')[2].partition('"')[0]


def post(client: TestClient, path: str, **form: Any) -> Any:
    return client.post(path, data=form | {"token": token_of(client.get(path).text)}, follow_redirects=True)


def test_everybody_reads_the_alert_everywhere_until_it_is_over(
    client: TestClient, operator: User, make_report: Make
) -> None:
    pages = ["/", "/reports/new", f"/reports/{make_report().code}", "/my", "/privacy", "/offline", "/nothing"]
    pages += [f"/maps/{name}" for name in ("incidents", "heatmap", "timeline", "districts", "editions", "uncertain")]
    post(client, "/ioc/storm", way="on", text=TEXT, text_en=ENGLISH, category=["thien-tai-thoi-tiet"])
    client.cookies.clear()
    browser = {"headers": {"accept": "text/html"}}
    assert [path for path in pages if TEXT not in client.get(path, **browser).text] == []
    assert [path for path in pages if ENGLISH not in client.get(path, params={"lang": "en"}, **browser).text] == []
    client.cookies.clear()
    form = client.get("/reports/new").text
    numbers = [
        form.index(f'href="tel:{one}"', form.index('id="emergency"')) for one in (113, 114, 115, 112, "02353852600")
    ]
    assert numbers == sorted(numbers)
    assert numbers[-1] < form.index('id="step-place"')
    assert client.get("/api/v1/alert").json() == {"alert": {"text": TEXT, "lang": "vi", "phones": ["0235 3852 600"]}}


def test_ended_it_is_gone_and_both_ends_are_in_the_log(client: TestClient, operator: User) -> None:
    post(client, "/ioc/storm", way="on", text=TEXT, category=["thien-tai-thoi-tiet"])
    assert "Đã có cảnh báo" in post(client, "/ioc/storm", way="on", text=TEXT, category=["khac"]).text
    assert 'class="on">đang bật' in client.get("/ioc").text  # the wall knows
    post(client, "/ioc/storm", way="off", text="Bão đã tan.")
    assert TEXT not in client.get("/").text
    assert client.get("/api/v1/alert").json() == {"alert": None}
    log = client.get("/ioc/log").text
    assert log.index("Bật cảnh báo thiên tai") < log.index(TEXT) < log.index("Bão đã tan.")


def test_an_alert_without_english_says_that_its_words_are_vietnamese(
    client: TestClient, session: Session, operator: User
) -> None:
    storm.begin(session, operator, TEXT)
    assert f'<strong id="alarm-text" lang="vi">{TEXT}</strong>' in client.get("/?lang=en").text


@pytest.mark.parametrize("role", ["public", "officer", "head", "operator", "planner", "administrator"])
def test_a_claim_is_for_those_whom_the_table_says(
    client: TestClient, make_user: Make, sign_in: Make, make_report: Make, role: Role
) -> None:
    report = make_report(unit=UNIT)
    if role != "public":
        sign_in(client, make_user(role, unit=UNIT if role in ("officer", "head") else None))
    answer = client.post(f"/api/v1/reports/{report.code}/claim")
    assert answer.status_code == (200 if role in MAY["claim"] else 403), answer.text


def test_a_claim_is_taken_refused_taken_over_and_given_back(
    client: TestClient, session: Session, operator: User, make_user: Make, sign_in: Make, make_report: Make
) -> None:
    report = make_report(unit=UNIT)
    at = f"/api/v1/reports/{report.code}/claim"
    mine = client.post(at).json()
    assert (mine["by"], mine["mine"]) == ("Lê Thị Sen", True)
    sign_in(client, make_user("head", unit=UNIT, name="Phan Bội"))
    told = client.post(at)
    assert (told.status_code, told.json()["type"], told.json()["by"], told.json()["until"]) == (
        409,
        "/problems/claimed",
        "Lê Thị Sen",
        mine["until"],
    )
    refused = client.post(f"/api/v1/reports/{report.code}/actions/accept", json={"version": report.version})
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/claimed")
    assert client.delete(at).json() == {"by": "Lê Thị Sen", "until": mine["until"], "mine": False}
    assert client.post(at, json={"over": True}).json()["by"] == "Phan Bội"
    assert client.delete(at).json() == {"by": None, "until": None, "mine": False}
    assert client.post(at, headers={"origin": "https://elsewhere.example"}).status_code == 403


def test_the_desk_shows_who_has_a_report_and_offers_to_take_over(
    client: TestClient, session: Session, operator: User, make_user: Make, make_report: Make
) -> None:
    report = make_report(unit=UNIT)
    colleague = make_user("operator", name="Võ Thị Mai")
    claims.claim(session, report, Actor("operator", user_id=colleague.id), datetime.now(UTC))
    assert "Võ Thị Mai đang xử lý" in client.get("/queue").text
    page = client.get(f"/queue/{report.code}").text
    assert "Nhận thay" in page
    token = token_of(page)
    assert (
        "Võ Thị Mai đang xử lý phản ánh này"
        in client.post(f"/queue/{report.code}/accept", data={"token": token, "version": report.version}).text
    )
    over = client.post(f"/queue/{report.code}/claim", data={"token": token, "way": "over"})
    assert "Bạn đang xử lý" in over.text
    assert "Nhận xử lý" in client.post(f"/queue/{report.code}/claim", data={"token": token, "way": "release"}).text


def unseen(client: TestClient) -> list[str]:
    return [one["code"] for one in client.get("/api/v1/ioc/urgent").json()["unseen"]]


def test_urgent_is_unseen_until_somebody_opens_claims_or_acts(
    client: TestClient, session: Session, operator: User, make_report: Make
) -> None:
    now = datetime.now(UTC)
    opened, claimed, acted, lapsed, left = (
        make_report(category="thien-tai-thoi-tiet", unit=UNIT, now=now - timedelta(minutes=10 - number))
        for number in range(5)
    )
    calm = make_report(unit=UNIT)
    who = Actor("operator", user_id=operator.id)
    assert unseen(client) == [one.code for one in (opened, claimed, acted, lapsed, left)]
    assert client.get(f"/queue/{opened.code}").status_code == 200
    claims.claim(session, claimed, who, now)
    claims.claim(session, lapsed, who, now - timedelta(hours=1))
    workflow.apply(session, acted, "accept", who, door="web")
    workflow.apply(session, left, "escalate", SYSTEM, door="clock")  # the clock is nobody who looks
    assert unseen(client) == [lapsed.code, left.code]
    page = client.get("/ioc/urgent").text
    assert page.index(lapsed.code) < page.index(left.code)
    assert calm.code not in page
    assert session.scalars(select(Opening.report_id)).all() == [opened.id]
    one = client.get("/api/v1/ioc/urgent").json()["unseen"][0]
    assert (one["category"], one["unit"], one["since"]) == ("thien-tai-thoi-tiet", UNIT, lapsed.created_at.isoformat())


def test_what_is_opened_on_the_wall_is_seen_too(client: TestClient, operator: User, make_report: Make) -> None:
    report: Report = make_report(category="thien-tai-thoi-tiet", unit=UNIT)
    assert unseen(client) == [report.code]
    assert client.get(f"/api/v1/ioc/reports/{report.code}").status_code == 200
    assert unseen(client) == []


def test_an_officer_who_opens_a_report_does_not_see_it_for_the_ioc(
    client: TestClient, make_user: Make, sign_in: Make, make_report: Make
) -> None:
    report: Report = make_report(category="thien-tai-thoi-tiet", unit=UNIT)
    sign_in(client, make_user("officer", unit=UNIT))
    assert client.get(f"/queue/{report.code}").status_code == 200
    assert client.get("/api/v1/ioc/urgent").status_code == 403
    sign_in(client, make_user("operator"))
    assert unseen(client) == [report.code]


def test_a_shift_is_begun_written_and_handed_over(
    client: TestClient, session: Session, operator: User, make_report: Make
) -> None:
    report = make_report()
    post(client, "/ioc/log", way="shift_on", text="Nhận ca từ anh Bội.")
    post(client, "/ioc/log", way="note", text="Cầu Cẩm Nam ngập.", codes=report.code)
    workflow.apply(session, report, "reject", SYSTEM, door="cli", details=Details(text="Ngoài tỉnh.", reason="khac"))
    page = post(client, "/ioc/log", way="shift_off", text="Theo dõi cầu Cẩm Nam.").text
    assert f'href="/queue/{report.code}"' in page
    assert "<strong>1</strong> đã trả lời" in page
    assert "Bắt đầu ca trực</button>" in page  # the next one may begin
    number = page.partition('id="entry-')[2].partition('"')[0]
    corrected = post(client, "/ioc/log", way="correction", text="Cầu Cẩm Kim.", corrects=number).text
    assert f'<a href="#entry-{number}">' in corrected
    assert "Cầu Cẩm Nam ngập." in corrected
    assert "Chưa có dòng nào" in client.get("/ioc/log?day=2026-01-31").text
    refused = client.post("/ioc/log", data={"token": token_of(corrected), "text": ""})
    assert refused.status_code == 422
