"""The map of what one edition changes of another."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.boundaries.test_difference import NONG_SON
from tests.browser.conftest import PHONE, Live, OpenPage, Traffic
from tests.browser.test_maps import rendered

pytestmark = pytest.mark.browser
__all__ = ["rendered"]
MERGED = "/maps/editions?from=2020&to=2025-01"


@pytest.mark.parametrize("size", [PHONE, (1440, 900)])
def test_ground_that_changes_hands_is_hatched_between_old_and_new_borders(
    live: Live, open_page: OpenPage, traffic: Traffic, size: tuple[int, int]
) -> None:
    live.report(lon=NONG_SON[0], lat=NONG_SON[1])
    page = open_page(size)
    page.goto(f"{live.url}{MERGED}")
    expect(page.locator("path.outline")).to_have_count(17)
    expect(page.locator("path.piece")).to_have_count(2)
    expect(page.locator("path.piece-merged:not(.stays)")).to_have_css("fill", 'url("#hatch-merged")')
    expect(page.locator("path.border-lost")).to_have_count(2)  # on the map and in the legend
    expect(page.locator(".sea-name span", has_text="Biển Đông")).to_be_visible()
    page.locator("path.piece-merged:not(.stays)").last.hover()
    for text in ("huyện Nông Sơn (519) → huyện Quế Sơn (509)", "471,1 km²", "1 phản ánh, 1 chưa giải quyết"):
        expect(page.locator(".area-tip")).to_contain_text(text)
    expect(page.locator("tr.marked")).to_contain_text("Nông Sơn")
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert traffic.errors == []
    assert traffic.foreign(live.url) == []


def test_the_form_and_the_table_work_without_script(live: Live, open_page: OpenPage) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(f"{live.url}/maps/editions")
    expect(page.get_by_role("row")).to_have_count(79)
    page.get_by_label("Sang phiên bản").select_option("2025-01")
    page.get_by_role("button", name="So sánh").click()
    expect(page.get_by_role("row", name="huyện Nông Sơn (519) → huyện Quế Sơn (509)")).to_contain_text("471,1")


def test_the_planner_and_the_maps_lead_to_it(live: Live, page: Page) -> None:
    for path, name in (("/planner", "Thay đổi địa giới"), ("/maps/districts", "Địa giới")):
        page.goto(f"{live.url}{path}")
        page.get_by_role("link", name=name).click()
        expect(page.get_by_role("heading", name="Thay đổi địa giới")).to_be_visible()


def test_as_a_file_it_opens_from_disk(live: Live, page: Page, traffic: Traffic, rendered: Callable[[], Path]) -> None:
    live.report()
    page.goto((rendered() / "editions.html").as_uri())
    expect(page.locator("path.piece")).to_have_count(78)
    page.get_by_role("link", name="Bản đồ nhiệt").click()
    expect(page.locator("canvas.leaflet-heatmap-layer")).to_be_visible()
    assert traffic.errors == []
