"""The form in a few words: a place, what happened, who sends it."""

from playwright.sync_api import Page
from sqlalchemy import func, select

from geo.models import Report
from tests.browser.conftest import Live

HOI_AN = (108.3380, 15.8794)


def count(live: Live) -> int:
    with live.sessions() as session:
        return session.scalar(select(func.count()).select_from(Report)) or 0


def go_to(page: Page, lon: float, lat: float) -> None:
    page.locator("#report.is-ready").wait_for()
    page.get_by_role("combobox").fill(f"{lat}, {lon}")
    page.keyboard.press("Enter")


def fill(page: Page) -> None:
    page.get_by_role("radio", name="Giao thông").check()
    page.get_by_label("Mô tả sự việc").fill("Ổ gà lớn trước cổng chợ, nhiều người ngã xe.")
    page.get_by_label("Họ và tên").fill("Trần Thị Bưởi")
    page.get_by_label("Số điện thoại").fill("0905 123 456")
    page.get_by_role("checkbox", name="Tôi chịu trách nhiệm").check()


def send(page: Page) -> None:
    page.locator("#send").click()


def write(page: Page, address: str) -> None:
    """Opens the form of a server and fills it in, the place in Hội An."""
    page.goto(f"{address}/reports/new")
    go_to(page, *HOI_AN)
    fill(page)
