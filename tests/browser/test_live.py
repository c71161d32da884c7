from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Live, OpenPage, Traffic, running

pytestmark = pytest.mark.browser
# Writes down what the page is told, and each ring that is drawn.
WATCH = """
window.told = []; window.rings = 0;
for (const name of ["report", "step", "reset", "connected", "lost"]) {
  document.addEventListener(`quangnam:${name}`, ({ detail }) => window.told.push([name, detail && detail.code]));
}
new MutationObserver((changes) => {
  const added = changes.flatMap(({ addedNodes }) => [...addedNodes]);
  window.rings += added.filter((one) => one.classList?.contains("pulse")).length;
}).observe(document, { subtree: true, childList: true });
"""
# Keeps the page's streams, for one to look at their states.
STREAMS = """
window.streams = [];
EventSource = class extends EventSource { constructor(url) { super(url); streams.push(this); } };
"""
OPEN = "streams.map((one) => one.readyState)"


def open_map(page: Page, url: str, path: str = "/maps/incidents") -> None:
    page.add_init_script(WATCH)
    page.goto(url + path)
    expect(page.locator("#live")).to_have_text("Trực tiếp")


def until_told(page: Page, name: str, code: str | None) -> None:
    page.wait_for_function("([name, code]) => told.some((one) => one[0] === name && one[1] === code)", arg=[name, code])


def send(page: Page, url: str, lon: float = 108.338) -> str:
    """Sends a report from a page of its own, as a sender's browser does."""
    answer = page.request.post(
        f"{url}/api/v1/reports",
        data={
            "name": "Trần Thị Bưởi", "phone": "0905123456", "truthful": True, "category": "giao-thong",
            "content": "Ổ gà lớn trước cổng chợ", "lon": lon, "lat": 15.8794,
        },
    )  # fmt: skip
    assert answer.status == 201
    code: str = answer.json()["code"]
    return code


@pytest.mark.parametrize("name", ["incidents", "heatmap"])
def test_what_one_page_sends_pulses_on_another(live: Live, open_page: OpenPage, traffic: Traffic, name: str) -> None:
    live.report()
    watching, sending = open_page(), open_page(PHONE)
    open_map(watching, live.url, f"/maps/{name}")
    code = send(sending, live.url)
    until_told(watching, "report", code)
    watching.wait_for_function("rings === 1")
    if name == "incidents":
        expect(watching.locator(".bubble, .pin")).to_have_count(1)  # both at one place
        expect(watching.locator(".bubble")).to_contain_text("2")
    expect(watching.locator(".pulse")).to_have_count(0)
    assert traffic.errors == []
    assert traffic.foreign(live.url) == []


def test_what_is_sent_between_the_page_and_its_stream_is_not_missed(live: Live, page: Page) -> None:
    page.add_init_script(WATCH)
    code = ""

    def held(route: object) -> None:
        nonlocal code
        code = live.report()
        route.continue_()  # type: ignore[attr-defined]

    page.route("**/api/v1/stream*", held, times=1)
    page.goto(f"{live.url}/maps/incidents")
    expect(page.locator(".pin")).to_have_count(1)
    until_told(page, "report", code)


def test_a_page_with_filters_shows_what_is_in_them(live: Live, page: Page) -> None:
    open_map(page, live.url, "/maps/incidents?category=cay-xanh&area=503&since=P7D&bbox=108,15,109,16")
    other = live.report(category="giao-thong")
    code = live.report(category="cay-xanh")
    until_told(page, "report", code)
    assert page.evaluate("told.map((one) => one[1])")[-2:] == [other, code]
    expect(page.locator(".pin")).to_have_count(1)
    page.wait_for_function("rings === 1")


def test_a_pin_follows_its_report(live: Live, page: Page) -> None:
    open_map(page, live.url)
    code = live.report()
    page.locator(".pin").click()
    popup = page.locator(".leaflet-popup-content")
    expect(popup).to_contain_text("Chờ tiếp nhận")
    expect(popup).to_contain_text("UBND thành phố Hội An")
    page.evaluate("map_quangnam.closePopup()")
    expect(popup).to_have_count(0)
    live.step(code, "accept")
    until_told(page, "step", code)
    page.locator(".pin").click()
    expect(popup).to_contain_text("Đang xử lý")
    live.step(code, "withdraw", sender=True)
    expect(page.locator(".pin")).to_have_count(0)


def test_who_wants_less_motion_sees_no_ring(live: Live, open_page: OpenPage) -> None:
    page = open_page(reduced_motion="reduce")
    open_map(page, live.url)
    until_told(page, "report", live.report())
    expect(page.locator(".pin")).to_have_count(1)
    assert page.evaluate("rings") == 0


def test_a_screen_catches_up_after_the_server_was_away(fresh_database_url: str, tmp_path: Path, page: Page) -> None:
    with ExitStack() as first:
        live = first.enter_context(running(fresh_database_url, tmp_path))
        port = int(live.url.rpartition(":")[2])
        open_map(page, live.url)
        until_told(page, "report", live.report())
        first.close()
        expect(page.locator("#live")).to_have_text("Mất kết nối, đang nối lại…")
    with running(fresh_database_url, tmp_path, port=port) as live:
        code = live.report()
        until_told(page, "report", code)
        expect(page.locator("#live")).to_have_text("Trực tiếp")
        assert page.evaluate("told.filter((one) => one[0] === 'report').length") == 2
        expect(page.locator(".pin, .bubble")).to_have_count(1)


def test_a_page_that_missed_too_much_says_so(live: Live, page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.listener.MOST", 200)
    monkeypatch.setattr("api.listener.PAGE", 100)
    open_map(page, live.url)
    live.demo(300)
    page.get_by_role("link", name="Có nhiều thay đổi: tải lại bản đồ").click()
    expect(page.locator(".bubble").first).to_be_visible()
    expect(page.locator("#live")).to_have_text("Trực tiếp")


def test_a_hidden_page_lets_go_and_catches_up(live: Live, page: Page) -> None:
    page.clock.install()
    page.add_init_script(STREAMS)
    open_map(page, live.url)
    hide = "(hidden) => { Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });"
    hide += " document.dispatchEvent(new Event('visibilitychange')); }"
    page.evaluate(hide, True)
    page.clock.run_for(61_000)
    assert page.evaluate(OPEN) == [2]  # closed
    code = live.report()
    page.evaluate(hide, False)
    until_told(page, "report", code)
