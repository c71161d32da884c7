"""The home page in a real browser."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, Live, OpenPage, Traffic

pytestmark = pytest.mark.browser
HOSTILE = "</script><img src=x onerror=alert(1)>`${alert(1)}` \u202eđảo \u2066chữ"


def test_a_report_is_a_mark_whose_popup_leads_to_its_page(page: Page, live: Live, traffic: Traffic) -> None:
    code = live.report(accepted=True)
    page.goto(live.url)
    page.locator(".pin").click()
    popup = page.locator(".leaflet-popup")
    expect(popup).to_contain_text("Ổ gà lớn trước cổng chợ")
    expect(popup).to_contain_text("UBND thành phố Hội An")
    popup.get_by_role("link", name="Xem phản ánh").click()
    expect(page).to_have_url(f"{live.url}/reports/{code}")
    assert traffic.errors == []
    assert traffic.foreign(live.url) == []


def test_many_are_drawn_as_counts_that_open_on_a_press(page: Page, live: Live, traffic: Traffic) -> None:
    live.demo(400)
    page.goto(live.url)
    expect(page.locator(".cell").first).to_be_visible()
    shown = sum(
        int(text.replace(".", "")) for text in page.locator(".cell-frame .cell > [aria-hidden]").all_text_contents()
    )
    assert shown == 400
    expect(page.locator(".demo-banner")).to_be_visible()
    page.locator(".cell-frame").first.focus()
    with page.expect_response("**/api/v1/density?*"):  # the keyboard goes closer too
        page.keyboard.press("Enter")
    assert traffic.errors == []


def test_the_map_is_worth_a_look_without_a_base_map(page: Page, live: Live, traffic: Traffic) -> None:
    page.goto(live.url)
    expect(page.locator("path.outline")).to_have_count(18)
    expect(page.get_by_text("Hội An", exact=True)).to_be_visible()
    expect(page.locator("#map-status")).to_have_text("Chưa có phản ánh nào trong khung bản đồ này.")
    expect(page.get_by_text("Chưa có phản ánh nào.", exact=True)).to_be_visible()
    assert traffic.foreign(live.url) == []


def test_when_reports_cannot_be_had_it_says_so(page: Page, live: Live) -> None:
    page.route("**/api/v1/**", lambda route: route.abort())
    page.goto(live.url)
    expect(page.locator("#note")).to_contain_text("Không tải được phản ánh mới")


def test_hostile_words_are_words(open_page: OpenPage, live: Live, traffic: Traffic) -> None:
    code = live.report(accepted=True, content=f"Chợ {HOSTILE}")
    page = open_page()
    page.on("dialog", lambda dialog: traffic.errors.append(dialog.message))
    page.goto(live.url)
    expect(page.locator(".card-content")).to_contain_text("<img src=x onerror=alert(1)>`${alert(1)}`")
    page.locator(".pin").click()
    expect(page.locator(".popup-content")).to_contain_text("<img src=x onerror=alert(1)>`${alert(1)}`")
    page.goto(f"{live.url}/reports/{code}")
    expect(page.locator(".content")).to_contain_text("<img src=x onerror=alert(1)>`${alert(1)}`")
    page.goto(f"{live.url}/reports?code={HOSTILE}")
    expect(page.get_by_label("Tìm phản ánh bằng mã")).to_be_visible()
    assert page.locator("img[src='x']").count() == 0
    assert [error for error in traffic.errors if "404" not in error] == []


def test_a_code_in_any_spelling_finds_its_report(open_page: OpenPage, live: Live) -> None:
    code = live.report()
    page = open_page(PHONE)
    page.goto(live.url)
    page.get_by_label("Đã gửi? Xem bằng mã").fill(code.removeprefix("QN-").replace("-", " ").lower())
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{live.url}/reports/{code}")


def test_english_stays(page: Page, live: Live) -> None:
    page.goto(live.url)
    page.get_by_role("link", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.goto(f"{live.url}/reports/new")
    expect(page.locator("html")).to_have_attribute("lang", "en")


@pytest.mark.parametrize("path", ["/", "/reports/new", "/reports/{code}", "/nothing"])
def test_nothing_is_too_wide_too_small_or_too_faint(open_page: OpenPage, live: Live, path: str) -> None:
    code = live.report(accepted=True, content="Rấtdài" * 60)
    for size in ((360, 740), DESKTOP):
        page = open_page(size)
        page.goto(live.url + path.format(code=code))
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], size
        assert page.evaluate(SMALL_TEXT) == [], size
        assert page.evaluate(SMALL_TARGETS) == [], size


# Credits and names on a map follow maps' own habits.
SMALL_TEXT = """() => [...document.querySelectorAll("body *")]
  .filter((one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
  .filter((one) => one.checkVisibility() && !one.closest(".leaflet-control, .area-label, .sea-name, .cell, script"))
  .filter((one) => parseFloat(getComputedStyle(one).fontSize) < 16)
  .map((one) => one.outerHTML.slice(0, 120))"""
TARGETS = "button, .button, summary, input, textarea, .language, .card, .tile, .category, .leaflet-bar a"
SMALL_TARGETS = f"""() => [...document.querySelectorAll("{TARGETS}")]
  .filter((one) => one.checkVisibility() && !one.matches(".sr, [type=hidden], [type=checkbox], [type=radio]"))
  .filter((one) => one.getBoundingClientRect().height < 44)
  .map((one) => one.outerHTML.slice(0, 120))"""
