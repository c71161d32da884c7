"""The control room's wall in a real browser: what it shows, what one does on it, and that it holds for long."""

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from geo.models import Report
from tests.browser.conftest import PHONE, Enter, Live, Traffic

pytestmark = pytest.mark.browser
UNCERTAIN = {"lon": 108.2950, "lat": 15.8870, "accuracy": 3_000.0}  # Hội An or Điện Bàn
HAPPENED = 'document.dispatchEvent(new CustomEvent("quangnam:report", { detail: { code: "QN-1", action: "receive" } }))'


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
