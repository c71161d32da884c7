"""Browsing the public's reports on the home page in a real browser."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import update

from geo.models import Report
from tests.browser.conftest import DESKTOP, PHONE, Live, OpenPage, Traffic

pytestmark = pytest.mark.browser
HERE = {"longitude": 108.33812, "latitude": 15.87941, "accuracy": 60}
HOI_AN, TAM_KY = {"lon": 108.338, "lat": 15.8794}, {"lon": 108.474, "lat": 15.5736}
WEIGHT = 200_000  # bytes of the first view on a phone, compressed


def on_map(page: Page) -> int:
    """How many reports the map shows, alone and gathered."""
    single = page.locator(".pin").count()
    return single + sum(int(text) for text in page.locator(".cell-frame .cell > [aria-hidden]").all_text_contents())


def test_filters_work_at_once_on_list_and_map_and_make_an_address(page: Page, live: Live, traffic: Traffic) -> None:
    live.report(**HOI_AN, accepted=True)
    live.report(**TAM_KY, category="cay-xanh")
    page.goto(live.url)
    expect(page.locator("#count")).to_have_text("2 phản ánh trong khung nhìn")
    loads = traffic.requests.count(f"{live.url}/")
    page.get_by_text("Lọc", exact=True).click()
    page.get_by_label("Cây xanh").check()
    expect(page.locator("#count")).to_have_text("1 phản ánh trong khung nhìn")
    expect(page.locator("#cards .card-title")).to_have_text(["Cây xanh"])
    assert on_map(page) == 1
    page.get_by_label("Trạng thái").select_option("received")
    page.get_by_label("Từ ngày").fill("2026-01-05")
    expect(page).to_have_url(f"{live.url}/?category=cay-xanh&state=received&since=2026-01-05")
    page.get_by_label("Thời gian gửi").select_option("P7D")
    expect(page).to_have_url(f"{live.url}/?category=cay-xanh&state=received&since=P7D")
    for link in (page.locator("#feed"), page.locator("head link[rel=alternate]")):
        expect(link).to_have_attribute("href", "/feeds/reports.atom?category=cay-xanh&state=received&since=P7D")
    expect(page.locator("#filters-count")).to_have_text("3")
    page.get_by_role("button", name="Xem kết quả").click()
    expect(page.locator("#filter")).to_be_hidden()
    page.get_by_role("link", name="Bỏ lọc: Cây xanh").click()
    page.get_by_role("link", name="Bỏ lọc: 7 ngày qua").click()
    expect(page).to_have_url(f"{live.url}/?state=received")
    expect(page.locator("#cards .card-title")).to_have_text(["Cây xanh"])
    page.get_by_role("link", name="Bỏ lọc: Chờ tiếp nhận").click()
    expect(page.locator("#cards .card")).to_have_count(2)
    assert traffic.requests.count(f"{live.url}/") == loads
    assert traffic.errors == []


def test_an_address_with_filters_opens_as_it_was_shared(page: Page, live: Live) -> None:
    live.report(**HOI_AN)
    live.report(**TAM_KY, category="cay-xanh")
    page.goto(f"{live.url}/?category=giao-thong,cay-xanh&area=502")
    expect(page.locator("#cards .card")).to_have_count(1)
    expect(page.locator("#count")).to_have_text("1 phản ánh trong khung nhìn")
    page.get_by_role("link", name="Bỏ lọc: thành phố Tam Kỳ").click()
    expect(page.locator("#cards .card")).to_have_count(2)  # the map goes back to the whole province
    expect(page).to_have_url(f"{live.url}/?category=giao-thong,cay-xanh")


def test_without_script_the_form_and_the_pages_do_the_same(open_page: OpenPage, live: Live) -> None:
    live.report(**HOI_AN)
    live.report(**TAM_KY, category="cay-xanh")
    page = open_page(PHONE, java_script_enabled=False)
    page.goto(live.url)
    page.get_by_text("Lọc", exact=True).click()
    page.get_by_label("Cây xanh").check()
    page.get_by_label("Địa bàn").select_option("502")
    page.get_by_role("button", name="Xem kết quả").click()
    expect(page).to_have_url(f"{live.url}/?category=cay-xanh&area=502")
    expect(page.locator("#cards .card-title")).to_have_text(["Cây xanh"])
    page.get_by_role("link", name="Bỏ lọc: Cây xanh").click()
    expect(page).to_have_url(f"{live.url}/?area=502")
    expect(page.get_by_role("button", name="Gần tôi")).to_be_hidden()


def test_the_list_follows_the_map(page: Page, live: Live) -> None:
    live.report(**HOI_AN)
    live.report(**TAM_KY, category="cay-xanh")
    page.goto(live.url)
    expect(page.locator("#count")).to_have_text("2 phản ánh trong khung nhìn")
    page.get_by_text("Lọc", exact=True).click()
    page.get_by_label("Địa bàn").select_option("502")
    page.get_by_label("Địa bàn").select_option("")
    expect(page.locator("#cards .card")).to_have_count(2)
    page.get_by_role("button", name="Xem kết quả").click()
    page.locator(".pin[class]").first.wait_for()
    box = page.locator("#map").bounding_box()
    assert box
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.wheel(0, -2000)
    expect(page.locator("#count")).to_have_text("0 phản ánh trong khung nhìn")
    expect(page.locator("#cards .card")).to_have_count(0)
    expect(page.locator("#map-status")).to_have_text("Chưa có phản ánh nào trong khung bản đồ này.")


def test_more_of_the_list_comes_without_leaving_the_page(page: Page, live: Live, traffic: Traffic) -> None:
    live.demo(400)
    page.goto(live.url)
    expect(page.locator("#count")).to_have_text("400 phản ánh trong khung nhìn")
    for shown in (20, 40, 60):
        expect(page.locator("#cards .card")).to_have_count(shown)
        page.get_by_role("link", name="Xem thêm").click()
    expect(page.locator("#cards .card")).to_have_count(80)
    codes = [link.get_attribute("href") for link in page.locator("#cards .card").all()]
    assert len(set(codes)) == 80
    expect(page).to_have_url(f"{live.url}/")
    assert traffic.errors == []


def test_near_me_sorts_by_the_distance_and_tells_only_the_phone_the_exact_place(
    open_page: OpenPage, live: Live, traffic: Traffic
) -> None:
    near = live.report(**HOI_AN)
    live.report(**TAM_KY, category="cay-xanh")  # the newest, but far away
    page = open_page(PHONE, permissions=["geolocation"], geolocation=HERE)
    page.goto(live.url)
    expect(page.locator("#cards .card-title").first).to_have_text("Cây xanh")
    button = page.get_by_role("button", name="Gần tôi")
    button.click()
    expect(page.locator("#count")).to_have_text("2 phản ánh gần bạn nhất")
    expect(page.locator("#cards .card").first).to_have_attribute("href", f"/reports/{near}")
    expect(page.locator("#cards .card-away")).to_have_text(["cách 13 m", re.compile(r"cách 3\d(,\d)? km")])
    expect(page.locator("path.circle")).to_be_visible()
    expect(button).to_have_attribute("aria-pressed", "true")
    asked = [parse_qs(urlsplit(url).query)["near"] for url in traffic.requests if "near=" in url]
    assert asked == [["108.338,15.879"]]
    assert not [url for url in traffic.requests if "108.33812" in url]
    button.click()
    expect(page.locator("#cards .card-away")).to_have_count(0)
    expect(page.locator("path.circle")).to_have_count(0)
    assert traffic.errors == []


def test_a_refused_position_is_said_with_what_to_do(open_page: OpenPage, live: Live) -> None:
    page = open_page(PHONE, permissions=[])
    page.goto(live.url)
    button = page.get_by_role("button", name="Gần tôi")
    button.click()
    expect(page.locator("#note")).to_contain_text("chưa được phép dùng vị trí")
    expect(button).to_have_attribute("aria-pressed", "false")


def test_without_a_network_what_was_seen_last_is_shown_and_filtered(page: Page, live: Live) -> None:
    live.report(**HOI_AN)
    code = live.report(**TAM_KY, category="cay-xanh")
    page.goto(live.url)
    page.evaluate(REMEMBERED)

    # The page itself comes from elsewhere without a network; here only what it asks for is cut.
    def cut(route: Route) -> None:
        route.abort("internetdisconnected")

    page.route("**/api/**", cut)
    page.goto(f"{live.url}/?category=cay-xanh")
    expect(page.locator("#note")).to_contain_text("Ngoại tuyến: đang xem phản ánh đã lưu lúc")
    expect(page.locator("#count")).to_have_text("1 phản ánh đã lưu trong khung nhìn")
    expect(page.locator("#cards .card")).to_have_attribute("href", f"/reports/{code}")
    expect(page.locator(".pin")).to_have_count(1)
    page.get_by_role("link", name="Bỏ lọc: Cây xanh").click()
    expect(page.locator("#cards .card")).to_have_count(2)
    page.unroute("**/api/**", cut)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("#note")).to_have_text("")
    expect(page.locator("#count")).to_have_text("2 phản ánh trong khung nhìn")


def test_what_was_seen_is_bounded_in_number_and_age(page: Page, live: Live) -> None:
    live.report()
    page.goto(live.url)
    module = page.locator("script[src$='home.js']").get_attribute("src")
    assert module
    kept = page.evaluate(
        """async (address) => {
          const { remember, seen } = await import(address);
          await remember({ features: Array.from({ length: 250 }, (_one, id) => ({ id })) });
          const many = (await seen()).features.length;
          const cache = await caches.open("quangnam-seen");
          const old = new Date(Date.now() - 8 * 86_400_000).toISOString();
          await cache.put("/seen", new Response(JSON.stringify({ at: old, features: [] })));
          return [many, await seen(), Boolean(await cache.match("/seen"))];
        }""",
        module.replace("home.js", "seen.js"),
    )
    assert kept == [200, None, False]


def test_the_keyboard_opens_a_mark_reads_it_and_comes_back(page: Page, live: Live) -> None:
    code = live.report(accepted=True)
    with live.sessions.begin() as session:
        session.execute(update(Report).where(Report.code == code).values(recurrence=3))
    page.goto(live.url)
    expect(page.locator(".card-again")).to_have_text("Lần thứ 3 ở nơi này")
    page.locator(".pin-frame").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Giao thông")).to_contain_text("Lần thứ 3 ở nơi này")
    expect(page.get_by_role("link", name="Xem phản ánh")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator(".pin-frame")).to_be_focused()


def test_the_map_can_be_skipped(page: Page, live: Live) -> None:
    live.report()
    page.goto(live.url)
    page.get_by_role("link", name="Bỏ qua bản đồ, đến danh sách").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("#feed")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#cards .card")).to_be_focused()


def test_map_and_list_are_found_again_where_they_were_left(open_page: OpenPage, live: Live) -> None:
    live.demo(60)
    page = open_page(PHONE)
    page.goto(live.url)
    switch = page.get_by_role("navigation", name="Xem bản đồ hay danh sách")
    to_map, to_list = switch.get_by_role("link", name="Bản đồ"), switch.get_by_role("link", name="Danh sách")
    expect(to_map).to_have_attribute("aria-current", "true")
    # Pressed by the page itself: what drives the browser would scroll first.
    to_list.dispatch_event("click")
    expect(to_list).to_have_attribute("aria-current", "true")
    page.wait_for_function("scrollTo(0, 1500), scrollY === 1500")  # as soon as the list is that long
    to_map.dispatch_event("click")
    expect(to_map).to_have_attribute("aria-current", "true")
    to_list.dispatch_event("click")
    expect(to_list).to_have_attribute("aria-current", "true")
    page.wait_for_function("scrollY === 1500")


@pytest.mark.parametrize("size", [PHONE, DESKTOP])
def test_the_first_view_is_light_and_still(
    open_page: OpenPage, live: Live, traffic: Traffic, size: tuple[int, int]
) -> None:
    live.demo(400)
    page = open_page(size)
    page.add_init_script(SHIFTS)
    page.goto(live.url)
    expect(page.locator("#count")).to_have_text("400 phản ánh trong khung nhìn")
    page.evaluate(REMEMBERED)
    page.wait_for_load_state("networkidle")
    weight = sum(size for _address, size in traffic.wire)
    assert weight <= WEIGHT, sorted(traffic.wire, key=lambda one: -one[1])
    assert page.evaluate("window.shifts") < 0.05


# Resolves once something has been kept for when there is no network.
REMEMBERED = """async () => {
  const cache = await caches.open("quangnam-seen");
  while (!(await cache.match("/seen"))) await new Promise(requestAnimationFrame);
}"""
SHIFTS = """
window.shifts = 0;
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) if (!one.hadRecentInput) window.shifts += one.value;
}).observe({ type: "layout-shift", buffered: true });
"""
