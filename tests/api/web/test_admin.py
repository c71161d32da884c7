"""The administrator's pages, over HTTP and without scripts."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from api.web.admin.pages import SECTIONS
from boundaries import placing
from boundaries.lookup import today
from boundaries.models import Edition, ReportArea
from geo import data_requests, outbox, timekeeping, workflow
from geo.details import Details
from geo.geometry import blur, position
from geo.models import Category, Delivery, Report, Sender, Unit, User, Webhook
from geo.permissions import SYSTEM
from geo.sealing import unseal
from geo.settings import Settings
from tests.api.web.administering import post, token
from tests.conftest import SECRET

Make = Callable[..., Any]


def test_every_section_opens_for_administrators_alone(
    client: TestClient, administrator: User, make_user: Make, sign_in: Make
) -> None:
    for name in SECTIONS:
        assert client.get(f"/admin/{name}").status_code == 200
    assert client.get("/admin/nonsense").status_code == 404
    sign_in(client, make_user("operator"))
    for name in SECTIONS:
        assert client.get(f"/admin/{name}").status_code == 403
        assert client.post(f"/admin/{name}", data={"token": token(client)}).status_code == 403


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
    assert "Tài khoản này đã đóng" in post(client, "users", key=str(user.id), action="link").text
    session.refresh(user)
    assert not user.active
    row = client.get("/admin/users").text.partition("sen@example.vn")[2].partition("</li>")[0]
    assert ('value="reopen"' in row, 'value="link"' in row) == (True, False)
    assert "/welcome/" in post(client, "users", key=str(user.id), action="reopen").text
    session.refresh(user)
    assert user.active
    assert post(client, "users", key=str(administrator.id), action="end").status_code == 422
    assert client.post("/admin/users", data=form | {"token": "x"}).status_code == 403


def test_accounts_are_made_for_units_that_are_there_or_to_come(
    client: TestClient, session: Session, administrator: User, make_user: Make
) -> None:
    hoi_an, tam_ky = (session.scalars(select(Unit).where(Unit.code == f"ubnd-{code}")).one() for code in (503, 502))
    left = make_user("officer", unit="ubnd-503")
    hoi_an.valid_until, tam_ky.valid_from = date(2025, 1, 1), today() + timedelta(days=9)
    session.flush()
    page = client.get("/admin/users").text
    chosen = page.partition('name="unit"')[2].partition("</select>")[0]
    assert 'value="ubnd-503"' not in chosen
    assert 'value="so-giao-thong-van-tai"' not in chosen
    assert f">UBND thành phố Tam Kỳ, từ {tam_ky.valid_from:%d/%m/%Y}</option>" in chosen
    assert ">UBND huyện Núi Thành</option>" in chosen
    assert ">UBND phường Bàn Thạch, chỉ có trong bản nháp địa giới</option>" in chosen
    assert chosen.index("Núi Thành<") < chosen.index("bản nháp")
    row = page.partition(left.email)[2].partition("</li>")[0]
    assert "đơn vị đã kết thúc" in row
    form = {"email": "sen@example.vn", "name": "Lê Thị Sen", "role": "officer"}
    refused = post(client, "users", **form, unit="ubnd-503")
    assert refused.status_code == 422
    assert "UBND thành phố Hội An đã thôi hoạt động từ ngày 01/01/2025; hãy chọn đơn vị khác." in refused.text
    refused = post(client, "users", **form, unit="so-giao-thong-van-tai")
    assert "hãy chọn đơn vị nhận việc: Sở Xây dựng (so-xay-dung)." in refused.text
    # Whose unit has ended is not moved by opening the form and saving it.
    assert 'value="ubnd-503" selected>UBND thành phố Hội An, đơn vị đã kết thúc<' in (
        client.get(f"/admin/users?key={left.id}").text
    )
    assert post(client, "users", key=str(left.id), unit="ubnd-503").status_code == 200
    assert post(client, "users", key=str(left.id), unit="so-giao-thong-van-tai").status_code == 422
    assert post(client, "users", key=str(left.id), unit="ubnd-502").status_code == 200
    assert "welcome" in post(client, "users", **form, unit="ubnd-502").text


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
