"""Sending a report in a real browser: the pin, the photo, bad networks, hostile words."""

import math
import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from geo.models import Media
from tests.browser.conftest import PHONE, Live, OpenPage, Traffic
from tests.browser.filling import HOI_AN, count, fill, go_to, send, write

pytestmark = pytest.mark.browser
NEAR = (108.3300, 15.8850)  # what the map is centred on before the pin is dropped
WORLD = 256 * 2**12  # pixels around the world at the zoom of a typed place without a base map


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "ảnh.jpg"
    Image.new("RGB", (400, 300), "orange").save(path)
    return path


def northing(lat: float) -> float:
    return math.asinh(math.tan(math.radians(lat)))


# Whether the form has a place, to so many degrees.
AT = """([lon, lat, near]) => Object.entries({ lon, lat }).every(
  ([name, degrees]) => Math.abs(document.querySelector(`[name=${name}]`).value - degrees) <= near)"""


def until_at(page: Page, lon: float, lat: float, near: float) -> None:
    page.wait_for_function(AT, arg=[lon, lat, near])


def drop(page: Page, lon: float, lat: float) -> None:
    """Presses the map where a place is, the map being centred on NEAR."""
    box: Any = page.locator("#map").bounding_box()
    x = box["width"] / 2 + (lon - NEAR[0]) / 360 * WORLD
    y = box["height"] / 2 + (northing(NEAR[1]) - northing(lat)) / (2 * math.pi) * WORLD
    page.locator("#map").click(position={"x": x, "y": y})


def test_a_pin_near_hoi_an_becomes_a_report_of_hoi_an(
    open_page: OpenPage, live: Live, traffic: Traffic, photo: Path
) -> None:
    page = open_page(PHONE)
    page.goto(f"{live.url}/reports/new")
    go_to(page, *NEAR)
    expect(page.locator("#routed-unit")).to_contain_text("UBND")
    page.wait_for_load_state("networkidle")
    drop(page, *HOI_AN)
    expect(page.locator("#routed-unit")).to_have_text("Nơi nhận: UBND thành phố Hội An")
    expect(page.locator("#routed-reason")).to_contain_text("thành phố Hội An")
    until_at(page, *HOI_AN, 0.001)
    fill(page)
    page.locator("#photos").set_input_files(photo)
    expect(page.get_by_alt_text("Ảnh 1")).to_be_visible()
    send(page)
    expect(page.get_by_role("heading", name="Đã nhận phản ánh của bạn")).to_be_focused()
    code = page.locator("[data-slot=code]").inner_text()
    expect(page.get_by_label("Liên kết riêng của bạn")).to_have_value(re.compile(f"^{re.escape(live.url)}/follow/."))
    page.get_by_role("link", name="Xem phản ánh của tôi").click()
    expect(page).to_have_url(f"{live.url}/reports/{code}")
    expect(page.get_by_text("đây là phản ánh của bạn")).to_be_visible()
    expect(page.get_by_text("Ổ gà lớn trước cổng chợ")).to_be_visible()
    expect(page.get_by_alt_text("Ảnh 1 của phản ánh")).to_be_visible()
    assert traffic.errors == []
    assert traffic.foreign(live.url) == []
    with live.sessions() as session:
        assert session.scalar(select(func.count()).select_from(Media)) == 1


def test_reloading_after_success_shows_the_senders_own_report(page: Page, live: Live) -> None:
    write(page, live.url)
    with page.expect_response("**/follow/*"):
        send(page)
    page.reload()
    expect(page.get_by_text("đây là phản ánh của bạn")).to_be_visible()
    assert count(live) == 1


def test_dragging_the_pin_asks_again(open_page: OpenPage, live: Live) -> None:
    page = open_page(reduced_motion="reduce")  # a map that is still where it is measured
    page.goto(f"{live.url}/reports/new")
    go_to(page, *HOI_AN)
    expect(page.locator("#routed-unit")).to_contain_text("Hội An")
    page.locator(".drop").hover(position={"x": 22, "y": 20})
    box: Any = page.locator(".drop").bounding_box()
    x, y = box["x"] + 22, box["y"] + 20
    page.mouse.down()
    page.mouse.move(x - 160, y, steps=8)
    page.mouse.up()
    expect(page.locator("#routed-unit")).not_to_contain_text("Hội An")
    page.wait_for_function("(most) => Number(document.querySelector('[name=lon]').value) < most", arg=HOI_AN[0] - 0.03)


