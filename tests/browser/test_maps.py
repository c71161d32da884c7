import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from api.cli import maps as command
from geo.models import Category, Report
from maps.frame import NAMES
from tests.browser.conftest import PHONE, Live, OpenPage, Serve, Traffic
from tests.maps.test_hotspots import NOW, write

pytestmark = pytest.mark.browser
HOSTILE = (
    "</script><script>document.title='broken'</script><img src=x onerror=\"document.title='broken'\">",
    "`${document.title='broken'}` <svg onload=\"document.title='broken'\"> {{ 7*7 }} {% raw %}",
    "\u202eđảo ngược\u202c \u2066cô lập\u2069 \u200e <!-- <b>đậm</b> ]]> &lt;i&gt;",
)


def pixels(page: Page) -> int:
    """How many pixels of the heat are not empty."""
    return int(
        page.evaluate(
            """() => { const canvas = document.querySelector('.leaflet-heatmap-layer');
            const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
            let found = 0; for (let i = 3; i < data.length; i += 4) if (data[i]) found += 1; return found; }"""
        )
    )


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("size", [PHONE, (1440, 900)])
def test_each_map_draws_without_an_error_and_without_a_stranger(
    live: Live, open_page: OpenPage, traffic: Traffic, name: str, size: tuple[int, int]
) -> None:
    live.demo(200)
    page = open_page(size)
    page.goto(f"{live.url}/maps/{name}")
    expect(page.locator("html")).to_have_attribute("lang", "vi")
    expect(page.locator("path.outline, path.choropleth")).to_have_count(18)
    expect(page.locator(".area-name")).to_have_count(18)
    expect(page.locator(".sea-name span", has_text="Biển Đông")).to_be_visible()
    expect(page.locator(".banner")).to_contain_text("Dữ liệu mẫu")
    if name == "incidents":
        expect(page.locator(".bubble").first).to_be_visible()
    elif name == "districts":
        expect(page.locator("path.choropleth.class-0")).not_to_have_count(18)
    else:
        assert pixels(page) > 500
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= size[0]
    assert traffic.errors == []
    assert traffic.foreign(live.url) == []


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_map_says_so(live: Live, page: Page, traffic: Traffic, name: str) -> None:
    page.goto(f"{live.url}/maps/{name}")
    expect(page.locator("#notice")).to_contain_text("Chưa có phản ánh nào")
    expect(page.get_by_role("link", name="Gửi phản ánh đầu tiên")).to_be_visible()
    assert traffic.errors == []


def test_a_marker_tells_category_state_unit_and_the_way_to_the_report(live: Live, page: Page) -> None:
    code = live.report(accepted=True)
    page.goto(f"{live.url}/maps/incidents")
    page.locator(".pin").click()
    popup = page.locator(".leaflet-popup-content")
    for text in ("Giao thông", "Đang xử lý", "UBND thành phố Hội An", "Ổ gà lớn trước cổng chợ", code):
        expect(popup).to_contain_text(text)
    expect(popup.get_by_role("link", name="Xem phản ánh")).to_have_attribute("href", f"/reports/{code}")
    expect(popup.locator(".demo")).to_have_count(0)


def test_english_speaks_english(live: Live, page: Page) -> None:
    live.report()
    page.goto(f"{live.url}/maps/incidents?lang=en")
    page.locator(".pin").click()
    expect(page.locator(".leaflet-popup-content")).to_contain_text("Traffic and roads")


def test_the_filter_form_works_without_script(live: Live, open_page: OpenPage) -> None:
    live.report(category="giao-thong")
    live.report(category="cay-xanh")
    page = open_page(java_script_enabled=False)
    page.goto(f"{live.url}/maps/districts")
    expect(page.locator(".side")).to_contain_text("2 phản ánh")
    page.locator("summary").click()
    page.get_by_label("Lĩnh vực").select_option("cay-xanh")
    page.get_by_role("button", name="Lọc", exact=True).click()
    expect(page.locator(".side")).to_contain_text("1 phản ánh")
    expect(page.locator("tr[data-area='503']")).to_contain_text("1")


