"""What is written without a network reaches the server once, whatever breaks on the way."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, Request, Route, expect
from sqlalchemy import func, select

from geo.geometry import position
from geo.models import Media, Report
from tests.browser.breaking import Breaking
from tests.browser.conftest import CHROMIUM, FLAGS, PHONE, Live, OpenPage, Traffic
from tests.browser.filling import HOI_AN, count, fill, go_to, send

pytestmark = pytest.mark.browser


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A photo of a phone: 4000 pixels wide, noisy enough to weigh something, taken in Hội An."""
    path = tmp_path / "ảnh.jpg"
    exif = Image.Exif()
    exif[0x0112] = 1
    exif.get_ifd(0x8825).update({1: "N", 2: (15.0, 52.0, 45.84), 3: "E", 4: (108.0, 20.0, 16.8)})
    Image.effect_noise((4000, 3000), 60).convert("RGB").save(path, quality=85, exif=exif)
    return path


Opened = Callable[[], BrowserContext]


@pytest.fixture
def reopened(browser: Browser, tmp_path: Path) -> Iterator[Opened]:
    """Opens the same phone's browser, each time anew: what it kept on its disk is there again, nothing else."""
    opened: list[BrowserContext] = []

    def start() -> BrowserContext:
        for one in opened:
            one.close()
        opened[:] = [
            browser.browser_type.launch_persistent_context(
                tmp_path / "profile",
                executable_path=CHROMIUM,
                args=FLAGS,
                viewport={"width": PHONE[0], "height": PHONE[1]},
                locale="vi-VN",
            )
        ]
        opened[0].set_default_timeout(15_000)
        return opened[0]

    yield start
    for one in opened:
        one.close()


def ready(page: Page, live_url: str) -> None:
    """Opens the home page and waits until the service worker has made the app ready for no network."""
    page.goto(live_url)
    page.evaluate("navigator.serviceWorker.ready")
    page.wait_for_function("navigator.serviceWorker.controller !== null")


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
    sync(context, page, live.url)
    wait_for(lambda: count(live) == 1)


def sync(context: BrowserContext, page: Page, url: str) -> None:
    """Lets the browser think that the network is back: Chromium's own Background Sync, by its protocol."""
    protocol = context.new_cdp_session(page)
    registrations: list[dict[str, Any]] = []
    protocol.on("ServiceWorker.workerRegistrationUpdated", lambda event: registrations.extend(event["registrations"]))
    protocol.send("ServiceWorker.enable")
    wait_for(lambda: bool(registrations), page)
    protocol.send(
        "ServiceWorker.dispatchSyncEvent",
        {"origin": url, "registrationId": registrations[0]["registrationId"], "tag": "outbox", "lastChance": False},
    )


def wait_for(true: Callable[[], bool], page: Page | None = None) -> None:
    for _turn in range(300):
        if true():
            return
        if page is not None:
            page.wait_for_timeout(50)
    assert true()


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
    page.get_by_label("Số điện thoại").fill("12345678")
    send(page)
    expect(page.locator("#kept-title")).to_be_visible()
    page.goto(f"{live.url}/my")
    page.context.set_offline(False)  # the page hears of it and sends
    expect(page.locator("[data-draft]")).to_have_text("Chưa nhận, cần sửa")
    page.get_by_role("link", name="Sửa").click()
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
    page.goto(f"{live.url}/my")
    page.get_by_role("button", name="Xóa mọi thứ của tôi").click()
    page.get_by_role("button", name="Bấm lần nữa").click()
    expect(page.get_by_text("Đã xóa mọi thứ của bạn trên máy này.")).to_be_visible()
    page.goto(f"{live.url}/reports/new")
    expect(page.locator("#step-sender")).to_be_visible()
    expect(page.get_by_label("Họ và tên")).to_have_value("")