def test_the_keyboard_alone_drops_a_pin(page: Page, live: Live) -> None:
    page.goto(f"{live.url}/reports/new")
    page.locator("#map").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#routed-unit")).to_contain_text("UBND")
    expect(page.locator("[name=lon]")).to_have_value(re.compile(r"^\d"))


def test_the_phones_own_position_comes_with_its_accuracy(open_page: OpenPage, live: Live) -> None:
    here = {"longitude": HOI_AN[0], "latitude": HOI_AN[1], "accuracy": 35}
    page = open_page(PHONE, geolocation=here, permissions=["geolocation"])
    page.goto(f"{live.url}/reports/new")
    page.get_by_role("button", name="Vị trí của tôi").click()
    expect(page.locator("#place-note")).to_contain_text("35 m")
    expect(page.locator("path.circle")).to_be_visible()
    expect(page.locator("#routed-unit")).to_contain_text("UBND thành phố Hội An")
    expect(page.locator("[name=accuracy]")).to_have_value("35")
    # A place chosen by hand is no longer the phone's.
    page.locator("#map").click(position={"x": 200, "y": 60})
    expect(page.locator("[name=accuracy]")).to_have_value("")
    expect(page.locator("path.circle")).to_have_count(0)


def test_a_refused_position_says_what_to_do(page: Page, live: Live) -> None:
    page.goto(f"{live.url}/reports/new")
    page.get_by_role("button", name="Vị trí của tôi").click()
    expect(page.locator("#place-note")).to_contain_text("Hãy chạm vào bản đồ")


def test_a_place_near_a_border_says_it_needs_confirmation(open_page: OpenPage, live: Live) -> None:
    here = {"longitude": 108.2950, "latitude": 15.8870, "accuracy": 3000}
    page = open_page(geolocation=here, permissions=["geolocation"])
    page.goto(f"{live.url}/reports/new")
    page.get_by_role("button", name="Vị trí của tôi").click()
    expect(page.locator("#routed-confirm")).to_be_visible()
    expect(page.locator("#routed-candidates li")).not_to_have_count(0)


def test_swapped_coordinates_and_places_outside_are_told_live(page: Page, live: Live) -> None:
    page.goto(f"{live.url}/reports/new")
    page.locator("#coordinates summary").click()
    page.get_by_label("Vĩ độ").fill("108,3380")
    page.get_by_label("Kinh độ").fill("15,8794")
    page.keyboard.press("Tab")
    expect(page.locator("#routed-unit")).to_contain_text("bị đổi chỗ")
    go_to(page, 108.2208, 16.0678)
    expect(page.locator("#routed-unit")).to_contain_text("ngoài tỉnh Quảng Nam")
    fill(page)
    send(page)
    expect(page.locator("#fault-lon")).to_contain_text("ngoài tỉnh Quảng Nam")
    assert count(live) == 0


@pytest.mark.parametrize(
    "text",
    [
        "15.8794, 108.3380",
        "108.3380 15.8794",
        "15,8794; 108,3380",
        "(15.8794, 108.3380)",
        "15°52'45.8\"N 108°20'16.8\"E",
    ],
)
def test_pasted_coordinates_are_understood(page: Page, live: Live, text: str) -> None:
    page.goto(f"{live.url}/reports/new")
    page.get_by_role("combobox").fill(text)
    page.keyboard.press("Enter")
    expect(page.locator("#routed-unit")).to_contain_text("UBND thành phố Hội An")
    until_at(page, *HOI_AN, 0.0001)


def test_a_name_without_diacritics_finds_its_place(page: Page, live: Live) -> None:
    page.goto(f"{live.url}/reports/new")
    page.get_by_role("combobox").press_sequentially("minh an")
    expect(page.get_by_role("option").first).to_contain_text("phường Minh An")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#place-note")).to_contain_text("phường Minh An")
    expect(page.get_by_role("listbox")).to_be_hidden()
    page.get_by_role("combobox").fill("không có nơi này")
    expect(page.locator("#found")).to_contain_text("Không có nơi nào")


def test_what_is_missing_is_told_at_its_field_and_the_first_is_focused(page: Page, live: Live) -> None:
    page.goto(f"{live.url}/reports/new")
    send(page)
    for field in ("lon", "category", "content", "name", "phone", "truthful"):
        expect(page.locator(f"#fault-{field}")).to_be_visible()
    expect(page.locator("#map")).to_be_focused()
    go_to(page, *HOI_AN)
    expect(page.locator("#fault-lon")).to_be_hidden()
    fill(page)
    page.get_by_label("Số điện thoại").fill("12")
    send(page)
    expect(page.locator("#fault-phone")).to_be_visible()
    expect(page.get_by_label("Số điện thoại")).to_be_focused()
    expect(page.locator("#fault-name")).to_be_hidden()
    assert count(live) == 0