def test_the_choropleth_switches_between_rate_and_count(live: Live, page: Page) -> None:
    live.demo(300)
    page.goto(f"{live.url}/maps/districts")
    expect(page.locator("[data-legend=rate]")).to_be_visible()
    classes = "[...document.querySelectorAll('path.choropleth')].map((path) => path.getAttribute('class')).join()"
    before = page.evaluate(classes)
    page.get_by_role("radio", name="Số phản ánh").check()
    expect(page.locator("[data-legend=count]")).to_be_visible()
    expect(page.locator("[data-legend=rate]")).to_be_hidden()
    page.wait_for_function(f"(before) => {classes} !== before", arg=before)
    page.locator("path.choropleth").first.hover()
    expect(page.locator(".area-tip")).to_contain_text("km²")


def test_the_timeline_plays_and_its_slider_moves_it(live: Live, page: Page) -> None:
    live.demo(300)
    page.goto(f"{live.url}/maps/timeline?by=week")
    slider = page.get_by_role("slider")
    slider.focus()
    page.keyboard.press("Home")
    first = page.locator("#moment").text_content()
    assert first
    page.keyboard.press("ArrowRight")
    expect(page.locator("#moment")).not_to_have_text(first)
    page.keyboard.press("Home")
    page.get_by_role("button", name="Phát").click()
    expect(page.get_by_role("button", name="Dừng")).to_be_visible()
    expect(page.locator("#moment")).not_to_have_text(first)
    page.get_by_role("button", name="Dừng").click()
    expect(page.get_by_role("button", name="Phát")).to_be_visible()


def look_at(page: Page, place: list[float], zoom: float) -> None:
    # In braces, for the value of setView is the map itself, and to hand that over with its markers takes seconds.
    page.evaluate("([place, zoom]) => { map_quangnam.setView(place, zoom); }", [place, zoom])


def test_of_many_reports_single_ones_come_as_one_zooms_in(live: Live, page: Page, traffic: Traffic) -> None:
    live.demo(20_000)
    page.goto(f"{live.url}/maps/incidents")
    expect(page.locator(".bubble").first).to_be_visible()
    expect(page.locator(".pin")).to_have_count(0)
    with page.expect_response(lambda response: "/api/v1/density" in response.url) as asked:
        look_at(page, [15.88, 108.33], 11.25)
    assert asked.value.ok
    look_at(page, [15.88, 108.33], 16.5)
    expect(page.locator(".pin").first).to_be_visible()
    look_at(page, [15.6, 108.1], 9)
    expect(page.locator(".pin")).to_have_count(0)
    assert traffic.errors == []


def test_finer_heat_comes_as_one_zooms_in(live: Live, page: Page, traffic: Traffic) -> None:
    live.demo(300)
    page.goto(f"{live.url}/maps/heatmap")
    with page.expect_response(lambda response: "/api/v1/density" in response.url) as asked:
        look_at(page, [15.88, 108.33], 15.25)
    assert asked.value.ok
    assert traffic.errors == []


def test_hot_spots_are_drawn_and_listed_when_they_are_switched_on(live: Live, page: Page, traffic: Traffic) -> None:
    live.demo(2_000)
    with live.sessions.begin() as session:
        write(session, [(108.4735, 15.5695)] * 20, [(NOW - datetime.now(UTC)) / timedelta(days=1)] * 20, demo=True)
        again = session.scalars(select(Report).where(Report.code == "QN-T0000000")).one()
        again.recurrence = 3
    page.goto(f"{live.url}/maps/heatmap")
    expect(page.locator(".hot-ring")).to_have_count(0)
    assert not [url for url in traffic.requests if "hotspots?" in url]
    page.get_by_role("checkbox", name="Nhiều hơn thường lệ").check()
    expect(page.locator("path.hot-cell.hot-999").first).to_be_attached()
    places = page.locator("#hot-places li")
    expect(places.first).to_contain_text("bình thường")
    expect(page.locator(".hot-ring")).to_have_count(places.count())
    expect(page.locator("#again-places li", has_text="lần thứ 3 ở nơi này")).to_have_count(1)
    expect(page.locator("#again-places a").first).to_have_attribute("href", re.compile("/reports/QN-T"))
    page.get_by_role("button", name="thành phố Tam Kỳ").click()
    expect(page.locator(".leaflet-popup-content")).to_contain_text("khả năng ngẫu nhiên dưới 0,1 %")
    page.get_by_role("checkbox", name="Nhiều hơn thường lệ").uncheck()
    expect(page.locator(".hot-ring")).to_have_count(0)
    expect(places.first).to_be_hidden()
    assert traffic.errors == []


