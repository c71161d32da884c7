"""Drafts on the phone: several side by side, changed, refused, remembered, forgotten, told of."""

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import select

from geo.models import Report
from tests.browser.conftest import PHONE, Live, OpenPage, Traffic
from tests.browser.filling import count, send, write
from tests.browser.worker import ready

pytestmark = pytest.mark.browser
KEPT = """(store) => new Promise((resolve, reject) => {
    const opening = indexedDB.open("quangnam");
    opening.onerror = reject;
    opening.onsuccess = () => {
        const asked = opening.result.transaction(store).objectStore(store).getAll();
        asked.onsuccess = () => { opening.result.close(); resolve(asked.result); };
    };
})"""


def test_several_drafts_wait_side_by_side_and_each_can_be_changed_or_thrown_away(
    open_page: OpenPage, live: Live, traffic: Traffic
) -> None:
    page = open_page(PHONE)
    ready(page, live.url)
    page.context.set_offline(True)
    for words in ("Cột điện nghiêng trước nhà văn hóa", "Nước đọng thành ao trên đường chính"):
        write(page, live.url)
        page.get_by_label("Mô tả sự việc").fill(words)
        send(page)
        expect(page.locator("#kept-title")).to_be_visible()
    page.goto(f"{live.url}/my")
    expect(page.locator("#waiting")).to_contain_text("2")
    rows = page.locator("#device-drafts > li")
    expect(rows).to_have_count(2)
    rows.first.get_by_role("button", name="Xóa").click()
    rows.first.get_by_role("button", name="Bấm lần nữa").click()
    expect(rows).to_have_count(1)
    rows.first.get_by_role("button", name="Sửa").click()
    expect(page.get_by_label("Mô tả sự việc")).to_have_value("Nước đọng thành ao trên đường chính")
    page.get_by_label("Mô tả sự việc").fill("Nước đọng thành ao, ngập đến đầu gối")
    page.get_by_role("checkbox", name="Tôi chịu trách nhiệm").check()
    page.context.set_offline(False)
    send(page)
    expect(page.locator("#sent-title")).to_be_visible()
    with live.sessions() as session:
        assert session.scalars(select(Report.content)).all() == ["Nước đọng thành ao, ngập đến đầu gối"]


def test_what_the_server_refuses_later_comes_back_with_its_reason(open_page: OpenPage, live: Live) -> None:
    page = open_page(PHONE)
    ready(page, live.url)
    page.context.set_offline(True)
    write(page, live.url)
    page.get_by_label("Số điện thoại").fill("0005 123 456")  # no network has such numbers; the server knows
    send(page)
    expect(page.locator("#kept-title")).to_be_visible()
    page.goto(f"{live.url}/my")
    page.context.set_offline(False)  # the page hears of it and sends
    expect(page.locator("[data-draft]")).to_have_text("Chưa nhận, cần sửa")
    page.get_by_role("link", name="Sửa", exact=True).click()
    expect(page.locator("#fault-phone")).to_contain_text("Số điện thoại chưa đúng")
    page.get_by_label("Số điện thoại").fill("0905 123 456")
    page.get_by_role("checkbox", name="Tôi chịu trách nhiệm").check()
    send(page)
    expect(page.locator("#sent-title")).to_be_visible()
    assert count(live) == 1


def test_the_sender_is_remembered_on_the_phone_until_it_is_told_to_forget(page: Page, live: Live) -> None:
    write(page, live.url)
    send(page)
    expect(page.locator("#sent-title")).to_be_visible()
    page.goto(f"{live.url}/reports/new")
    expect(page.get_by_label("Họ và tên")).to_have_value("Trần Thị Bưởi")
    expect(page.get_by_label("Số điện thoại")).to_have_value("0905 123 456")
    code = page.evaluate(KEPT, "reports")[0]["code"]
    page.goto(f"{live.url}/my")
    page.get_by_role("button", name="Xóa mọi thứ của tôi").click()
    page.get_by_role("button", name="Bấm lần nữa").click()
    expect(page.get_by_text("Đã xóa mọi thứ của bạn trên máy này.")).to_be_visible()
    assert page.evaluate(KEPT, "reports") == page.evaluate(KEPT, "drafts") == page.evaluate(KEPT, "files") == []
    assert {"name": "sender", "value": {}} in page.evaluate(KEPT, "kept")
    page.goto(f"{live.url}/reports/{code}")
    expect(page.get_by_text("đây là phản ánh của bạn")).to_have_count(0)


def test_what_may_have_arrived_cannot_be_changed_any_more(open_page: OpenPage, live: Live) -> None:
    page = open_page(service_workers="block")
    write(page, live.url)
    page.context.set_offline(True)
    send(page)
    expect(page.locator("#kept-title")).to_be_visible()
    page.route("**/api/v1/uploads", lambda route: route.abort())  # nothing gets out yet
    page.context.set_offline(False)
    page.goto(f"{live.url}/my")
    edit = page.get_by_role("button", name="Sửa")
    expect(edit).to_be_visible()

    lost = True

    def lose(route: Route) -> None:
        if lost:
            route.fetch()
            route.abort()
        else:
            route.continue_()

    page.route("**/api/v1/reports?*", lose)
    page.unroute("**/api/v1/uploads")
    page.get_by_role("button", name="Gửi ngay").click()
    expect(page.locator("#device-news")).to_contain_text("Vẫn chưa có mạng")
    expect(edit).to_have_count(0)
    lost = False
    page.reload()  # each opening tries again
    expect(page.locator("[data-code]")).to_be_visible()
    assert count(live) == 1


def test_every_page_says_what_became_of_a_report_that_waited(open_page: OpenPage, live: Live) -> None:
    page = open_page(PHONE)
    ready(page, live.url)
    for phone, news in (("0905 123 456", "Đã gửi phản ánh QN-"), ("0005 123 456", "chưa được nhận và cần sửa")):
        page.context.set_offline(True)
        write(page, live.url)
        page.get_by_label("Số điện thoại").fill(phone)
        send(page)
        expect(page.locator("#kept-title")).to_be_visible()
        page.goto(live.url)
        page.context.set_offline(False)
        expect(page.locator("#outbox-news")).to_contain_text(news)
    expect(page.locator("#waiting.is-refused")).to_contain_text("1")
