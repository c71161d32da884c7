"""A report's page in a real browser."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Live, OpenPage, Traffic

pytestmark = pytest.mark.browser


def test_it_shows_the_place_and_the_way_to_share_it(open_page: OpenPage, live: Live, traffic: Traffic) -> None:
    code = live.report(accepted=True)
    page = open_page(PHONE, permissions=["clipboard-read", "clipboard-write"])
    page.add_init_script("navigator.share = undefined")
    page.goto(f"{live.url}/reports/{code}")
    expect(page.locator(".drop")).to_be_visible()
    expect(page.get_by_text("UBND thành phố Hội An", exact=True)).to_be_visible()
    share = page.get_by_role("button", name="Chia sẻ")
    share.click()
    expect(page.get_by_role("button", name="Đã sao chép")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == f"{live.url}/reports/{code}"
    expect(share).to_be_visible()
    assert traffic.errors == []
    assert traffic.foreign(live.url) == []


def test_a_sensitive_place_is_a_circle_and_no_pin(page: Page, live: Live, traffic: Traffic) -> None:
    code = live.report(accepted=True, category="an-ninh-trat-tu", content="Zzcontent kín, mười ký tự")
    page.goto(f"{live.url}/reports/{code}")
    expect(page.locator("path.circle")).to_be_visible()
    expect(page.locator(".drop")).to_have_count(0)
    expect(page.get_by_text("lĩnh vực nhạy cảm không công khai")).to_be_visible()
    assert "Zzcontent" not in page.content()
    assert traffic.errors == []


def test_before_acceptance_it_says_why_there_is_nothing_to_read(page: Page, live: Live) -> None:
    code = live.report(content="Zzcontent chờ, mười ký tự")
    page.goto(f"{live.url}/reports/{code}")
    expect(page.get_by_text("sẽ công khai sau khi đơn vị xử lý tiếp nhận")).to_be_visible()
    assert "Zzcontent" not in page.content()


def test_the_address_field_is_there_without_scripts(open_page: OpenPage, live: Live) -> None:
    code = live.report(accepted=True)
    page = open_page(java_script_enabled=False)
    page.goto(f"{live.url}/reports/{code}")
    expect(page.get_by_label("Chia sẻ trang này")).to_have_value(f"{live.url}/reports/{code}")
    expect(page.get_by_role("button", name="Chia sẻ")).to_be_hidden()
    expect(page.get_by_text("Ổ gà lớn trước cổng chợ")).to_be_visible()
