"""Every page in both languages under axe-core, and what axe can't see: reflow, zoom, motion, forced colours."""

import os
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import DESKTOP, Live, running
from tests.browser.visitor import Visitor
from tests.conftest import clone
from tests.language import READ, VIETNAMESE, proper_names
from tests.pages import PAGES, PUBLIC, Shown
from tests.province import Province, build

pytestmark = pytest.mark.browser
NARROW = (320, 640)  # CSS pixels: what is left of 1,280 at 400 %, WCAG 1.4.10
WIDE = """() => {
  const clipped = (one) => one && (getComputedStyle(one).overflowX !== "visible" || clipped(one.parentElement));
  return document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll("body *")]
    .filter((one) => one.getBoundingClientRect().right > innerWidth && !clipped(one.parentElement))
    .map((one) => one.outerHTML.slice(0, 120));
}"""

# What the page says as its own language, also what scripts have put there.
SAID = """(names) => [...document.querySelectorAll("body *, title")]
  .filter((one) => one.closest("[lang]").lang !== "vi" && !one.closest("script, template, textarea, style"))
  .flatMap((one) => [...one.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data)
    .concat(names.map((name) => one.getAttribute(name) ?? ""))).map((text) => text.trim()).filter(Boolean)"""
SLIPPED = """() => {
  document.body.insertAdjacentHTML("beforeend", "<img src='/nothing' onerror='window.ran = 1'>");
  const script = document.createElement("script");
  script.textContent = "window.ran = 1";
  document.body.append(script);
  const image = document.querySelector("img[src='/nothing']");
  return new Promise((done) => { image.addEventListener("error", () => done()); });
}"""
MOVING = """() => [...document.querySelectorAll("body *")]
  .filter((one) => !one.closest(".leaflet-container") && parseFloat(getComputedStyle(one).transitionDuration) > 0)
  .concat(document.getAnimations().map((one) => one.effect.target)).map((one) => one.outerHTML.slice(0, 100))"""
# Links in a line of text, and what is drawn inside a map, have exceptions of their own (WCAG 2.5.8).
SMALL = """() => [...document.querySelectorAll("a, button, summary, select, textarea, input, [role=button]")]
  .filter((one) => one.checkVisibility() && !one.closest(".leaflet-container, .sr, .skip, label, [type=hidden]"))
  .filter((one) => getComputedStyle(one).display !== "inline")
  .filter((one) => Math.min(one.getBoundingClientRect().height, one.getBoundingClientRect().width) < 24)
  .map((one) => one.outerHTML.slice(0, 100))"""
# Where colours are the system's, a background says nothing: a control needs a border.
VANISHED = """() => [...document.querySelectorAll(".button, select, textarea, input")]
  .filter((one) => one.checkVisibility() && !one.matches("[type=file], [type=radio], [type=checkbox], [type=range]"))
  .filter((one) => !one.matches(".sr"))
  .filter((one) => parseFloat(getComputedStyle(one).borderTopWidth) === 0)
  .map((one) => one.outerHTML.slice(0, 100))"""
FOCUS = """() => {
  const one = document.activeElement;
  const style = (at) => getComputedStyle(at);
  const drawn = (at) => at && style(at).outlineStyle !== "none" && parseFloat(style(at).outlineWidth) >= 2;
  return { text: one.outerHTML.slice(0, 120), end: one === document.body,
    // The parts of a date have rings of their own.
    ring: one.matches("[type=date], [type^=datetime]") || [one, one.parentElement, one.closest("label")].some(drawn) };
}"""


@pytest.fixture(scope="module")
def live(worker_id: str, tmp_path_factory: pytest.TempPathFactory, database_url: str) -> Iterator[Live]:
    """One server for all pages."""
    url = clone(f"pages_{worker_id}_{os.getpid()}")
    with running(url, tmp_path_factory.mktemp("pages")) as live:
        yield live


@pytest.fixture(scope="module")
def province(live: Live) -> Province:
    return build(live.sessions, live.settings)


@pytest.fixture(scope="module")
def names(live: Live, province: Province) -> re.Pattern[str]:
    with live.sessions() as session:
        return proper_names(session)


@pytest.fixture(scope="module")
def visitor(browser: Browser, live: Live, province: Province) -> Iterator[Visitor]:
    visitor = Visitor(browser, live, province)
    yield visitor
    visitor.context.close()


