"""The control room's wall while it is watched: keys, alarms, lost connections, new editions, hours of events."""

import pytest
from playwright.sync_api import expect

from boundaries import activation
from tests.browser.conftest import Enter, Live

pytestmark = pytest.mark.browser
EVENTS = """(count) => { for (let number = 0; number < count; number += 1) document.dispatchEvent(
  new CustomEvent("quangnam:report", { detail: { code: `QN-TEST-${number}`, state: "received", category: "giao-thong",
    lon: 107.6 + (number % 80) / 100, lat: 15.3 + (number % 50) / 100, action: "receive", unit: "ubnd-503", area: "503",
    urgent: false, demo: true } })); }"""
HAPPENED = 'document.dispatchEvent(new CustomEvent("quangnam:report", { detail: { code: "QN-1", action: "receive" } }))'
SIZE = "() => [document.querySelectorAll('*').length, Object.keys(map_quangnam._layers).length]"


def test_the_keyboard_does_it_all(live: Live, wall: Enter) -> None:
    for _number in range(3):
        live.report()
    page = wall()
    for there in ("!==", "==="):
        page.keyboard.press("f")
        page.wait_for_function(f"document.fullscreenElement {there} null")
    page.keyboard.press("/")
    expect(page.get_by_label("Lĩnh vực")).to_be_focused()
    page.evaluate("document.activeElement.blur()")
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
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press(" ")
    expect(page.locator("#play")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    page.get_by_label("Dùng phím tắt").uncheck()
    page.keyboard.press("Escape")
    page.evaluate("document.activeElement.blur()")
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
