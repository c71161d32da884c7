"""The control room's wall in a real browser: what it shows, what one does on it, and that it holds for long."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from boundaries import activation
from geo import accounts, logins
from geo.models import Report
from tests.browser.conftest import PHONE, Live, OpenPage, Traffic

pytestmark = pytest.mark.browser
UNCERTAIN = {"lon": 108.2950, "lat": 15.8870, "accuracy": 3_000.0}  # Hội An or Điện Bàn
EVENTS = """(count) => { for (let number = 0; number < count; number += 1) document.dispatchEvent(
  new CustomEvent("quangnam:report", { detail: { code: `QN-TEST-${number}`, state: "received", category: "giao-thong",
    lon: 107.6 + (number % 80) / 100, lat: 15.3 + (number % 50) / 100, action: "receive", unit: "ubnd-503", area: "503",
    urgent: false, demo: true } })); }"""
HAPPENED = 'document.dispatchEvent(new CustomEvent("quangnam:report", { detail: { code: "QN-1", action: "receive" } }))'
SIZE = "() => [document.querySelectorAll('*').length, Object.keys(map_quangnam._layers).length]"
Enter = Callable[..., Page]


@pytest.fixture
def wall(live: Live, open_page: OpenPage) -> Enter:
    """Opens /ioc as an operator: `wall("?tab=late", size=(1366, 768))`."""

    def enter(query: str = "", size: tuple[int, int] = (1366, 768)) -> Page:
        page = open_page(size)
        with live.sessions.begin() as session:
            name = f"op{size[0]}-{len(query)}@example.vn"
            user, _link = accounts.add(session, name, name="Trần Thị Trực", role="operator", unit=None)
            session.flush()
            token = logins.begin(session, user, "Chromium", complete=True)
        page.context.add_cookies([{"name": "session", "value": token, "url": live.url}])
        page.goto(f"{live.url}/ioc{query}")
        expect(page.locator("#figures li")).to_have_count(5)
        return page

    return enter


def figure(page: Page, name: str) -> str:
    return page.locator("#figures li", has_text=name).locator(".value").inner_text()


@pytest.mark.parametrize("size", [(1920, 1080), (1366, 768), PHONE])
def test_it_draws_whole_on_a_wall_on_a_desk_and_on_a_phone(
    live: Live, wall: Enter, traffic: Traffic, size: tuple[int, int]
) -> None:
    live.demo(200)
    page = wall("", size)
    expect(page.locator("path.choropleth")).to_have_count(18)
    expect(page.locator("path.choropleth.class-0")).not_to_have_count(18)
    expect(page.locator("#list .report-row").first).to_be_visible()
    expect(page.locator(".pin.small").first).to_be_visible()
    expect(page.locator(".sample")).to_have_text("Dữ liệu mẫu")
    wide, high = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
    assert wide <= size[0]
    assert size == PHONE or high <= size[1]
    assert traffic.errors == []
    assert traffic.foreign(live.url) == []


def test_an_empty_wall_says_that_it_waits(wall: Enter, traffic: Traffic) -> None:
    page = wall()
    assert figure(page, "Hôm nay") == "0"
    expect(page.locator("#list-empty")).to_contain_text("Phản ánh mới sẽ tự hiện ở đây")
    page.get_by_role("tab", name="Cần xác nhận").click()
    expect(page.locator("#list-empty")).to_have_text("Không có phản ánh nào cần xem ở mục này.")
    page.locator("#play").click()
    expect(page.locator("#moment")).to_contain_text("0 phản ánh")
    assert traffic.errors == []


def test_a_new_report_comes_by_itself(live: Live, wall: Enter) -> None:
    page = wall()
    live.report(category="giao-thong")
    page.evaluate(HAPPENED)
    expect(page.locator("#list .report-row")).to_contain_text("Giao thông")
    expect(page.locator(".pin.small")).to_have_count(1)
    expect(page.locator("#figures li", has_text="Hôm nay").locator(".value")).to_have_text("1")
    expect(page.locator("#units")).to_contain_text("UBND thành phố Hội An")


def test_an_uncertain_place_is_settled_with_a_click(live: Live, wall: Enter) -> None:
    codes = [live.report(**UNCERTAIN) for _number in range(2)]
    page = wall("?tab=confirm")
    expect(page.locator("#list > li")).to_have_count(2)
    page.locator("#list > li").first.get_by_role("button", name="Đúng: UBND").click()
    expect(page.locator("#told")).to_contain_text(f"{codes[0]}: đã xác nhận")
    expect(page.locator("#list > li")).to_have_count(1)
    # The other one in the dialog, at another unit.
    page.locator("#list .report-row").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("Vì sao phản ánh đến đây?").click()
    expect(dialog.locator(".why")).to_contain_text("Khả năng đúng nơi")
    dialog.get_by_role("button", name="Chuyển: UBND").first.click()
    expect(page.locator("#told")).to_contain_text(f"{codes[1]}: đã chuyển đến UBND")
    expect(dialog.get_by_role("button", name="Chuyển: UBND")).to_have_count(0)
    expect(dialog.locator(".steps")).to_contain_text("Trung tâm IOC chuyển đến")
    expect(dialog.locator(".why[open]")).to_contain_text("Trung tâm IOC chuyển (Trần Thị Trực)")
    with live.sessions() as session:
        found = {one.code: one for one in session.scalars(select(Report))}
        assert [found[code].needs_confirmation for code in codes] == [False, False]
        assert found[codes[0]].unit.code != found[codes[1]].unit.code


def test_what_somebody_else_settled_first_is_told_and_shown_as_it_is(live: Live, wall: Enter) -> None:
    code = live.report(**UNCERTAIN)
    page = wall("?tab=confirm")
    with live.sessions.begin() as session:
        report = session.scalars(select(Report).where(Report.code == code)).one()
        report.needs_confirmation, report.version = False, report.version + 1
    page.get_by_role("button", name="Đúng: UBND").click()
    expect(page.locator("#told")).to_contain_text(f"{code}: chưa thực hiện được.")
    expect(page.locator("#list > li")).to_have_count(0)


def test_filters_act_on_everything_and_live_in_the_address(live: Live, wall: Enter) -> None:
    live.report(category="giao-thong")
    live.report(category="cay-xanh")
    live.report(category="cay-xanh", lon=108.474, lat=15.5736)  # Tam Kỳ
    page = wall()
    assert figure(page, "Đang mở") == "3"
    with page.expect_request(lambda request: "/density?category=cay-xanh" in request.url):
        page.get_by_label("Lĩnh vực").select_option("cay-xanh")
    expect(page.locator("#figures li", has_text="Đang mở").locator(".value")).to_have_text("2")
    page.get_by_role("button", name="UBND thành phố Tam Kỳ").click()
    expect(page.locator("#list .report-row")).to_have_count(1)
    expect(page.locator(".pin.small")).to_have_count(1)
    page.get_by_role("tab", name="Chưa rõ đơn vị").click()
    page.locator("#layers summary").click()
    page.get_by_role("radio", name="Quá hạn").check()
    page.get_by_role("checkbox", name="Mật độ phản ánh").uncheck()
    expect(page.locator(".leaflet-heatmap-layer")).to_be_hidden()
    asked = "?category=cay-xanh&unit=ubnd-502&tab=unrouted&measure=late&off=heat%2Chotspots"
    expect(page).to_have_url(re.compile(re.escape(asked) + "$"))
    page.reload()
    assert figure(page, "Đang mở") == "1"
    expect(page.get_by_role("tab", name="Chưa rõ đơn vị")).to_have_attribute("aria-selected", "true")
    expect(page.locator("#key-title")).to_have_text("Quá hạn")
    expect(page.locator(".leaflet-heatmap-layer")).to_be_hidden()
    page.get_by_role("button", name="Bỏ lọc").click()
    expect(page.locator("#figures li", has_text="Đang mở").locator(".value")).to_have_text("3")


def test_the_choropleth_and_its_table_say_the_same(live: Live, wall: Enter) -> None:
    live.report(lon=107.6, lat=15.65)
    page = wall("?measure=rate")
    expect(page.locator("path.choropleth.class-1")).to_have_count(1)
    page.locator("#areas summary").click()
    row = page.locator("#area-rows tr", has_text="huyện Nam Giang")
    expect(row.locator("td").first).to_have_text("1")
    told = row.locator("td").nth(2).inner_text()
    page.locator("#areas summary").click()
    page.locator("path.choropleth.class-1").hover()
    expect(page.locator(".area-tip", has_text="huyện Nam Giang")).to_contain_text(f"Đang mở trên 100 km²: {told}")


def test_the_replay_plays_stops_and_goes_back_to_now(live: Live, wall: Enter) -> None:
    live.demo(300)
    page = wall()
    moment = page.locator("#moment")
    expect(moment).to_have_text("Trực tiếp")
    page.get_by_label("Khoảng phát lại").select_option("year")
    page.get_by_role("button", name="Phát").click()
    expect(page.locator("#bars rect")).to_have_count(52)
    expect(moment).to_contain_text("Tuần từ")
    first = moment.inner_text()
    expect(moment).not_to_have_text(first)
    page.get_by_role("button", name="Dừng").click()
    slider = page.get_by_role("slider", name="Thời gian")
    slider.press("End")
    expect(slider).to_have_value("51")
    expect(slider).to_have_attribute("aria-valuetext", re.compile("phản ánh"))
    with page.expect_request("**/density?*"):
        page.get_by_role("button", name="Về trực tiếp").click()
    expect(moment).to_have_text("Trực tiếp")


def test_who_wants_no_motion_turns_the_replay_by_hand(wall: Enter) -> None:
    page = wall()
    page.emulate_media(reduced_motion="reduce")
    page.reload()
    page.get_by_role("button", name="Khung sau").click()
    expect(page.get_by_role("slider")).to_have_value("0")
    page.get_by_role("button", name="Khung sau").click()
    expect(page.get_by_role("slider")).to_have_value("1")


def test_the_keyboard_does_it_all(live: Live, wall: Enter) -> None:
    for _number in range(3):
        live.report()
    page = wall()
    for there in ("!==", "==="):
        page.keyboard.press("f")
        page.wait_for_function(f"document.fullscreenElement {there} null")
    page.keyboard.press("/")
    expect(page.get_by_label("Lĩnh vực")).to_be_focused()
    page.locator("h1").click()
    page.keyboard.press("ArrowDown")
    rows = page.locator(".report-row")
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(rows.nth(1)).to_be_focused()
    live.report()
    page.evaluate(HAPPENED)
    expect(rows).to_have_count(4)
    expect(page.locator(".report-row:focus")).to_have_count(1)  # what comes above takes no focus away
    page.keyboard.press("Enter")
    dialog = page.locator("#report")
    expect(dialog).to_contain_text("Ổ gà lớn trước cổng chợ")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.locator("h1").click()
    page.keyboard.press(" ")
    expect(page.locator("#play")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    page.get_by_label("Dùng phím tắt").uncheck()
    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_hidden()
    page.get_by_role("tab", name="Mới nhất").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Chưa rõ đơn vị")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(rows).to_have_count(4)


def test_what_is_urgent_rings_until_somebody_has_seen_it(live: Live, wall: Enter) -> None:
    page = wall()
    sound = page.get_by_role("button", name="Âm báo việc khẩn")
    expect(sound).to_have_attribute("aria-pressed", "false")
    sound.click()
    expect(sound).to_have_attribute("aria-pressed", "true")
    page.wait_for_function("quangnam.wall.rung === 1")  # how it sounds
    code = live.report(category="thien-tai-thoi-tiet")
    page.evaluate(HAPPENED)
    alarm = page.get_by_role("alert")
    expect(alarm).to_contain_text("1 phản ánh khẩn chưa ai xem")
    page.wait_for_function("quangnam.wall.rung === 2")
    alarm.get_by_role("button", name="Đã thấy, tắt báo").click()
    expect(alarm).to_be_hidden()
    live.report(category="thien-tai-thoi-tiet", lon=108.474, lat=15.5736)
    page.evaluate(HAPPENED)
    expect(alarm).to_contain_text("1 phản ánh khẩn chưa ai xem")
    sound.click()
    expect(sound).to_have_attribute("aria-pressed", "false")
    page.get_by_role("tab", name="Khẩn").click()
    expect(page.locator("#list")).to_contain_text("Khẩn")
    expect(page.locator(f"[data-code='{code}']")).to_have_count(1)


def test_a_lost_connection_is_said_and_what_was_missed_comes_by_itself(live: Live, wall: Enter) -> None:
    page = wall()
    page.context.set_offline(True)
    state = page.locator("#state")
    expect(state).to_contain_text("Mất kết nối từ")
    live.report()
    page.context.set_offline(False)
    expect(page.locator("#list .report-row")).to_have_count(1)
    expect(state).not_to_contain_text("Mất kết nối")
    page.evaluate('document.dispatchEvent(new Event("quangnam:connected"))')
    expect(state).to_have_text("Trực tiếp")
    page.evaluate('document.dispatchEvent(new Event("quangnam:lost"))')
    expect(state).to_contain_text("Mất kết nối từ")


def test_under_a_new_edition_the_map_is_drawn_anew_with_what_was_chosen(live: Live, wall: Enter) -> None:
    code = live.report()
    page = wall("?tab=late&category=giao-thong&demo=false")
    expect(page.locator("#map .choropleth")).to_have_count(18)
    page.get_by_role("tab", name="Mới nhất").click()
    page.locator("#list .report-row").click()
    with live.sessions.begin() as session:
        activation.activate(session, "2025-01", settings=live.settings)
    with page.expect_response("**/ioc/overview?*"):
        page.evaluate("quangnam.wall.tell('now')")
    expect(page.get_by_role("dialog")).to_contain_text(code)  # somebody is reading
    page.keyboard.press("Escape")
    expect(page.locator("#map .choropleth")).to_have_count(17)
    expect(page.get_by_label("Lĩnh vực")).to_have_value("giao-thong")


def test_who_is_signed_out_meanwhile_is_led_to_the_sign_in(wall: Enter) -> None:
    page = wall()
    page.context.clear_cookies()
    page.evaluate("quangnam.wall.tell('now')")
    page.wait_for_url("**/sign-in?next=%2Fioc")


def test_two_thousand_events_leave_nothing_behind(live: Live, wall: Enter) -> None:
    live.demo(300)
    page = wall()
    expect(page.locator("#list > li")).not_to_have_count(0)
    # In one breath: whatever the page asks for by itself afterwards replaces them.
    assert page.evaluate(f"(count) => {{ ({EVENTS})(count); return quangnam.wall.layers(); }}", 2_000) == 50
    with page.expect_response("**/ioc/overview?*"):
        page.evaluate("quangnam.wall.tell('now')")
    page.wait_for_function("quangnam.wall.layers() === document.querySelectorAll('.pin.small').length")
    before = page.evaluate(SIZE)
    for _round in range(5):
        page.evaluate(EVENTS, 2_000)
        page.get_by_role("tab", name="Quá hạn").click()
        page.locator(".report-row").first.click()
        expect(page.locator("#report .steps")).to_be_visible()
        page.keyboard.press("Escape")
        page.get_by_role("tab", name="Mới nhất").click()
        with page.expect_response("**/ioc/overview?*"):
            page.evaluate("quangnam.wall.tell('now')")
    page.wait_for_function("quangnam.wall.layers() <= 50")
    expect(page.locator("#list > li")).not_to_have_count(0)
    after = page.evaluate(SIZE)
    assert after[0] <= before[0] + 20
    assert after[1] <= before[1]
