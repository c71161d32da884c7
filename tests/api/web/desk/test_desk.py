"""A morning at the desk, over HTTP and without scripts."""

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo import workflow
from geo.details import Details
from geo.models import Event, Look, Media, Report, Rule, Template, Unit, User
from geo.permissions import SYSTEM

Make = Callable[..., Any]
UNIT, OTHER = "ubnd-503", "ubnd-502"


@pytest.fixture
def officer(client: TestClient, make_user: Make, sign_in: Make) -> User:
    """Somebody of Hội An, signed in at `client`."""
    user: User = make_user("officer", unit=UNIT, name="Lê Thị Sen")
    sign_in(client, user)
    return user


@pytest.fixture
def head(client: TestClient, make_user: Make, sign_in: Make) -> User:
    user: User = make_user("head", unit=UNIT, name="Phan Bội")
    sign_in(client, user)
    return user


def token_of(page: str) -> str:
    return page.partition('name="token" value="')[2].partition('"')[0]


def rows(page: str) -> list[str]:
    return [part.partition('"')[0] for part in page.split('data-code="')[1:]]


def photo() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (64, 48), "orange").save(made, "JPEG")
    return made.getvalue()


def test_strangers_are_led_to_the_sign_in_and_planners_refused(
    client: TestClient, make_user: Make, sign_in: Make
) -> None:
    told = client.get("/queue?tab=late", headers={"accept": "text/html"}, follow_redirects=False)
    assert (told.status_code, told.headers["location"]) == (303, "/sign-in?next=%2Fqueue%3Ftab%3Dlate")
    sign_in(client, make_user("planner"))
    assert client.get("/queue").status_code == 403


def test_each_tab_has_what_its_name_says_of_the_own_unit_alone(
    client: TestClient, session: Session, officer: User, make_report: Make
) -> None:
    new, working, late, elsewhere = (
        make_report(unit=UNIT),
        make_report(unit=UNIT, accepted=True),
        make_report(unit=UNIT, accepted=True),
        make_report(unit=OTHER),
    )
    working.assignee_id = officer.id
    late.resolve_due = datetime.now(UTC) - timedelta(hours=1)
    session.flush()
    assert rows(client.get("/queue?tab=new").text) == [new.code]
    assert rows(client.get("/queue?tab=mine").text) == [working.code]
    assert rows(client.get("/queue?tab=late").text) == [late.code]
    everything = rows(client.get("/queue").text)
    assert everything[0] == late.code
    assert set(everything) == {new.code, working.code, late.code}
    assert client.get(f"/queue/{elsewhere.code}").status_code == 404
    assert "Không có phản ánh nào ở đây" in client.get("/queue?tab=second").text


def test_it_is_searched_without_marks_and_filtered(client: TestClient, officer: User, make_report: Make) -> None:
    one = make_report(unit=UNIT, content="Cột điện nghiêng ở Cẩm Nam", category="cay-xanh")
    make_report(unit=UNIT)
    assert rows(client.get("/queue", params={"q": "cot dien nghieng"}).text) == [one.code]
    assert rows(client.get("/queue", params={"category": "cay-xanh"}).text) == [one.code]
    assert rows(client.get("/queue", params={"q": one.code[3:7].lower()}).text) == [one.code]
    assert rows(client.get("/queue", params={"q": "\0không có", "tab": "nonsense"}).text) == []


def test_many_are_accepted_at_once_and_what_is_refused_says_why(
    client: TestClient, session: Session, officer: User, make_report: Make
) -> None:
    reports = [make_report(unit=UNIT) for _number in range(4)]
    workflow.apply(session, reports[3], "accept", SYSTEM, door="cli")
    page = client.get("/queue").text
    form = {"token": token_of(page), "action": "accept", "code": [one.code for one in reports]}
    told = client.post("/queue/bulk", data=form).text
    assert "3 phản ánh đã xong bước này" in told
    assert f"{reports[3].code}: " in told
    for report in reports:
        session.refresh(report)
    assert {one.state for one in reports} == {"in_progress"}
    who = session.scalars(select(Event.user_id).where(Event.report_id == reports[0].id, Event.action == "accept")).one()
    assert who == officer.id
    assert client.post("/queue/bulk", data=form | {"token": "x"}).status_code == 403
    assert client.post("/queue/bulk", data={"token": form["token"], "action": "accept"}).status_code == 422