def test_what_was_typed_outlives_a_reload(page: Page, live: Live) -> None:
    write(page, live.url)
    page.reload()
    expect(page.get_by_label("Họ và tên")).to_have_value("Trần Thị Bưởi")
    expect(page.locator("#routed-unit")).to_contain_text("UBND thành phố Hội An")
    page.get_by_role("checkbox", name="Tôi chịu trách nhiệm").check()
    send(page)
    expect(page.locator("#sent-title")).to_be_visible()


def test_photos_are_counted_and_can_be_removed(page: Page, live: Live, tmp_path: Path) -> None:
    paths = []
    for number in range(6):
        paths.append(tmp_path / f"{number}.jpg")
        Image.new("RGB", (40, 40 + number), "orange").save(paths[-1])
    page.goto(f"{live.url}/reports/new")
    page.locator("#photos").set_input_files(paths)
    expect(page.locator("#previews li")).to_have_count(5)
    expect(page.locator("#fault-media")).to_have_text("Nhiều nhất 5 ảnh cho một phản ánh.")
    page.get_by_role("button", name="Bỏ ảnh 2").click()
    expect(page.locator("#previews li")).to_have_count(4)
    expect(page.locator("#fault-media")).to_be_hidden()


def test_a_photo_that_is_none_is_told_at_the_photos(page: Page, live: Live, tmp_path: Path) -> None:
    path = tmp_path / "virus.jpg"
    path.write_bytes(b"no picture at all")
    page.goto(f"{live.url}/reports/new")
    page.locator("#report.is-ready").wait_for()
    page.locator("#photos").set_input_files(path)
    expect(page.locator("#fault-media")).to_contain_text("Không đọc được virus.jpg")
    expect(page.locator("#previews li")).to_have_count(0)


def test_without_scripts_the_form_still_sends_with_its_photo(open_page: OpenPage, live: Live, photo: Path) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(f"{live.url}/reports/new")
    page.get_by_label("Vĩ độ").fill(str(HOI_AN[1]))
    page.get_by_label("Kinh độ").fill(str(HOI_AN[0]))
    fill(page)
    page.locator("#photos").set_input_files(photo)
    send(page)
    expect(page.get_by_role("heading", name="Đã nhận phản ánh của bạn")).to_be_visible()
    page.get_by_role("link", name="Xem phản ánh của tôi").click()
    expect(page.get_by_text("đây là phản ánh của bạn")).to_be_visible()


def test_hostile_words_come_back_as_words(page: Page, live: Live, traffic: Traffic) -> None:
    hostile = "</textarea></script><img src=x onerror=alert(1)>`${alert(1)}`"
    page.on("dialog", lambda dialog: traffic.errors.append(dialog.message))
    write(page, live.url)
    page.get_by_label("Mô tả sự việc").fill(hostile)
    page.get_by_label("Họ và tên").fill("Bưởi <img src=x onerror=alert(1)>")
    send(page)
    expect(page.locator("#sent-title")).to_be_visible()
    page.get_by_role("link", name="Xem phản ánh của tôi").click()
    expect(page.locator(".content")).to_have_text(hostile)
    assert page.locator("img[src='x']").count() == 0
    assert traffic.errors == []


def test_what_somebody_told_of_nearby_is_shown_before_sending(page: Page, live: Live, traffic: Traffic) -> None:
    code = live.report(accepted=True)
    live.report(accepted=True, category="cay-xanh", content="Cây ngã gần chợ, chắn lối đi")
    page.goto(f"{live.url}/reports/new")
    page.get_by_role("radio", name="Giao thông").check()
    expect(page.locator("#similar")).to_be_hidden()
    go_to(page, HOI_AN[0] + 0.0005, HOI_AN[1])
    link = page.locator("#similar a")
    expect(link).to_have_text("Ổ gà lớn trước cổng chợ")
    expect(link).to_have_attribute("href", f"/reports/{code}")
    go_to(page, HOI_AN[0] + 0.01, HOI_AN[1])
    expect(page.locator("#similar")).to_be_hidden()
    assert traffic.errors == []
