"""Every page in both languages under axe-core, and what axe can't see: reflow, zoom, motion, forced colours."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import DESKTOP, Live, running
from tests.browser.visitor import Visitor
from tests.conftest import clone
from tests.pages import PAGES, Shown
from tests.province import Province, build

pytestmark = pytest.mark.browser
NARROW = (320, 640)  # CSS pixels: what is left of 1,280 at 400 %, WCAG 1.4.10
WIDE = """() => {
  const clipped = (one) => one && (getComputedStyle(one).overflowX !== "visible" || clipped(one.parentElement));
  return document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll("body *")]
    .filter((one) => one.getBoundingClientRect().right > innerWidth && !clipped(one.parentElement))
    .map((one) => one.outerHTML.slice(0, 120));
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
def visitor(browser: Browser, live: Live, province: Province) -> Iterator[Visitor]:
    visitor = Visitor(browser, live, province)
    yield visitor
    visitor.context.close()


@pytest.mark.parametrize("shown", PAGES, ids=lambda shown: shown.name)
def test_axe_finds_nothing_and_nothing_is_too_wide(visitor: Visitor, shown: Shown) -> None:
    page = visitor.see(shown, "en", NARROW)
    page.emulate_media(color_scheme="light")
    wrong = [f"English, narrow: {one}" for one in visitor.axe()]
    wrong += [f"too wide: {one}" for one in page.evaluate(WIDE)]
    wrong += [f"console: {one}" for one in visitor.complaints]
    visitor.see(shown, "vi", DESKTOP)
    wrong += [f"Vietnamese, wide: {one}" for one in visitor.axe()]
    page.emulate_media(color_scheme="dark")
    wrong += [f"dark: {one}" for one in visitor.axe("color-contrast")]
    wrong += [f"console: {one}" for one in visitor.complaints]
    assert not wrong, "\n".join(wrong)
