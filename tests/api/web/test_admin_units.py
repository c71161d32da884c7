"""The administrator's pages of units and of rules, over HTTP and without scripts."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from boundaries import editions, routing
from boundaries.lookup import today
from geo import deadlines
from geo.models import Rule, Unit, User
from geo.settings import Settings
from tests.api.web.administering import post

Make = Callable[..., Any]


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


def test_the_days_of_a_committee_are_not_in_its_form_and_refused(
    client: TestClient, session: Session, administrator: User
) -> None:
    assert "valid_until" not in client.get("/admin/units?key=ubnd-503").text
    changed = post(client, "units", key="ubnd-503", name="UBND TP Hội An", valid_until="2026-12-31")
    assert changed.status_code == 422
    assert "Ngày của UBND thành phố Hội An theo phiên bản địa giới, không đổi được ở đây." in changed.text
    assert post(client, "units", key="ubnd-503", name="UBND TP Hội An", merged_into="so-xay-dung").status_code == 422
    assert "luôn hoạt động" in post(client, "units", key="ioc", name="Trung tâm", valid_until="2026-12-31").text
    assert post(client, "units", key="ubnd-503", name="UBND TP Hội An", valid_until="").status_code == 200
    unit = session.scalars(select(Unit).where(Unit.code == "ubnd-503")).one()
    session.refresh(unit)
    assert (unit.name, unit.valid_until) == ("UBND TP Hội An", None)
