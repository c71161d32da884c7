"""A report's page: the public's and the sender's."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo import workflow
from geo.details import Details
from geo.models import Event, Media, Report
from geo.permissions import SYSTEM, Actor

HOSTILE = "Zzcontent </script><img src=x onerror=alert(1)> `${alert(1)}` {{ 7*7 }}"


def photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "red").save(out, "JPEG")
    return out.getvalue()


def accept(session: Session) -> None:
    workflow.apply(session, session.scalars(select(Report)).one(), "accept", SYSTEM, door="cli")
    session.commit()


def send(client: TestClient, body: dict[str, Any], **changes: Any) -> dict[str, Any]:
    form: list[Any] = [(name, (None, str(value))) for name, value in (body | changes).items()]
    answer = client.post("/api/v1/reports", files=[*form, ("media", ("a.jpg", photo()))])
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


def test_it_says_who_why_and_until_when(client: TestClient, body: dict[str, Any]) -> None:
    code = send(client, body)["code"]
    page = client.get(f"/reports/{code}")
    assert page.status_code == 200
    for text in (code, "UBND thành phố Hội An", "Vị trí nằm trong thành phố Hội An.", "Chờ tiếp nhận", "Hạn tiếp nhận"):
        assert text in page.text
    assert "Hệ thống nhận phản ánh và chuyển đến UBND thành phố Hội An." in page.text


def test_before_acceptance_strangers_learn_why_they_see_no_content(
    client: TestClient, session: Session, body: dict[str, Any]
) -> None:
    code = send(client, body, content=HOSTILE)["code"]
    before = client.get(f"/reports/{code}").text
    assert "Zzcontent" not in before
    assert "/media/" not in before
    assert "sẽ công khai sau khi đơn vị xử lý tiếp nhận" in before
    accept(session)
    after = client.get(f"/reports/{code}").text
    assert "Zzcontent" in after
    assert "/media/" in after
    assert "<img src=x" not in after
    assert "{{ 7*7 }}" in after  # a text, not a template
    assert "tiếp nhận và bắt đầu xử lý" in after


def test_the_private_link_shows_the_sender_their_own(client: TestClient, body: dict[str, Any]) -> None:
    told = send(client, body, content="Zzcontent của tôi, mười ký tự")
    page = client.get(told["link"])  # followed to the page, whose address is no secret
    assert page.url.path == f"/reports/{told['code']}"
    assert "Zzcontent" in page.text
    assert "/media/" in page.text
    assert "no-store" in page.headers["cache-control"]
    client.cookies.clear()
    assert "Zzcontent" not in client.get(f"/reports/{told['code']}").text


def test_a_sender_learns_how_far_a_hidden_lead_is_and_not_its_code(
    client: TestClient, session: Session, make_report: Callable[..., Report], body: dict[str, Any]
) -> None:
    told = send(client, body)
    mine = session.scalars(select(Report)).one()
    lead = make_report(category="an-ninh-trat-tu", accepted=True)
    workflow.apply(session, mine, "merge", SYSTEM, door="cli", details=Details(lead_id=lead.id))
    session.commit()
    page = client.get(told["link"]).text.partition('id="nearby-title"')[0]
    assert "Phản ánh chính" in page
    assert lead.code not in page
    client.cookies.clear()
    assert "Phản ánh chính" not in client.get(f"/reports/{mine.code}").text


def test_the_sender_of_a_hidden_report_is_led_to_where_it_is_answered(
    client: TestClient, session: Session, make_report: Callable[..., Report], body: dict[str, Any]
) -> None:
    told = send(client, body, category="an-ninh-trat-tu")
    mine = session.scalars(select(Report)).one()
    lead = make_report(accepted=True)
    workflow.apply(session, mine, "merge", SYSTEM, door="cli", details=Details(lead_id=lead.id))
    session.commit()
    assert lead.code in client.get(told["link"]).text.partition('id="nearby-title"')[0]


def test_one_reports_cookie_opens_no_other(client: TestClient, body: dict[str, Any]) -> None:
    first = send(client, body, content="Zzfirst nội dung thứ nhất")
    second = send(client, body, content="Zzsecond nội dung thứ hai")
    client.get(first["link"])
    client.cookies.set(f"follow-{second['code']}", first["link"].rpartition("/")[2])
    assert "Zzsecond" not in client.get(f"/reports/{second['code']}").text


def test_the_sender_is_never_on_the_page(client: TestClient, session: Session, body: dict[str, Any]) -> None:
    code = send(client, body, name="Zzname Bưởi", organisation="Zzorg", email="zzmail@example.vn")["code"]
    accept(session)
    for language in ("vi", "en"):
        page = client.get(f"/reports/{code}?lang={language}").text + client.get("/").text
        for secret in ("Zzname", "Zzorg", "zzmail", "905123456", "0905 123 456"):
            assert secret not in page


def test_a_sensitive_report_keeps_its_place_and_content(
    client: TestClient, session: Session, body: dict[str, Any]
) -> None:
    told = send(client, body, category="an-ninh-trat-tu", content=HOSTILE, lon=108.338123, lat=15.879456)
    accept(session)
    page = client.get(f"/reports/{told['code']}").text
    assert "Zzcontent" not in page
    assert "108.3381" not in page
    assert "108.33812" not in page
    assert "15.87945" not in page
    assert "trong khoảng 500 m" in page
    assert "lĩnh vực nhạy cảm không công khai" in page


def test_an_uncertain_place_lists_who_else_it_may_be(client: TestClient, body: dict[str, Any]) -> None:
    told = send(client, body, lon=108.2950, lat=15.8870, accuracy=3000)
    assert told["needs_confirmation"]
    page = client.get(f"/reports/{told['code']}").text
    assert "chờ xác nhận" in page
    for one in told["candidates"]:
        assert one["unit"]["name"] in page


@pytest.mark.parametrize("spelling", ["{0}", "qn{1}", " {1} ", "{2}", "QN {2}"])
def test_codes_are_forgiving(client: TestClient, make_report: Callable[..., Report], spelling: str) -> None:
    code = make_report().code
    plain = code.removeprefix("QN-").replace("-", "")
    wanted = spelling.format(code, plain.lower(), plain)
    assert client.get(f"/reports/{wanted}").url.path == f"/reports/{code}"
    assert client.get("/reports", params={"code": wanted}).url.path == f"/reports/{code}"


def test_a_code_nobody_has_is_a_helpful_page(client: TestClient) -> None:
    for address in ("/reports/QN-0000-0000", "/reports/abc", "/reports?code=abc"):
        page = client.get(address, headers={"accept": "text/html"})
        assert page.status_code == 404
        assert 'action="/reports"' in page.text
    assert client.get("/reports", follow_redirects=False).headers["location"] == "/"


def test_in_english(client: TestClient, body: dict[str, Any]) -> None:
    code = send(client, body)["code"]
    page = client.get(f"/reports/{code}?lang=en").text
    assert "Traffic and roads" in page
    assert "Chờ tiếp nhận" not in page


def test_pictures_come_first_and_the_result_stands_beside_what_was_reported(
    client: TestClient, session: Session, make_report: Callable[..., Report]
) -> None:
    report = make_report(accepted=True)
    workflow.apply(session, report, "resolve", SYSTEM, door="cli", details=Details(text="Đã vá ổ gà."))
    done = session.scalars(select(Event.id).where(Event.report_id == report.id, Event.action == "resolve")).one()
    session.add(Media(report_id=report.id, key="before", width=4, height=3))
    session.add(Media(report_id=report.id, key="after", width=4, height=3, event_id=done))
    report.recurrence = 3
    session.commit()
    page = client.get(f"/reports/{report.code}").text
    order = [
        page.index(part) for part in ("/media/before-small.jpg", "Trước<", "/media/after-small.jpg", "Sau khi xử lý<")
    ]
    assert order == sorted(order)
    assert order[-1] < page.index("<h1>")
    assert "lần 3 trong 90 ngày" in page


def test_how_often_a_hidden_place_came_back_is_not_told(
    client: TestClient, session: Session, make_report: Callable[..., Report]
) -> None:
    report = make_report(category="an-ninh-trat-tu", accepted=True)
    report.recurrence = 3
    session.commit()
    assert "lần 3" not in client.get(f"/reports/{report.code}").text


def test_the_place_of_the_push_button_is_there_beside_following(
    client: TestClient, make_report: Callable[..., Report]
) -> None:
    code = make_report(accepted=True).code
    assert f'id="follow-push" hidden data-code="{code}"' in client.get(f"/reports/{code}").text


def test_what_the_sender_chose_near_a_border_is_told_as_their_choice(client: TestClient, body: dict[str, Any]) -> None:
    near = {"lon": 108.30, "lat": 15.8240}
    candidates = client.get("/api/v1/route", params=near).json()["candidates"]
    other = candidates[-1]["area"]
    told = client.post("/api/v1/reports", json=body | near | {"area": other["code"]}).json()
    assert told["area"] == other
    page = client.get(f"/reports/{told['code']}").text
    assert "người gửi chọn" in page
    assert "đúng trên ranh giới" not in page


def test_a_place_told_in_words_has_no_distance_to_a_border(client: TestClient, body: dict[str, Any]) -> None:
    words = {"commune": "20398", "landmark": "trước cổng chợ"}
    sent = {name: value for name, value in body.items() if name not in ("lon", "lat")} | words
    told = client.post("/api/v1/reports", json=sent).json()
    page = client.get(f"/reports/{told['code']}").text
    assert "được tả bằng lời" in page
    assert "cách ranh giới" not in page


def test_what_an_operator_does_is_not_told_as_the_units_doing(
    client: TestClient, session: Session, body: dict[str, Any]
) -> None:
    sent = send(client, body)
    report = session.scalars(select(Report).where(Report.code == sent["code"])).one()
    workflow.apply(session, report, "accept", Actor("operator"), door="web")
    text = client.get(f"/reports/{report.code}").text
    assert "(Trung tâm IOC) tiếp nhận và bắt đầu xử lý." in text
    assert "UBND thành phố Hội An tiếp nhận" not in text
    assert "chuyển đến UBND thành phố Hội An" in text
