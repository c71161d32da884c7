"""The administrator's pages, over HTTP and without scripts."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from api.web.admin.pages import SECTIONS
from boundaries import editions, placing, routing
from boundaries.lookup import today
from boundaries.models import Edition, ReportArea
from geo import data_requests, deadlines, options, outbox, timekeeping, workflow
from geo.details import Details
from geo.geometry import blur, position
from geo.models import Category, Delivery, Report, Rule, Sender, Unit, User, Webhook
from geo.permissions import SYSTEM
from geo.sealing import unseal
from geo.settings import Settings
from tests.conftest import SECRET

Make = Callable[..., Any]


@pytest.fixture(autouse=True)
def _calendar() -> Iterator[None]:
    yield
    deadlines.overrule({})
    options.overrule({})


@pytest.fixture
def administrator(client: TestClient, make_user: Make, sign_in: Make) -> User:
    user: User = make_user("administrator")
    sign_in(client, user)
    return user


def post(client: TestClient, section: str, **fields: Any) -> Any:
    page = client.get(f"/admin/{section}").text
    token = page.partition('name="token" value="')[2].partition('"')[0] or _token(client)
    return client.post(f"/admin/{section}", data=fields | {"token": token})


def _token(client: TestClient) -> str:
    return client.get("/account").text.partition('name="token" value="')[2].partition('"')[0]


def test_every_section_opens_for_administrators_alone(
    client: TestClient, administrator: User, make_user: Make, sign_in: Make
) -> None:
    for name in SECTIONS:
        assert client.get(f"/admin/{name}").status_code == 200
    assert client.get("/admin/nonsense").status_code == 404
    sign_in(client, make_user("operator"))
    for name in SECTIONS:
        assert client.get(f"/admin/{name}").status_code == 403
        assert client.post(f"/admin/{name}", data={"token": _token(client)}).status_code == 403


def test_an_account_is_made_with_a_link_and_closed(client: TestClient, session: Session, administrator: User) -> None:
    form = {"email": "sen@example.vn", "name": "Lê Thị Sen", "role": "officer", "unit": "ubnd-503"}
    told = post(client, "users", **form)
    assert "http://testserver/welcome/" in told.text
    user = session.scalars(select(User).where(User.email == "sen@example.vn")).one()
    assert "Đã có tài khoản" in post(client, "users", **form).text
    assert "/welcome/" in post(client, "users", key=str(user.id), action="link").text
    post(client, "users", key=str(user.id), action="end")
    session.refresh(user)
    assert not user.active
    assert post(client, "users", key=str(administrator.id), action="end").status_code == 422
    assert client.post("/admin/users", data=form | {"token": "x"}).status_code == 403


def test_a_unit_is_changed(client: TestClient, session: Session, administrator: User) -> None:
    assert "Công ty" in client.get("/admin/units?key=cong-ty-dien-luc").text
    form = {
        "key": "cong-ty-dien-luc",
        "name": "Điện lực Quảng Nam",
        "email": "truc@example.vn",
        "approves_results": "true",
    }
    assert post(client, "units", **form).status_code == 200
    unit = session.scalars(select(Unit).where(Unit.code == "cong-ty-dien-luc")).one()
    session.refresh(unit)
    assert (unit.name, unit.email, unit.approves_results) == ("Điện lực Quảng Nam", "truc@example.vn", True)
    assert post(client, "units", **(form | {"email": "không phải"})).status_code == 422
    assert post(client, "units", **(form | {"key": ""})).status_code == 422


def test_what_becomes_sensitive_is_blurred_at_once_and_back(
    client: TestClient, session: Session, administrator: User, make_report: Make
) -> None:
    report = make_report(category="cay-xanh", lon=108.33812, lat=15.87937)
    form = {
        "key": "cay-xanh",
        "name": "Cây xanh",
        "name_en": "Trees",
        "accept_hours": "6",
        "resolve_days": "4",
        "active": "true",
    }
    assert post(client, "categories", **(form | {"sensitive": "true"})).status_code == 200
    session.refresh(report)
    assert position(report.public_point) == pytest.approx(blur(108.33812, 15.87937), abs=1e-9)
    assert client.get(f"/api/v1/reports/{report.code}").json()["properties"]["content"] is None
    post(client, "categories", **form)
    session.refresh(report)
    assert position(report.public_point) == position(report.point)
    kind = session.scalars(select(Category).where(Category.code == "cay-xanh")).one()
    session.refresh(kind)
    assert (kind.accept_hours, kind.resolve_days, kind.active) == (6, 4, True)
    assert post(client, "categories", **(form | {"accept_hours": "0"})).status_code == 422


def test_what_becomes_sensitive_is_found_by_its_exact_commune_no_more(
    client: TestClient,
    session: Session,
    sessions: sessionmaker[Session],
    settings: Settings,
    administrator: User,
    make_report: Make,
) -> None:
    lon, lat = 108.33812, 15.87937
    report = make_report(category="cay-xanh", lon=lon, lat=lat)
    session.commit()
    placing.keep(sessions, settings)
    mine = select(ReportArea).where(ReportArea.report_id == report.id)
    exact = session.scalars(mine.where(ReportArea.commune_code.is_not(None))).first()
    assert exact is not None
    edition = session.get_one(Edition, exact.edition_id).code
    asked = f"/api/v1/reports?area={exact.commune_code}&edition={edition}"
    assert [one["id"] for one in client.get(asked).json()["features"]] == [report.code]
    form = {"key": "cay-xanh", "name": "Cây xanh", "name_en": "Trees", "accept_hours": "6", "resolve_days": "4"}
    assert post(client, "categories", **form, active="true", sensitive="true").status_code == 200
    assert client.get(asked).json()["features"] == []
    session.expire_all()
    placing.keep(sessions, settings)
    assert len(session.scalars(mine).all()) == 3


def test_rules_and_days(client: TestClient, session: Session, administrator: User) -> None:
    form = {"category": "dien-chieu-sang", "area": "503", "unit": "cong-ty-dien-luc"}
    assert "Điện – chiếu sáng → " in post(client, "rules", **form).text
    assert "Điện – chiếu sáng ⇒ " in post(client, "rules", **form, replaces="true").text
    told = client.get("/api/v1/route", params={"lon": 108.338, "lat": 15.8794, "category": "dien-chieu-sang"}).json()
    assert (told["unit"]["code"], told["reason"]["code"]) == ("cong-ty-dien-luc", "rule")
    assert client.get("/api/v1/route?lon=108.338&lat=15.8794&category=gi-do").status_code == 422
    for rule in session.scalars(select(Rule)).all():
        assert "nó chưa điều phối phản ánh nào" in post(client, "rules", key=str(rule.id), action="remove").text
    assert session.scalars(select(Rule)).all() == []
    assert deadlines.is_working_day(date(2026, 6, 15))
    assert "15/06/2026" in post(client, "days", day="2026-06-15", working="", name="Nghỉ bù").text
    assert not deadlines.is_working_day(date(2026, 6, 15))
    post(client, "days", key="2026-06-15", action="remove")
    assert deadlines.is_working_day(date(2026, 6, 15))
    assert post(client, "days", day="mai", name="Nghỉ bù").status_code == 422


def test_a_rule_has_days_and_a_priority_and_says_what_wins(
    client: TestClient, session: Session, administrator: User
) -> None:
    form = {"category": "dien-chieu-sang", "area": "503", "unit": "cong-ty-dien-luc", "replaces": "true"}
    days = {"valid_from": "2026-01-01", "valid_until": "2099-01-01", "priority": "-1"}
    page = post(client, "rules", **form, **days).text
    for word in ("ưu tiên -1", "từ 01/01/2026", "đến trước 01/01/2099", "đang áp dụng"):
        assert word in page, word
    rule = session.scalars(select(Rule)).one()
    assert (rule.priority, rule.valid_from, rule.valid_until) == (-1, date(2026, 1, 1), date(2099, 1, 1))
    assert 'value="-1"' in client.get(f"/admin/rules?key={rule.id}").text
    refused = post(client, "rules", **(form | days | {"unit": "cong-ty-moi-truong"}))
    assert (refused.status_code, "đã có quy tắc đến Công ty Điện lực Quảng Nam" in refused.text) == (422, True)
    assert 'value="2099-01-01"' in refused.text
    other = {"area": "", "unit": "cong-ty-moi-truong"}
    page = post(client, "rules", **(form | other)).text
    beaten = page.partition("không áp dụng: ở đây có quy tắc được xét trước")[2].partition("</li>")[0]
    assert "Điện – chiếu sáng ⇒ Công ty Cổ phần Môi trường Đô thị" in beaten
    assert post(client, "rules", key=str(rule.id), **form, **(days | {"priority": "2"})).status_code == 200
    session.refresh(rule)
    assert rule.priority == 2
    page = post(client, "rules", **(form | {"area": "519", "valid_until": "2099-01-01"})).text
    editions.activate(session, "2025-01")
    assert "không còn địa bàn này trong phiên bản đang hiệu lực" in client.get("/admin/rules").text
    for wrong in ({"priority": "x"}, {"priority": "1001"}, {"valid_from": "mai"}, {"area": "99999"}, {"unit": "x"}):
        assert post(client, "rules", **(form | wrong)).status_code in (404, 422), wrong


def test_a_rule_may_be_for_an_area_of_any_edition(client: TestClient, administrator: User) -> None:
    page = client.get("/admin/rules").text
    groups = [part.partition("</optgroup>")[0] for part in page.split("<optgroup ")[1:]]
    heads = [part.partition(">")[0] for part in groups]
    assert [edition for head in heads for edition in ("2020", "2025-01", "2025-07") if f"({edition})" in head] == [
        *("2020", "2025-07", "2025-01"),
    ]
    assert ["Nông Sơn (huyện, 519)" in part for part in groups] == [True, False, False]


def test_a_rule_that_decided_is_kept_when_it_is_removed(
    client: TestClient, session: Session, administrator: User, make_report: Make, settings: Settings
) -> None:
    post(client, "rules", category="dien-chieu-sang", unit="cong-ty-dien-luc", replaces="true")
    rule = session.scalars(select(Rule)).one()
    found = routing.route(session, 108.338, 15.8794, category="dien-chieu-sang", settings=settings)
    routing.assign(session, make_report(), found)
    page = post(client, "rules", key=str(rule.id), action="remove").text
    assert "Đã kết thúc quy tắc từ hôm nay" in page
    assert "đã kết thúc" in page
    session.refresh(rule)
    assert rule.valid_until == today()
    changed = post(client, "rules", key=str(rule.id), category="dien-chieu-sang", unit="cong-ty-moi-truong")
    assert (changed.status_code, "chỉ đổi được ngày kết thúc" in changed.text) == (422, True)


def test_a_unit_is_founded_merged_and_taken_back_with_forms(
    client: TestClient, session: Session, administrator: User
) -> None:
    day = today() + timedelta(days=30)
    form = {"name": "Trung tâm Đèn đường", "kind": "company", "valid_from": day.isoformat(), "email": ""}
    page = post(client, "units", **form).text
    assert "Đã thành lập đơn vị" in page
    assert f"sẽ hoạt động từ {day:%d/%m/%Y}" in page
    assert post(client, "units", **form).status_code == 422
    old = {"key": "cong-ty-dien-luc", "name": "Công ty Điện lực Quảng Nam", "merged_into": "trung-tam-den-duong"}
    page = post(client, "units", **old)
    assert (page.status_code, "Hãy ghi từ ngày nào" in page.text) == (422, True)
    page = post(client, "units", **old, valid_until=(day - timedelta(days=1)).isoformat())
    assert (page.status_code, "mới thành lập, sau ngày nhập" in page.text) == (422, True)
    page = post(client, "units", **old, valid_until=day.isoformat()).text
    assert f"sẽ nhập vào Trung tâm Đèn đường từ {day:%d/%m/%Y}" in page
    assert f"nhận việc của Công ty Điện lực Quảng Nam từ {day:%d/%m/%Y}" in page
    assert f'value="{day.isoformat()}"' in client.get("/admin/units?key=cong-ty-dien-luc").text
    refused = post(client, "units", key="trung-tam-den-duong", action="undo")
    assert (refused.status_code, "gắn với Trung tâm Đèn đường" in refused.text) == (422, True)
    assert "tiếp tục hoạt động" in post(client, "units", key="cong-ty-dien-luc", action="undo").text
    assert "không được thành lập" in post(client, "units", key="trung-tam-den-duong", action="undo").text
    assert session.scalar(select(Unit).where(Unit.code == "trung-tam-den-duong")) is None
    gone = post(client, "units", **(old | {"merged_into": ""}), valid_until=today().isoformat()).text
    assert f"đã thôi hoạt động từ {today():%d/%m/%Y}" in gone
    assert post(client, "units", key="cong-ty-dien-luc", action="undo").status_code == 422


def test_the_days_of_a_committee_are_not_in_its_form(client: TestClient, session: Session, administrator: User) -> None:
    assert "valid_until" not in client.get("/admin/units?key=ubnd-503").text
    changed = post(client, "units", key="ubnd-503", name="UBND TP Hội An", valid_until="2026-12-31")
    assert changed.status_code == 200
    unit = session.scalars(select(Unit).where(Unit.code == "ubnd-503")).one()
    session.refresh(unit)
    assert (unit.name, unit.valid_until) == ("UBND TP Hội An", None)


def test_a_request_for_erasure_is_done_with_one_press(
    client: TestClient, session: Session, administrator: User, make_report: Make
) -> None:
    report: Report = make_report()
    asked = data_requests.ask(session, report, "erasure", "", 72)
    assert report.code in client.get("/admin/requests").text
    post(client, "requests", key=str(asked.id), action="erase")
    session.expire_all()
    assert session.get_one(Sender, report.id).key is None
    assert report.code not in client.get("/admin/requests").text


def test_messages_that_were_given_up_are_seen_and_tried_again(
    client: TestClient, session: Session, administrator: User, make_report: Make
) -> None:
    report = make_report()
    event = workflow.apply(session, report, "accept", SYSTEM, door="cli")
    letter = Delivery(event_id=event, channel="email", target=f"sender:{report.id}", state="dead", fault="TimeoutError")
    session.add(letter)
    session.flush()
    assert report.code in client.get("/admin/messages").text
    post(client, "messages", key=str(letter.id), action="retry")
    session.refresh(letter)
    assert letter.state == "waiting"
    assert outbox.dead(session) == []


def test_a_number_of_the_process_is_changed(
    client: TestClient, session: Session, administrator: User, make_report: Make
) -> None:
    report: Report = make_report(accepted=True)
    workflow.apply(session, report, "resolve", SYSTEM, door="cli", details=Details(text="Đã vá xong sáng nay."))
    assert report.settled_at is not None
    later = report.settled_at + timedelta(days=8)
    assert session.scalars(timekeeping.to_close(later)).all() == []
    assert post(client, "numbers", key="close_days", value="7").status_code == 200
    assert session.scalars(timekeeping.to_close(later)).all() == [report.id]
    assert post(client, "numbers", key="close_days", value="0").status_code == 422
    assert post(client, "numbers", key="nonsense", value="7").status_code == 422


def test_a_system_is_added_with_a_key_shown_once_and_takes_messages_from_then_on(
    client: TestClient, session: Session, administrator: User
) -> None:
    form = {"unit": "cong-ty-dien-luc", "url": "https://dienluc.example.vn/hook?a=1"}
    page = post(client, "webhooks", **form).text
    key = page.split("whsec_")[1].split("<")[0]
    assert len(key) == 32
    hook = session.scalars(select(Webhook)).one()
    assert key not in client.get("/admin/webhooks").text
    assert key not in hook.key
    assert unseal(SECRET, "webhook", hook.key) == f"whsec_{key}"
    assert post(client, "webhooks", **(form | {"url": "http://dienluc.example.vn"})).status_code == 422
    tried = post(client, "webhooks", key=str(hook.id), action="test")  # a name that nobody has
    assert tried.status_code == 422
    assert "không trả lời đúng" in tried.text
    post(client, "webhooks", key=str(hook.id), action="remove")
    session.refresh(hook)
    assert not hook.active
    assert "dienluc.example.vn" not in client.get("/admin/webhooks").text


def test_an_officer_is_given_another_unit(
    client: TestClient, session: Session, make_user: Callable[..., User], administrator: User
) -> None:
    officer = make_user("officer", unit="ubnd-503")
    form = client.get(f"/admin/users?key={officer.id}").text
    assert 'value="ubnd-503" selected' in form
    assert officer.email in form.partition("<summary>")[2].partition("</summary>")[0]  # whose account it is
    assert "Đã lưu." in post(client, "users", key=str(officer.id), unit="ubnd-507").text
    session.refresh(officer)
    assert officer.unit is not None
    assert officer.unit.code == "ubnd-507"
    assert "Không có đơn vị" in post(client, "users", key=str(officer.id), unit="x").text
    assert 'name="unit"' not in client.get(f"/admin/users?key={administrator.id}").text
    listed = client.get("/admin/users").text
    assert f'href="/admin/users?key={officer.id}"' in listed
    assert f'href="/admin/users?key={administrator.id}"' not in listed  # whose account has no unit to change