@pytest.mark.parametrize("shown", PAGES, ids=lambda shown: shown.name)
def test_axe_finds_nothing_and_english_pages_speak_english(
    visitor: Visitor, names: re.Pattern[str], shown: Shown
) -> None:
    page = visitor.see(shown, "en", NARROW)
    page.emulate_media(color_scheme="light")
    wrong = [f"English, narrow: {one}" for one in visitor.axe()]
    wrong += [f"too wide: {one}" for one in page.evaluate(WIDE)]
    said = set(page.evaluate(SAID, list(READ)))
    wrong += [f"Vietnamese: {one}" for one in said if VIETNAMESE.search(names.sub("", one))]
    wrong += [f"console: {one}" for one in visitor.complaints]
    visitor.see(shown, "vi", DESKTOP)
    wrong += [f"Vietnamese, wide: {one}" for one in visitor.axe()]
    page.emulate_media(color_scheme="dark")
    wrong += [f"dark: {one}" for one in visitor.axe("color-contrast")]
    wrong += [f"console: {one}" for one in visitor.complaints]
    assert not wrong, "\n".join(wrong)


def page_of(name: str) -> Shown:
    return next(one for one in PAGES if one.name == name)


@pytest.mark.parametrize("shown", PUBLIC, ids=lambda shown: shown.name)
def test_large_text_small_windows_still_motion_and_forced_colours_lose_nothing(visitor: Visitor, shown: Shown) -> None:
    page = visitor.see(shown, "vi", (640, 400), whole=False)  # 1,280 by 800 at 200 %
    wrong = [f"too wide at 200 %: {one}" for one in page.evaluate(WIDE)]
    wrong += [f"moves: {one}" for one in page.evaluate(MOVING)]
    wrong += [f"small: {one}" for one in page.evaluate(SMALL)]
    page.emulate_media(forced_colors="active")
    wrong += [f"vanishes: {one}" for one in page.evaluate(VANISHED)]
    page.emulate_media(forced_colors="none")
    # Who sets the size of text alone, as phones let one, WCAG 1.4.4.
    page.set_viewport_size({"width": 1280, "height": 800})
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    wrong += [f"too wide with large text: {one}" for one in page.evaluate(WIDE)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", ["home", "new", "my", "report-resolved", "sign-in", "incidents"])
def test_the_keyboard_sees_where_it_is(visitor: Visitor, name: str) -> None:
    page = visitor.see(page_of(name), "vi", DESKTOP)
    page.evaluate("document.activeElement.blur()")
    seen = []
    for _step in range(30):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(FOCUS))
        if seen[-1]["end"]:
            break
    assert len(seen) > 3
    assert [one["text"] for one in seen if not one["ring"] and not one["end"]] == []


def test_the_timeline_turns_its_pages_by_hand_for_who_wants_no_motion(visitor: Visitor) -> None:
    page = visitor.see(page_of("timeline"), "vi", DESKTOP)
    button = page.get_by_role("button", name="Khung sau")
    button.click()
    expect(page.get_by_role("status").filter(has_text="phản ánh")).to_be_visible()
    expect(page.get_by_role("button", name="Dừng")).to_have_count(0)


@pytest.mark.parametrize(("name", "told"), [("incidents", "Danh sách phản ánh"), ("heatmap", "Số liệu dạng bảng")])
def test_each_map_has_an_equal_that_the_keyboard_opens(visitor: Visitor, name: str, told: str) -> None:
    page = visitor.see(page_of(name), "vi", DESKTOP)
    page.locator("summary", has_text=told).focus()
    page.keyboard.press("Enter")
    expect(page.locator(".equal").get_by_role("link" if name == "incidents" else "row").first).to_be_visible()


def test_a_form_whose_script_is_lost_on_the_way_is_the_form_without_scripts(browser: Browser, live: Live) -> None:
    context = browser.new_context(locale="vi-VN")
    page = context.new_page()
    page.route("**/send.js", lambda route: route.abort())
    page.goto(f"{live.url}/reports/new")
    expect(page.get_by_label("Vĩ độ")).to_be_visible()
    expect(page.locator("#map")).to_be_hidden()
    context.close()


@pytest.mark.parametrize("name", ["home", "incidents"])
def test_what_somebody_slips_into_a_page_does_not_run(visitor: Visitor, name: str) -> None:
    page = visitor.see(page_of(name), "vi", DESKTOP)
    with page.expect_console_message(lambda message: "Content Security Policy" in message.text):
        page.evaluate(SLIPPED)
    expect(page.locator("img[src='/nothing']")).to_be_attached()
    assert page.evaluate("window.ran") is None
