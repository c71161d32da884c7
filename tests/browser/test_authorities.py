"""An administrator's morning without scripts: a unit is founded, another one merged into it, a rule gets its days."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from api.signed import COOKIE
from boundaries.lookup import today
from geo import codes, handing_over
from geo.models import Login, Report, Rule, Unit, User
from tests.browser.conftest import PHONE, Live, OpenPage

pytestmark = pytest.mark.browser
DAY = timedelta(days=1)


def token_of(live: Live, role: str) -> str:
    """A session of somebody new in a role."""
    token, until = codes.token(), datetime.now(UTC) + timedelta(hours=1)
    with live.sessions.begin() as session:
        user = User(email=f"{role}@example.vn", name="Lê Thị Sen", role=role)
        session.add(user)
        session.flush()
        known = codes.token_hash(token)
        session.add(Login(token_hash=known, user_id=user.id, complete=True, agent="", expires_at=until))
    return token


def test_units_and_rules_are_kept_with_plain_forms_and_the_report_tells_why(live: Live, open_page: OpenPage) -> None:
    page = open_page(PHONE, java_script_enabled=False)
    page.context.add_cookies([{"name": COOKIE, "value": token_of(live, "administrator"), "url": live.url}])
    page.goto(f"{live.url}/admin/units")
    page.get_by_text("Thêm", exact=True).click()
    page.get_by_label("Tên").fill("Trung tâm Đèn đường")
    page.get_by_label("Loại").select_option("company")
    page.get_by_role("button", name="Lưu").click()
    expect(page.get_by_role("status")).to_contain_text("Đã thành lập đơn vị")

    page.goto(f"{live.url}/admin/rules")
    page.get_by_text("Thêm", exact=True).click()
    page.get_by_label("Lĩnh vực").select_option("dien-chieu-sang")
    page.get_by_label("Địa bàn").select_option("503")
    page.get_by_label("Đơn vị nhận").select_option("cong-ty-dien-luc")
    page.get_by_label("Gửi thẳng đến đơn vị này").check()
    page.get_by_label("Mức ưu tiên").fill("2")
    page.get_by_role("button", name="Lưu").click()
    expect(page.get_by_text("ưu tiên 2")).to_be_visible()
    code = live.report(category="dien-chieu-sang")

    page.goto(f"{live.url}/admin/units?key=cong-ty-dien-luc")
    page.get_by_label("Thôi hoạt động từ ngày").fill((today() + DAY).isoformat())
    page.get_by_label("Từ ngày ấy nhập vào").select_option("trung-tam-den-duong")
    page.get_by_role("button", name="Lưu").click()
    expect(page.get_by_text("sẽ nhập vào Trung tâm Đèn đường")).to_be_visible()
    with live.sessions() as session:
        company = session.scalars(select(Unit).where(Unit.code == "cong-ty-dien-luc")).one()
        assert company.valid_until == today() + DAY
        assert session.scalars(select(Rule.priority)).one() == 2
    handing_over.keep(live.sessions, datetime.now(UTC) + DAY)
    with live.sessions() as session:
        assert session.scalars(select(Report).where(Report.code == code)).one().unit.code == "trung-tam-den-duong"

    desk = open_page(PHONE, java_script_enabled=False)
    desk.context.add_cookies([{"name": COOKIE, "value": token_of(live, "operator"), "url": live.url}])
    desk.goto(f"{live.url}/queue/{code}")
    desk.get_by_text("Vì sao phản ánh đến đây?").click()
    box = desk.locator("#why-here")
    expect(box).to_contain_text("Đơn vị trước thôi hoạt động")
    expect(box).to_contain_text("Theo quy tắc của lĩnh vực")
    expect(box).to_contain_text("(503)")
