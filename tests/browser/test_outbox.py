"""What is written without a network reaches the server once, whatever breaks on the way."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, Route, expect
from sqlalchemy import func, select

from geo.geometry import position
from geo.models import Media, Report
from tests.browser.breaking import Breaking
from tests.browser.conftest import DESKTOP, PHONE, Live, Opened, OpenPage, Traffic
from tests.browser.filling import HOI_AN, count, fill, go_to, send
from tests.browser.worker import ready, until, wake

pytestmark = pytest.mark.browser
KEPT = """(store) => new Promise((resolve, reject) => {
    const opening = indexedDB.open("quangnam");
    opening.onerror = reject;
    opening.onsuccess = () => {
        const asked = opening.result.transaction(store).objectStore(store).getAll();
        asked.onsuccess = () => { opening.result.close(); resolve(asked.result); };
    };
})"""


def test_written_without_a_network_it_survives_the_browser_and_arrives_once(
    reopened: Opened, live: Live, photo: Path
) -> None:
    context = reopened()
    page = context.pages[0]
    ready(page, live.url)
    context.set_offline(True)
    page.goto(f"{live.url}/reports/new")
    go_to(page, *HOI_AN)
    fill(page)
    page.locator("#photos").set_input_files(photo)
    expect(page.get_by_alt_text("Ảnh 1")).to_be_visible()
    send(page)
    expect(page.get_by_role("heading", name="Đã lưu trên máy, chờ gửi")).to_be_focused()
    assert count(live) == 0
    context = reopened()
    context.set_offline(True)
    page = context.pages[0]
    page.goto(f"{live.url}/my")
    expect(page.locator("[data-draft]")).to_have_text("Chờ gửi")
    expect(page.get_by_text("kèm 1 ảnh, video")).to_be_visible()
    context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("[data-code]")).to_have_text("Chờ tiếp nhận")
    expect(page.locator("[data-draft]")).to_have_count(0)
    code = page.locator("[data-code]").get_attribute("data-code")
    page.goto(f"{live.url}/reports/{code}")
    expect(page.get_by_text("đây là phản ánh của bạn")).to_be_visible()
    assert count(live) == 1
    with live.sessions() as session:
        kept = session.scalars(select(Media)).one()
        assert (kept.width, kept.height) == (1600, 1200)
        assert kept.taken_point is not None
        assert position(kept.taken_point) == pytest.approx(HOI_AN, abs=1e-4)


def test_the_worker_sends_what_waits_when_no_page_is_open(reopened: Opened, live: Live) -> None:
    context = reopened()
    page = context.pages[0]
    ready(page, live.url)
    context.set_offline(True)
    page.goto(f"{live.url}/reports/new")
    go_to(page, *HOI_AN)
    fill(page)
    send(page)
    expect(page.get_by_text("Máy sẽ tự gửi khi có mạng, kể cả khi bạn đã đóng trang.")).to_be_visible()
    page.goto("about:blank")
    context.set_offline(False)
    wake(page, live.url)
    until(page, lambda: count(live) == 1)


def test_an_answer_that_was_lost_does_not_make_two_reports(open_page: OpenPage, live: Live, photo: Path) -> None:
    page = open_page(service_workers="block")
    page.goto(f"{live.url}/reports/new")
    go_to(page, *HOI_AN)
    fill(page)
    page.locator("#photos").set_input_files(photo)

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/api/v1/reports?*", lose, times=1)
    send(page)
    # It may have asked again before anybody could look.
    expect(page.locator("#kept-title, #sent-title")).to_be_visible()
    assert count(live) == 1
    page.goto(f"{live.url}/my")
    expect(page.locator("[data-code]")).to_have_count(1)
    assert count(live) == 1
    with live.sessions() as session:
        assert session.scalar(select(func.count()).select_from(Media)) == 1


def test_an_upload_that_breaks_goes_on_where_it_was(open_page: OpenPage, live: Live, photo: Path) -> None:
    port = int(live.url.rpartition(":")[2])
    with Breaking(port) as network:
        page = open_page(service_workers="block")
        page.goto(f"{network.url}/reports/new")
        go_to(page, *HOI_AN)
        fill(page)
        page.locator("#photos").set_input_files(photo)
        expect(page.get_by_alt_text("Ảnh 1")).to_be_visible()
        parts: list[int] = []

        page.on("request", lambda one: parts.append(offset) if (offset := offset_of(one)) is not None else None)
        network.left = 400_000  # bytes: the first part of the photo and some of the second
        send(page)
        expect(page.get_by_role("heading", name="Đã lưu trên máy, chờ gửi")).to_be_visible()
        network.left = None
        page.get_by_role("button", name="Thử gửi ngay").click()
        expect(page.locator("#sent-title")).to_be_visible()
        assert network.cuts["up"] >= 1
        assert parts[0] == 0
        assert 0 not in parts[1:], "what had arrived was sent again"
    assert count(live) == 1


def offset_of(request: Request) -> int | None:
    return int(request.headers["upload-offset"]) if request.method == "PATCH" else None


def test_several_drafts_wait_side_by_side_and_each_can_be_changed_or_thrown_away(
    open_page: OpenPage, live: Live, traffic: Traffic
) -> None:
    page = open_page(PHONE)
    ready(page, live.url)
    page.context.set_offline(True)
    for words in ("Cột điện nghiêng trước nhà văn hóa", "Nước đọng thành ao trên đường chính"):
        page.goto(f"{live.url}/reports/new")
        go_to(page, *HOI_AN)
        fill(page)
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
    page.goto(f"{live.url}/reports/new")
    go_to(page, *HOI_AN)
    fill(page)
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
    page.goto(f"{live.url}/reports/new")
    go_to(page, *HOI_AN)
    fill(page)
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
    page.goto(f"{live.url}/reports/new")
    go_to(page, *HOI_AN)
    fill(page)
    page.context.set_offline(True)
    send(page)
    expect(page.locator("#kept-title")).to_be_visible()
    page.route("**/api/v1/uploads", lambda route: route.abort())  # nothing gets out yet
    page.context.set_offline(False)
    page.goto(f"{live.url}/my")
    edit = page.get_by_role("button", name="Sửa")
    expect(edit).to_be_visible()

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/api/v1/reports?*", lose)
    page.unroute("**/api/v1/uploads")
    page.get_by_role("button", name="Gửi ngay").click()
    expect(page.locator("#device-news")).to_contain_text("Vẫn chưa có mạng")
    expect(edit).to_have_count(0)
    page.unroute("**/api/v1/reports?*")
    page.reload()  # each opening tries again
    expect(page.locator("[data-code]")).to_be_visible()
    assert count(live) == 1


def test_a_report_that_the_server_fails_at_does_not_hold_up_the_others(open_page: OpenPage, live: Live) -> None:
    page = open_page(service_workers="block")
    page.route("**/api/v1/uploads", lambda route: route.abort())  # nothing gets out yet
    for _number in range(2):
        page.goto(f"{live.url}/reports/new")
        go_to(page, *HOI_AN)
        fill(page)
        send(page)
        expect(page.locator("#kept-title")).to_be_visible()
    first: list[str] = []

    def fail(route: Route) -> None:
        key = route.request.headers.get("idempotency-key")
        first.extend([key] if key and not first else [])
        if key and key == first[0]:
            route.fulfill(status=500, content_type="text/html", body="<p>oh</p>")
        else:
            route.continue_()

    page.unroute("**/api/v1/uploads")
    page.route("**/api/v1/reports?*", fail)
    page.goto(f"{live.url}/my")
    expect(page.locator("[data-code]")).to_have_count(1)
    expect(page.locator("[data-draft]")).to_have_text("Chờ gửi")
    assert count(live) == 1


def test_a_page_of_somebody_between_is_neither_an_answer_nor_a_refusal(open_page: OpenPage, live: Live) -> None:
    page = open_page(service_workers="block")
    page.goto(f"{live.url}/reports/new")
    go_to(page, *HOI_AN)
    fill(page)
    page.route(
        "**/api/v1/**", lambda route: route.fulfill(status=200, content_type="text/html", body="<p>Đăng nhập Wi-Fi</p>")
    )
    send(page)
    expect(page.locator("#kept-title")).to_be_visible()
    page.unroute("**/api/v1/**")
    page.get_by_role("button", name="Thử gửi ngay").click()
    expect(page.locator("#sent-title")).to_be_visible()
    assert count(live) == 1


def test_a_file_that_is_gone_when_it_is_read_is_told_and_does_not_hold_up_the_rest(
    open_page: OpenPage, live: Live, tmp_path: Path
) -> None:
    film = tmp_path / "trên mây.mp4"
    film.write_bytes(b"x" * 1000)
    page = open_page(service_workers="block")
    page.goto(f"{live.url}/reports/new")
    go_to(page, *HOI_AN)
    fill(page)
    page.evaluate(
        "addEventListener('change', (event) => event.stopImmediatePropagation(), { capture: true, once: true })"
    )
    page.locator("#photos").set_input_files(film)
    film.unlink()
    page.locator("#photos").dispatch_event("change")
    expect(page.locator("#fault-media")).to_contain_text("Không đọc được trên mây.mp4")
    send(page)
    expect(page.locator("#sent-title")).to_be_visible()


def test_every_page_says_what_became_of_a_report_that_waited(open_page: OpenPage, live: Live) -> None:
    page = open_page(PHONE)
    ready(page, live.url)
    for phone, news in (("0905 123 456", "Đã gửi phản ánh QN-"), ("0005 123 456", "chưa được nhận và cần sửa")):
        page.context.set_offline(True)
        page.goto(f"{live.url}/reports/new")
        go_to(page, *HOI_AN)
        fill(page)
        page.get_by_label("Số điện thoại").fill(phone)
        send(page)
        expect(page.locator("#kept-title")).to_be_visible()
        page.goto(live.url)
        page.context.set_offline(False)
        expect(page.locator("#outbox-news")).to_contain_text(news)
    expect(page.locator("#waiting.is-refused")).to_contain_text("1")


def test_an_officers_call_is_never_the_citizens_form(open_page: OpenPage, live: Live) -> None:
    page = open_page(DESKTOP)
    ready(page, live.url)
    page.context.set_offline(True)
    page.goto(f"{live.url}/reports/new?by=phone")
    expect(page.get_by_role("heading", name="Không có mạng")).to_be_visible()