def test_bulk_forwards_assigns_and_merges(
    client: TestClient, session: Session, head: User, make_user: Make, make_report: Make
) -> None:
    colleague = make_user("officer", unit=UNIT)
    one, two, lead = (make_report(unit=UNIT) for _number in range(3))
    token = token_of(client.get("/queue").text)
    client.post("/queue/bulk", data={"token": token, "action": "assign", "code": [one.code], "user": colleague.id})
    client.post("/queue/bulk", data={"token": token, "action": "merge", "code": [two.code], "lead": lead.code})
    client.post("/queue/bulk", data={"token": token, "action": "forward", "code": [lead.code], "unit": OTHER})
    for report in (one, two, lead):
        session.refresh(report)
    assert one.assignee_id == colleague.id
    assert (two.state, two.lead_id) == ("merged", lead.id)
    assert lead.unit.code == OTHER


def test_a_report_is_answered_with_a_photo_and_the_next_one_is_at_hand(
    client: TestClient, session: Session, officer: User, make_report: Make
) -> None:
    report, following = make_report(unit=UNIT, accepted=True), make_report(unit=UNIT, accepted=True)
    address = f"/queue/{report.code}"
    page = client.get(address).text
    assert f'href="/queue/{following.code}' in page
    form = {"token": token_of(page), "version": report.version, "text": "Đã vá xong sáng nay."}
    told = client.post(
        f"{address}/resolve", data=form, files={"media": ("sau.jpg", photo(), "image/jpeg")}, follow_redirects=False
    )
    assert (told.status_code, told.headers["location"]) == (303, f"{address}?tab=open")
    session.refresh(report)
    assert report.state == "resolved"
    shot = session.scalars(select(Media).where(Media.report_id == report.id)).one()
    assert shot.event_id is not None
    after = client.get(address).text
    assert "Đã vá xong sáng nay." in after
    assert officer.name in after
    assert client.get(f"/media/{shot.key}.jpg").status_code == 200


def test_what_is_refused_comes_back_with_the_words_typed(client: TestClient, officer: User, make_report: Make) -> None:
    report = make_report(unit=UNIT, accepted=True)
    address = f"/queue/{report.code}"
    form = {"token": token_of(client.get(address).text), "version": report.version - 1, "text": "Đang chờ vật tư về."}
    told = client.post(f"{address}/progress", data=form)
    assert told.status_code == 409
    assert "vừa được người khác cập nhật" in told.text
    assert "Đang chờ vật tư về." in told.text
    assert client.post(f"{address}/dance", data=form).status_code == 404


WORKING = {"resolve", "progress", "assign", "forward", "ask", "extend", "reject", "merge", "confirm", "urgency"}


@pytest.mark.parametrize(
    ("state", "wanted"),
    [
        ("received", {"accept", "forward", "return", "ask", "reject", "merge", "assign", "confirm", "urgency"}),
        ("in_progress", WORKING | {"redact", "hide"}),
        ("waiting", {"approve", "decline"}),
        ("merged", {"split"}),
        ("resolved", {"redact", "hide"}),
        ("hidden", {"show"}),
    ],
)
def test_the_page_offers_what_the_table_allows(
    client: TestClient, session: Session, head: User, make_report: Make, state: str, wanted: set[str]
) -> None:
    lead = make_report(unit=UNIT)
    report = make_report(unit=UNIT, accepted=state not in ("received", "merged"), needs_confirmation=True)
    steps: dict[str, tuple[Any, Details]] = {
        "waiting": ("propose", Details(text="Đã vá xong sáng nay.", proposed="resolve")),
        "merged": ("merge", Details(lead_id=lead.id)),
        "resolved": ("resolve", Details(text="Đã vá xong sáng nay.")),
        "hidden": ("hide", Details(text="Có tên người trong ảnh.")),
    }
    if state in steps:
        workflow.apply(session, report, steps[state][0], SYSTEM, door="cli", details=steps[state][1])
    page = client.get(f"/queue/{report.code}").text
    offered = {part.partition("?")[0].partition('"')[0] for part in page.split(f'action="/queue/{report.code}/')[1:]}
    assert wanted <= offered
    assert not offered & ({"approve", "decline", "show", "split"} - wanted)


def test_each_look_at_the_sender_is_written_down(
    client: TestClient, session: Session, officer: User, make_report: Make
) -> None:
    report = make_report(unit=UNIT)
    address = f"/queue/{report.code}"
    page = client.get(address).text
    assert "Trần Thị Bưởi" not in page
    form = {"token": token_of(page), "why": "gọi hỏi thêm thông tin"}
    assert client.post(f"{address}/contact", data=form | {"why": ""}).status_code == 422
    told = client.post(f"{address}/contact", data=form).text
    assert "Trần Thị Bưởi" in told
    assert "+84905123456" in told
    look = session.scalars(select(Look)).one()
    assert (look.report_id, look.user_id, look.why) == (report.id, officer.id, "gọi hỏi thêm thông tin")
    assert "Trần Thị Bưởi" not in client.get(address).text


