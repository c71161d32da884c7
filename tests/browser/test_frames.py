"""What stays in its place on pages with much to show: one head, one scroll, nothing in front of anything else."""

import pytest
from playwright.sync_api import Page, expect

from geo import accounts, logins
from tests.browser.conftest import DESKTOP, PHONE, Live, OpenPage

pytestmark = pytest.mark.browser
# How far the window scrolls beyond the last thing on the page.
BEYOND = """() => document.documentElement.scrollHeight
  - Math.max(innerHeight, Math.ceil(document.body.getBoundingClientRect().bottom + scrollY))"""
COVERED = """() => {
  const [one, other] = [".legend", ".switch"].map((of) => document.querySelector(of).getBoundingClientRect());
  return one.right > other.left && other.right > one.left && one.bottom > other.top && other.bottom > one.top; }"""


def enter(live: Live, page: Page, role: str) -> None:
    """Gives a browser the session of somebody new."""
    with live.sessions.begin() as session:
        user, _link = accounts.add(session, f"{role}@example.vn", name="Lê Thị Sen", role=role, unit=None)
        session.flush()
        token = logins.begin(session, user, "Chromium", complete=True)
    page.context.add_cookies([{"name": "session", "value": token, "url": live.url}])


def test_a_desk_with_more_reports_than_fit_scrolls_in_its_list_alone(live: Live, page: Page) -> None:
    for number in range(14):
        live.report(content=f"Ổ gà trước nhà số {number}", lon=108.30 + number / 500)
    enter(live, page, "operator")
    page.goto(f"{live.url}/queue?tab=open")
    expect(page.locator(".desk-row")).to_have_count(14)
    assert page.evaluate("document.documentElement.scrollHeight") == DESKTOP[1]
    assert page.evaluate("(list => list.scrollHeight > list.clientHeight)(document.querySelector('.desk-list'))")
    page.locator(".desk-row").last.scroll_into_view_if_needed()
    expect(page.locator("#map")).to_be_in_viewport(ratio=1)
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollHeight") > DESKTOP[1]


def test_no_page_scrolls_on_to_nothing(live: Live, open_page: OpenPage) -> None:
    for number in range(9):
        live.report(content=f"Ổ gà trước nhà số {number}", lon=108.30 + number / 500)
    page = open_page()
    enter(live, page, "operator")
    for width, height in (DESKTOP, PHONE):
        page.set_viewport_size({"width": width, "height": height})
        for path in ("/", "/reports/new", "/queue?tab=open", "/ioc/uncertain", "/planner"):
            page.goto(live.url + path)
            assert page.evaluate(BEYOND) <= 0, (path, width)


@pytest.mark.parametrize(
    ("role", "paths"), [("operator", ("/queue", "/ioc/uncertain")), ("administrator", ("/admin/users",))]
)
def test_the_head_is_one_line_on_a_phone(live: Live, open_page: OpenPage, role: str, paths: tuple[str, ...]) -> None:
    page = open_page(PHONE)
    enter(live, page, role)
    for path in paths:
        for lang in ("vi", "en"):
            page.goto(f"{live.url}{path}?lang={lang}")
            assert page.locator(".top").evaluate("(one) => one.offsetHeight") <= 57, (path, lang)
            expect(page.get_by_role("link", name="Quảng Nam")).to_be_visible()


def test_the_legend_of_a_phone_is_not_under_the_switch(live: Live, open_page: OpenPage) -> None:
    page = open_page(PHONE)
    page.goto(live.url)
    bottom = page.locator("#map").evaluate("(one) => one.getBoundingClientRect().bottom - innerHeight")
    for shift in (0, bottom / 2, bottom):
        page.evaluate("(to) => scrollTo(0, to)", shift)
        assert not page.evaluate(COVERED), shift
    legend = page.locator(".legend summary")
    legend.click()
    expect(page.locator(".legend li").first).to_be_visible()
    expect(page.locator(".switch")).to_be_hidden()
    legend.click()
    expect(page.locator(".switch")).to_be_visible()


def test_the_menu_of_a_phone_shows_where_one_is(live: Live, open_page: OpenPage) -> None:
    page = open_page(PHONE)
    enter(live, page, "administrator")
    page.goto(f"{live.url}/admin/exports")
    expect(page.locator(".admin-nav [aria-current]")).to_be_in_viewport(ratio=1)
    assert page.evaluate("scrollY") == 0