def test_without_history_the_hot_spots_say_so(live: Live, page: Page) -> None:
    live.report()
    page.goto(f"{live.url}/maps/heatmap?lang=en")
    page.get_by_role("checkbox", name="More than usual").check()
    expect(page.locator("#hot-summary")).to_contain_text("too little data")
    expect(page.locator("#again-none")).to_be_visible()
    expect(page.locator("#hot-levels")).to_be_hidden()


def test_hostile_words_are_shown_as_they_were_written(live: Live, page: Page, traffic: Traffic) -> None:
    for number, text in enumerate(HOSTILE):
        live.report(accepted=True, content=text, lon=108.33 + number * 0.02)
    with live.sessions.begin() as session:
        session.execute(update(Category).where(Category.code == "giao-thong").values(name=HOSTILE[0]))
    for name in NAMES:
        page.goto(f"{live.url}/maps/{name}")
        expect(page.locator("path.outline, path.choropleth")).to_have_count(18)
        assert "broken" not in page.title()
    page.goto(f"{live.url}/maps/incidents")
    look_at(page, [15.8794, 108.35], 14)
    for number, text in enumerate(HOSTILE):
        page.locator(".pin").nth(number).dispatch_event("click")
        expect(page.locator(".report .words", has_text=text.split("<", maxsplit=1)[0] or "script")).to_be_visible()
        page.locator(".leaflet-popup-close-button").click()
        expect(page.locator(".leaflet-popup")).to_have_count(0)
    assert "broken" not in page.title()
    assert page.locator("img[src=x]").count() == 0
    assert traffic.errors == []


def test_a_base_map_out_of_reach_leaves_land_and_pins(serve: Serve, page: Page, traffic: Traffic) -> None:
    live = serve(basemap_url="http://tiles.invalid/{z}/{x}/{y}.png")
    live.report()
    page.goto(f"{live.url}/maps/incidents")
    expect(page.locator(".pin")).to_be_visible()
    expect(page.locator("path.outline")).to_have_count(18)
    expect(page.locator(".with-basemap")).to_have_count(0)
    assert {url.split("/")[2] for url in traffic.foreign(live.url)} == {"tiles.invalid"}


def test_a_base_map_in_reach_is_seen_through_the_areas(serve: Serve, page: Page) -> None:
    live = serve(basemap_url="http://tiles.invalid/{z}/{x}/{y}.png")
    dot = bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000"
        "050001a5f645400000000049454e44ae426082"
    )
    page.route("**/tiles.invalid/**", lambda route: route.fulfill(body=dot, content_type="image/png"))
    page.goto(f"{live.url}/maps/heatmap")
    expect(page.locator(".with-basemap")).to_have_count(1)


@pytest.fixture
def rendered(live: Live, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Path]:
    def render() -> Path:
        monkeypatch.setenv(
            "QUANGNAM_DATABASE_URL", live.engine.url.set(drivername="postgresql").render_as_string(False)
        )
        monkeypatch.setenv("QUANGNAM_DATA_DIR", str(tmp_path))
        monkeypatch.setenv("QUANGNAM_BASEMAP_URL", "")
        out = tmp_path / "maps"
        command.render(out)
        return out

    return render


def test_files_open_from_disk_and_hold_hostile_words_as_words(
    live: Live, page: Page, traffic: Traffic, rendered: Callable[[], Path]
) -> None:
    code = live.report(accepted=True, content=HOSTILE[0])
    live.report(accepted=True, content=HOSTILE[1], lon=108.45, lat=15.57)
    out = rendered()
    for name in NAMES:
        page.goto((out / f"{name}.html").as_uri())
        expect(page.locator("path.outline, path.choropleth")).to_have_count(18)
        assert "broken" not in page.title()
    page.goto((out / "incidents.html").as_uri())
    page.locator(".pin").first.click()
    expect(page.locator(".leaflet-popup-content")).to_contain_text("</script><script>" if _first(page, code) else "`${")
    page.get_by_role("link", name="Bản đồ nhiệt").click()
    expect(page.locator("canvas.leaflet-heatmap-layer")).to_be_visible()
    assert "broken" not in page.title()
    assert traffic.errors == []
    assert traffic.foreign() == []


def _first(page: Page, code: str) -> bool:
    return code in (page.locator(".leaflet-popup-content").text_content() or "")