def test_pictures_before_publication_are_the_units_and_the_senders(
    client: TestClient, session: Session, officer: User, make_user: Make, sign_in: Make, body: dict[str, Any]
) -> None:
    fields = {name: "true" if value is True else str(value) for name, value in body.items()}
    client.cookies.clear()
    sent = client.post("/api/v1/reports", data=fields, files={"media": ("a.jpg", photo(), "image/jpeg")}).json()
    report = session.scalars(select(Report).where(Report.code == sent["code"])).one()
    key = session.scalars(select(Media.key).where(Media.report_id == report.id)).one()
    for user, status in (
        (make_user("officer", unit=UNIT), 200),
        (make_user("operator"), 200),
        (make_user("officer", unit=OTHER), 404),
        (make_user("planner"), 404),
    ):
        client.cookies.clear()
        sign_in(client, user)
        assert client.get(f"/media/{key}.jpg").status_code == status
    client.cookies.clear()
    assert client.get(f"/media/{key}.jpg").status_code == 404


def test_a_head_sees_the_load_and_hands_on_what_an_absent_officer_has(
    client: TestClient, session: Session, head: User, make_user: Make, make_report: Make
) -> None:
    away, there = make_user("officer", unit=UNIT, name="Hồ Văn A"), make_user("officer", unit=UNIT, name="Võ Thị B")
    reports = [make_report(unit=UNIT, accepted=True) for _number in range(3)]
    for report in reports:
        report.assignee_id = away.id
    session.flush()
    page = client.get("/queue/load").text
    assert "3 đang mở, 0 quá hạn" in page
    token = token_of(page)
    client.post("/queue/load/absent", data={"token": token, "officer": away.id, "away": "true"})
    assert "vắng" in client.get("/queue/load").text
    client.post("/queue/load/reassign", data={"token": token, "officer": away.id, "to": there.id})
    for report in reports:
        session.refresh(report)
    assert {report.assignee_id for report in reports} == {there.id}
    stranger = make_user("officer", unit=OTHER)
    form = {"token": token, "officer": stranger.id, "away": "true"}
    assert client.post("/queue/load/absent", data=form).status_code == 422


def test_replies_are_made_offered_and_taken_away(
    client: TestClient, session: Session, head: User, make_report: Make
) -> None:
    token = token_of(client.get("/queue/templates").text)
    form = {"token": token, "action": "resolve", "category": "giao-thong", "title": "Đã vá", "text": "Đã vá ổ gà."}
    assert "Đã vá ổ gà." in client.post("/queue/templates", data=form).text
    report, tree = make_report(unit=UNIT, accepted=True), make_report(unit=UNIT, accepted=True, category="cay-xanh")
    assert "Đã vá ổ gà." in client.get(f"/queue/{report.code}").text
    assert "Đã vá ổ gà." not in client.get(f"/queue/{tree.code}").text
    number = session.scalars(select(Template.id)).one()
    client.post("/queue/templates", data={"token": token, "remove": number})
    assert session.scalars(select(Template)).all() == []


def test_the_rule_suggests_where_to_forward_to(
    client: TestClient, session: Session, officer: User, make_report: Make
) -> None:
    report = make_report(unit=UNIT, area_code="503")
    company = session.scalars(select(Unit).where(Unit.kind == "company")).first()
    assert company is not None
    session.add(Rule(category_id=report.category_id, area_code="503", unit_id=company.id))
    session.flush()
    assert f"Gợi ý: {company.name}" in client.get(f"/queue/{report.code}").text


def test_a_call_is_entered_by_the_desk_and_by_nobody_else(
    client: TestClient, session: Session, officer: User, body: dict[str, Any]
) -> None:
    assert client.get("/queue/new", follow_redirects=False).headers["location"] == "/reports/new?by=phone"
    assert "nhập hộ một người gọi điện" in client.get("/reports/new?by=phone").text
    sent = client.post("/api/v1/reports?by=phone", json=body)
    assert sent.status_code == 201
    assert session.scalars(select(Report.door).where(Report.code == sent.json()["code"])).one() == "phone"
    client.cookies.clear()
    assert client.post("/api/v1/reports?by=phone", json=body).status_code == 401


def test_every_address_of_the_desk_needs_its_right(
    client: TestClient, make_user: Make, sign_in: Make, officer: User
) -> None:
    for address in ("/queue/load", "/queue/templates"):
        assert client.get(address).status_code == 403
    sign_in(client, make_user("operator"))
    for address in ("/queue", "/queue/load", "/queue/load?unit=ubnd-502", "/queue/templates"):
        assert client.get(address).status_code == 200
