"""The planner's page in a real browser: the map and the form are one, and an order is watched until it is there."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from api.delivery import worker
from tests.browser.conftest import PHONE, Live, OpenPage, Serve, Traffic

pytestmark = pytest.mark.browser
HOI_AN, TAM_KY = (108.338, 15.8794), (108.474, 15.5736)


@pytest.fixture
def work(live: Live) -> Iterator[Callable[[], None]]:
    """Lets a real worker do what waits, beside the browser that looks on."""
    threads: list[threading.Thread] = []

    def run() -> None:
        url = live.engine.url.render_as_string(hide_password=False).replace("+psycopg", "")
        app = worker.build(url, live.settings, live.sessions)
        thread = threading.Thread(target=lambda: app.run_worker(wait=False, install_signal_handlers=False))
        thread.start()
        threads.append(thread)

    yield run
    for thread in threads:
        thread.join(timeout=60)


def rows(page: Page, count: int) -> None:
    expect(page.locator(".summary-count strong")).to_have_text(str(count))


def two(live: Live) -> None:
    live.report(accepted=True, lon=HOI_AN[0], lat=HOI_AN[1])
    live.report(accepted=True, lon=TAM_KY[0], lat=TAM_KY[1], category="cay-xanh")


def test_an_area_is_clicked_and_a_box_is_drawn(live: Live, page: Page, traffic: Traffic) -> None:
    two(live)
    page.goto(f"{live.url}/planner")
    rows(page, 2)
    page.locator(".pick-area").first.wait_for()
    place = page.locator("#map").bounding_box()
    assert place is not None
    page.get_by_label("Địa bàn").select_option("503")
    rows(page, 1)
    page.wait_for_url(re.compile(r"area=503"))
    expect(page.locator(".pick-area.is-chosen")).to_have_count(1)
    page.get_by_label("Địa bàn").select_option("")
    rows(page, 2)
    # Hội An fills the map still: a box around all of the view but a corner has it and not the other.
    page.get_by_role("button", name="Vẽ khung").click()
    x, y, width, height = place["x"], place["y"], place["width"], place["height"]
    page.mouse.move(x + 80, y + 20)
    page.mouse.down()
    page.mouse.move(x + width / 2, y + height / 2)
    page.mouse.move(x + width - 20, y + height - 40)
    page.mouse.up()
    expect(page.get_by_label("Khung: tây")).to_have_value(
        re.compile(r"^10[78]\.\d{4},1\d\.\d{4},10\d\.\d{4},1\d\.\d{4}$")
    )
    rows(page, 1)
    page.get_by_role("button", name="Bỏ khung").click()
    rows(page, 2)
    assert traffic.errors == []
    assert traffic.foreign(live.url) == []


def test_what_nothing_passes_says_how_to_find_more(live: Live, page: Page) -> None:
    two(live)
    page.goto(f"{live.url}/planner?until=2001-01-01")
    expect(page.locator("#summary")).to_contain_text("Hãy chọn thời gian dài hơn")
    page.locator("#summary").get_by_role("link", name="Bỏ mọi bộ lọc").click()
    rows(page, 2)


def test_a_download_is_what_was_chosen(live: Live, page: Page, tmp_path: Path) -> None:
    two(live)
    page.goto(f"{live.url}/planner")
    page.locator("label", has_text="Cây xanh").click()
    rows(page, 1)
    page.get_by_label("Định dạng").select_option("geojson")
    expect(page.get_by_label("Hệ tọa độ")).to_be_disabled()
    expect(page.locator("#summary")).to_contain_text("luôn là kinh độ, vĩ độ")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Tải xuống ngay").click()
    file = tmp_path / "found.geojson"
    waiting.value.save_as(file)
    found = json.loads(file.read_text("utf-8"))
    assert [one["properties"]["category"] for one in found["features"]] == ["cay-xanh"]


def test_an_order_is_watched_until_it_is_there_and_found_again(
    live: Live, page: Page, work: Callable[[], None], tmp_path: Path
) -> None:
    two(live)
    page.goto(f"{live.url}/planner?format=csv")
    page.get_by_role("button", name="Đặt tệp").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    expect(page.get_by_text("Đang chờ đến lượt")).to_be_visible()
    work()
    # The page asks by itself, and says so without anybody's doing.
    ready = page.get_by_role("link", name="Tải xuống")
    expect(ready).to_be_visible(timeout=60_000)
    page.reload()
    with page.expect_download() as waiting:
        ready.click()
    file = tmp_path / "found.csv"
    waiting.value.save_as(file)
    lines = file.read_text("utf-8-sig").splitlines()
    assert len(lines) == 3
    page.get_by_role("button", name="Xóa tệp ngay").click()
    expect(page.get_by_text("Tệp này đã bị hủy")).to_be_visible()


def test_all_of_it_works_without_scripts(live: Live, open_page: OpenPage, work: Callable[[], None]) -> None:
    two(live)
    page = open_page(PHONE, java_script_enabled=False)
    page.goto(f"{live.url}/planner")
    page.get_by_label("Địa bàn").select_option("503")
    page.get_by_role("button", name="Xem số lượng").click()
    rows(page, 1)
    assert "area=503" in page.url
    assert "state=" not in page.url
    page.get_by_role("button", name="Đặt tệp").click()
    work()
    # Without scripts the page asks by loading itself anew, which nobody's reload may cut in two.
    expect(page.get_by_role("link", name="Tải xuống")).to_be_visible(timeout=60_000)


def test_a_network_that_breaks_off_is_said(serve: Serve, page: Page) -> None:
    live = serve()
    two(live)
    page.goto(f"{live.url}/planner")
    rows(page, 2)
    page.route("**/planner?*", lambda route: route.abort())
    page.locator("label", has_text="Cây xanh").click()
    expect(page.get_by_role("alert").filter(has_text="Không tính lại được")).to_be_visible()
    page.unroute("**/planner?*")
    page.locator("label", has_text="Giao thông").click()
    expect(page.get_by_role("alert").filter(has_text="Không tính lại được")).to_be_hidden()
    rows(page, 2)


def test_a_wrong_box_is_told_where_it_is_typed_and_the_bar_leads_there(live: Live, open_page: OpenPage) -> None:
    two(live)
    page = open_page(PHONE)
    page.goto(f"{live.url}/planner")
    box = page.get_by_label("Khung: tây")
    box.fill("1,2,3")
    box.blur()
    expect(page.locator("#fault-bbox")).to_contain_text("Khung phải là")
    expect(box).to_have_attribute("aria-invalid", "true")
    page.get_by_role("link", name="Cần sửa: Khung").click()
    expect(box).to_be_focused()
    box.fill("108.3,15.8,108.4,15.9")
    box.blur()
    rows(page, 1)
    expect(page.locator("#fault-bbox")).to_be_hidden()
    expect(box).not_to_have_attribute("aria-invalid", "true")


def test_the_communes_are_those_of_the_district(live: Live, page: Page) -> None:
    two(live)
    page.goto(f"{live.url}/planner")
    commune = page.get_by_label("Xã, phường, thị trấn", exact=True)
    expect(commune).to_be_disabled()
    page.get_by_label("Địa bàn").select_option("503")
    expect(commune.locator("option")).to_have_count(14)
    commune.select_option(index=1)
    page.wait_for_url(re.compile(r"area=\d{5}"))
    page.get_by_label("Địa bàn").select_option("502")
    page.wait_for_url(re.compile(r"area=502(&|$)"))
    rows(page, 1)
