"""The pages of the open data, as somebody without QGIS sees them."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Live, OpenPage, Traffic

pytestmark = pytest.mark.browser


def test_one_comes_from_the_home_page_to_a_report_on_the_map(live: Live, page: Page, traffic: Traffic) -> None:
    code = live.report(accepted=True, content="Ổ gà lớn trước cổng chợ")
    live.report(category="cay-xanh")
    page.goto(live.url)
    page.locator("a.tile", has_text="Dữ liệu mở").click()
    expect(page.get_by_label("Địa chỉ")).to_have_value(f"{live.url}/ogc")
    page.get_by_role("link", name="Phản ánh hiện trường").click()
    page.get_by_role("link", name="Xem dữ liệu").click()
    expect(page.locator(".ogc-point")).to_have_count(2)
    page.get_by_text("Lọc", exact=True).first.click()
    page.get_by_label("Điều kiện (CQL2)").fill("content LIKE 'Ổ gà%'")
    page.get_by_role("button", name="Lọc").click()
    expect(page.locator(".ogc-point")).to_have_count(1)
    expect(page.get_by_role("status").first).to_have_text("1 đối tượng, 1 ở trang này")
    page.locator(".ogc-point").click()
    page.locator(".popup-link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(code)
    expect(page.get_by_text("Ổ gà lớn trước cổng chợ")).to_be_visible()
    assert traffic.foreign(live.url) == []
    assert traffic.errors == []


def test_a_filter_that_means_nothing_is_told_on_a_page(live: Live, page: Page) -> None:
    answer = page.goto(f"{live.url}/ogc/collections/reports/items?f=html&filter=x")
    assert answer is not None
    assert answer.status == 400
    expect(page.locator('[name="filter"]')).to_have_value("x")  # to be mended where it was typed


def test_everything_is_there_without_scripts(live: Live, open_page: OpenPage) -> None:
    live.report(accepted=True)
    page = open_page(java_script_enabled=False)
    page.goto(f"{live.url}/ogc/collections/areas-2020-district/items?f=html&limit=5&lang=en")
    expect(page.locator("tbody tr")).to_have_count(5)
    page.get_by_role("link", name="Next page").click()
    expect(page.locator("tbody tr")).to_have_count(5)
    page.get_by_role("link", name="Previous page").click()
    expect(page.locator("tbody tr").first).to_contain_text("502")
