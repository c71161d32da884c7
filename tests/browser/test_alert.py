"""The alert on a phone whose pages were kept: neither shown for ever, nor missed when the network is back."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from geo import storm
from geo.models import User
from tests.browser.conftest import Live
from tests.browser.worker import ready

pytestmark = pytest.mark.browser
TEXT = "Bão số 9 đổ bộ đêm nay, hãy ở trong nhà."


def switch(live: Live, *, on: bool) -> None:
    with live.sessions.begin() as session:
        user = session.scalar(select(User).where(User.email == "night@example.vn"))
        if user is None:
            user = User(role="operator", email="night@example.vn", name="Lê Thị Sen")
            session.add(user)
            session.flush()
        if on:
            storm.begin(session, user, TEXT)
        else:
            storm.end(session, user)


def later(page: Page, **time: float) -> None:
    page.clock.set_fixed_time(datetime.now(UTC) + timedelta(**time))


def test_what_a_kept_page_says_is_doubted_and_then_no_longer_said(page: Page, live: Live) -> None:
    switch(live, on=True)
    ready(page, live.url)
    page.context.set_offline(True)
    later(page, hours=2)
    page.goto(live.url)
    expect(page.locator("#alarm")).to_contain_text(TEXT)
    expect(page.locator("#alarm")).to_contain_text("khi còn mạng")
    later(page, hours=7)
    page.goto(f"{live.url}/reports/new")
    expect(page.locator("#alarm")).to_be_hidden()
    expect(page.locator("#emergency")).to_be_hidden()


@pytest.mark.parametrize("on", [True, False], ids=["begun", "over"])
def test_a_kept_page_learns_what_has_changed_when_the_network_is_back(page: Page, live: Live, on: bool) -> None:
    if not on:
        switch(live, on=True)
    ready(page, live.url)
    page.context.set_offline(True)
    switch(live, on=on)
    later(page, minutes=5)
    page.goto(f"{live.url}/reports/new")
    expect(page.locator("#alarm")).to_be_visible(visible=not on)
    page.context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("#alarm")).to_be_visible(visible=on)
    expect(page.locator("#emergency")).to_be_visible(visible=on)
