"""What is written without a network reaches the server once, whatever breaks on the way."""

from pathlib import Path

import pytest
from playwright.sync_api import Request, Route, expect
from sqlalchemy import func, select

from geo.geometry import position
from geo.models import Media
from tests.browser.breaking import Breaking
from tests.browser.conftest import DESKTOP, Live, Opened, OpenPage
from tests.browser.filling import HOI_AN, count, fill, go_to, send, write
from tests.browser.worker import ready, until, wake

pytestmark = pytest.mark.browser


def test_written_without_a_network_it_survives_the_browser_and_arrives_once(
    reopened: Opened, live: Live, photo: Path
) -> None:
    context = reopened()
    page = context.pages[0]
    ready(page, live.url)
    context.set_offline(True)
    write(page, live.url)
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
    write(page, live.url)
    send(page)
    expect(page.get_by_text("Máy sẽ tự gửi khi có mạng, kể cả khi bạn đã đóng trang.")).to_be_visible()
    page.goto("about:blank")
    context.set_offline(False)
    wake(page, live.url)
    until(page, lambda: count(live) == 1)


def test_an_answer_that_was_lost_does_not_make_two_reports(open_page: OpenPage, live: Live, photo: Path) -> None:
    page = open_page(service_workers="block")
    write(page, live.url)
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


def test_a_report_that_the_server_fails_at_does_not_hold_up_the_others(open_page: OpenPage, live: Live) -> None:
    page = open_page(service_workers="block")
    page.route("**/api/v1/uploads", lambda route: route.abort())  # nothing gets out yet
    for _number in range(2):
        write(page, live.url)
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
    write(page, live.url)
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
    write(page, live.url)
    page.evaluate(
        "addEventListener('change', (event) => event.stopImmediatePropagation(), { capture: true, once: true })"
    )
    page.locator("#photos").set_input_files(film)
    film.unlink()
    page.locator("#photos").dispatch_event("change")
    expect(page.locator("#fault-media")).to_contain_text("Không đọc được trên mây.mp4")
    send(page)
    expect(page.locator("#sent-title")).to_be_visible()


def test_an_officers_call_is_never_the_citizens_form(open_page: OpenPage, live: Live) -> None:
    page = open_page(DESKTOP)
    ready(page, live.url)
    page.context.set_offline(True)
    page.goto(f"{live.url}/reports/new?by=phone")
    expect(page.get_by_role("heading", name="Không có mạng")).to_be_visible()
