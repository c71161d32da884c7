"""The place of a report in a real browser: the unit without a network, borders, plus codes, and a place in words."""

from typing import Any

import numpy as np
import pytest
from openlocationcode import openlocationcode
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Live, OpenPage, Traffic
from tests.browser.filling import HOI_AN, go_to

pytestmark = pytest.mark.browser
TAM_KY = (108.474, 15.5736)
DA_NANG = (108.2208, 16.0678)


def opened(page: Page, live: Live) -> Page:
    """The form with its borders and its places loaded."""
    with page.expect_response("**/app/areas.json"):
        page.goto(f"{live.url}/reports/new")
    page.get_by_role("combobox", name="Tìm xã").press_sequentially("hoi an")
    expect(page.get_by_role("option").first).to_be_visible()
    page.get_by_role("combobox", name="Tìm xã").fill("")
    return page


def look_for(page: Page, text: str) -> None:
    page.get_by_role("combobox", name="Tìm xã").fill(text)
    page.keyboard.press("Enter")


def pinned(page: Page) -> tuple[float, float]:
    return tuple(float(page.locator(f"[name={name}]").input_value()) for name in ("lon", "lat"))  # type: ignore[return-value]


def listen(page: Page) -> None:
    """Writes down every text that the live region says."""
    page.evaluate("""() => {
        window.heard = [];
        const voice = document.getElementById("routed-voice");
        const write = () => voice.textContent && window.heard.push(voice.textContent);
        new MutationObserver(write).observe(voice, { childList: true });
    }""")


def test_without_a_network_the_unit_is_shown_at_once_and_marked(open_page: OpenPage, live: Live) -> None:
    page = opened(open_page(PHONE), live)
    page.context.set_offline(True)
    look_for(page, f"{HOI_AN[1]}, {HOI_AN[0]}")
    expect(page.locator("#routed-unit")).to_have_text("Nơi nhận: UBND thành phố Hội An")
    expect(page.locator("#routed-reason")).to_have_text("Vị trí nằm trong thành phố Hội An.")
    expect(page.locator("#routed-local")).to_be_visible()
    look_for(page, f"{DA_NANG[1]}, {DA_NANG[0]}")
    expect(page.locator("#routed.is-outside")).to_contain_text("ngoài tỉnh Quảng Nam")
    page.context.set_offline(False)
    look_for(page, f"{TAM_KY[1]}, {TAM_KY[0]}")
    expect(page.locator("#routed-unit")).to_have_text("Nơi nhận: UBND thành phố Tam Kỳ")
    expect(page.locator("#routed.is-asking")).to_have_count(0)
    expect(page.locator("#routed-local")).to_be_hidden()


def test_the_live_region_says_each_pins_unit_once(page: Page, live: Live) -> None:
    opened(page, live)
    listen(page)
    for lon, lat in (HOI_AN, (HOI_AN[0] + 0.001, HOI_AN[1])):
        with page.expect_response("**/api/v1/route?*"):
            look_for(page, f"{lat}, {lon}")
        expect(page.locator("#routed.is-asking")).to_have_count(0)
    page.wait_for_function("window.heard.length >= 2")
    assert page.evaluate("window.heard") == ["Nơi nhận: UBND thành phố Hội An"] * 2


def test_near_a_border_the_reader_chooses(page: Page, live: Live) -> None:
    opened(page, live)
    page.context.set_geolocation({"longitude": 108.2950, "latitude": 15.8870, "accuracy": 3000})
    page.context.grant_permissions(["geolocation"])
    page.get_by_role("button", name="Vị trí của tôi").click()
    # The pin lies in Hội An, but most of where it may truly be does not.
    routed = page.get_by_role("radio", name="UBND thị xã Điện Bàn")
    other = page.get_by_role("radio", name="UBND thành phố Hội An")
    expect(page.locator("#routed-confirm")).to_be_visible()
    expect(routed).to_be_checked()
    expect(page.locator("[name=area]")).to_have_value("")
    with page.expect_response("**/api/v1/route?*area=503*"):
        other.check()
    expect(page.locator("#routed-unit")).to_have_text("Nơi nhận: UBND thành phố Hội An")
    expect(page.locator("[name=area]")).to_have_value("503")
    expect(page.locator("#routed.is-asking")).to_have_count(0)
    expect(other).to_be_checked()
    assert values(page) == {"lon": "108.295000", "lat": "15.887000", "accuracy": "3000", "area": "503"}
    # Another place is another question.
    look_for(page, f"{TAM_KY[1]}, {TAM_KY[0]}")
    expect(page.locator("#routed-choice")).to_be_hidden()
    expect(page.locator("[name=area]")).to_have_value("")


def values(page: Page) -> Any:
    """What place.js says is the place, from the module that the page itself runs."""
    return page.evaluate("""async () => {
        const send = document.querySelector('script[src$="send.js"]').src;
        const { hasPlace, placeValues } = await import(send.replace("send.js", "place.js"));
        return hasPlace() ? placeValues() : null;
    }""")


@pytest.mark.parametrize(
    "text",
    [
        openlocationcode.encode(HOI_AN[1], HOI_AN[0], 11),
        "V8HQ+Q6 Hội An",
        "hoi an V8HQ+Q6",
        "https://www.google.com/maps/place/X/@15.9,108.3,17z/data=!3m1!4b1!4m5!3m4!1s0x0:0x0!8m2!3d15.8794!4d108.338",
        "https://www.google.com/maps/@15.8794,108.3380,17z",
        "https://maps.google.com/?q=15.8794,108.3380",
        "https://www.openstreetmap.org/#map=17/15.8794/108.3380",
        "geo:15.8794,108.3380?z=17",
    ],
)
def test_plus_codes_and_links_of_maps_are_understood(page: Page, live: Live, text: str) -> None:
    opened(page, live)
    page.context.set_offline(True)
    look_for(page, text)
    expect(page.locator("#routed-unit")).to_have_text("Nơi nhận: UBND thành phố Hội An")
    assert pinned(page) == pytest.approx(HOI_AN, abs=0.0002)


def test_plus_codes_are_read_as_their_library_reads_them(page: Page, live: Live) -> None:
    opened(page, live)
    rng = np.random.default_rng(5)
    points = [
        (float(x), float(y)) for x, y in zip(rng.uniform(107.2, 108.7, 300), rng.uniform(14.95, 16.1, 300), strict=True)
    ]
    wanted, asked = [], []
    for lon, lat in points:
        code = openlocationcode.encode(lat, lon, int(rng.choice([10, 11, 13])))
        short = openlocationcode.shorten(code, lat + 0.1, lon - 0.1)
        found = openlocationcode.decode(openlocationcode.recoverNearest(short, lat + 0.1, lon - 0.1))
        wanted.append((found.longitudeCenter, found.latitudeCenter))
        asked.append([short, lon - 0.1, lat + 0.1])
    got = page.evaluate(
        """async (asked) => {
            const send = document.querySelector('script[src$="send.js"]').src;
            const { plusCode, placeOf } = await import(send.replace("send.js", "pluscodes.js"));
            return asked.map(([code, lon, lat]) => placeOf(plusCode(code), { lon, lat }));
        }""",
        asked,
    )
    assert np.allclose([(one["lon"], one["lat"]) for one in got], wanted, rtol=0, atol=1e-9)


def test_by_keyboard_a_commune_and_a_landmark_stand_for_the_place(page: Page, live: Live, traffic: Traffic) -> None:
    opened(page, live)
    listen(page)
    summary = page.locator("#by-name summary")
    summary.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Xã, phường, thị trấn")).to_be_focused()
    names = page.locator("#commune option").all_inner_texts()
    for _ in range(names.index("phường Minh An")):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.type("Trước cổng chợ")
    expect(page.locator("#routed-unit")).to_have_text("Nơi nhận: UBND thành phố Hội An")
    expect(page.locator("#routed-confirm")).to_be_visible()
    expect(page.locator("#routed-reason")).to_contain_text("phường Minh An")
    expect(page.locator(".drop-unsure")).to_be_visible()
    expect(page.locator("#routed.is-asking")).to_have_count(0)
    # A slow machine may also have settled on communes on the way.
    said = "Nơi nhận: UBND thành phố Hội An. Cần xác nhận"
    page.wait_for_function("(said) => window.heard.at(-1) === said", arg=said)
    assert values(page) == {
        "commune": page.get_by_label("Xã, phường, thị trấn").input_value(),
        "landmark": "Trước cổng chợ",
    }
    assert traffic.errors == []


def test_of_a_pin_and_a_place_in_words_the_last_one_wins(page: Page, live: Live) -> None:
    opened(page, live)
    look_for(page, f"{TAM_KY[1]}, {TAM_KY[0]}")
    page.locator("#by-name summary").click()
    page.get_by_label("Xã, phường, thị trấn").select_option(label="phường Minh An")
    expect(page.locator("[name=lon]")).to_have_value("")
    expect(page.locator("#routed-unit")).to_have_text("Nơi nhận: UBND thành phố Hội An")
    assert values(page) is None
    page.get_by_label("Gần đâu?").fill("Chùa Cầu")
    look_for(page, f"{HOI_AN[1]}, {HOI_AN[0]}")
    expect(page.get_by_label("Gần đâu?")).to_have_value("")
    expect(page.locator(".drop-unsure")).to_have_count(0)
    assert values(page) == {"lon": "108.338000", "lat": "15.879400"}


def test_an_allowed_position_is_taken_at_the_opening_of_an_empty_form(open_page: OpenPage, live: Live) -> None:
    here = {"longitude": HOI_AN[0], "latitude": HOI_AN[1], "accuracy": 20}
    page = open_page(PHONE, geolocation=here, permissions=["geolocation"])
    page.goto(f"{live.url}/reports/new")
    expect(page.locator("[name=accuracy]")).to_have_value("20")
    page.goto(f"{live.url}/reports/new?lon={TAM_KY[0]}&lat={TAM_KY[1]}")
    expect(page.locator("#routed-unit")).to_have_text("Nơi nhận: UBND thành phố Tam Kỳ")
    assert pinned(page) == pytest.approx(TAM_KY)


def test_an_allowed_position_outside_the_province_pins_nothing(open_page: OpenPage, live: Live) -> None:
    here = {"longitude": 105.85, "latitude": 21.02, "accuracy": 20}
    page = open_page(PHONE, geolocation=here, permissions=["geolocation"])
    page.goto(f"{live.url}/reports/new")
    expect(page.locator("#place-note")).to_contain_text("ngoài tỉnh")
    expect(page.locator("[name=lon]")).to_have_value("")


def test_a_photos_place_is_the_pin_where_there_is_none_and_else_an_offer(page: Page, live: Live) -> None:
    opened(page, live)
    photo(page, *HOI_AN)
    expect(page.locator("#place-note")).to_contain_text("ghi trong ảnh")
    assert pinned(page) == pytest.approx(HOI_AN)
    photo(page, HOI_AN[0] + 0.001, HOI_AN[1])
    expect(page.locator("#photo-place")).to_be_hidden()
    photo(page, *TAM_KY)
    assert pinned(page) == pytest.approx(HOI_AN)
    page.get_by_role("button", name="Dùng vị trí của ảnh").click()
    assert pinned(page) == pytest.approx(TAM_KY)
    expect(page.locator("#photo-place")).to_be_hidden()


def photo(page: Page, lon: float, lat: float) -> None:
    page.evaluate(
        """async (point) => {
            const send = document.querySelector('script[src$="send.js"]').src;
            (await import(send.replace("send.js", "place.js"))).putPhotoPosition(point);
        }""",
        {"lon": lon, "lat": lat},
    )


def test_a_name_of_another_edition_leads_to_its_place_of_today(page: Page, live: Live) -> None:
    opened(page, live)
    page.get_by_role("combobox", name="Tìm xã").press_sequentially("hoi an tay")
    expect(page.get_by_role("option").first).to_contain_text("phường Hội An Tây")


def test_without_scripts_the_communes_are_a_list(open_page: OpenPage, live: Live) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(f"{live.url}/reports/new")
    page.locator("#by-name summary").click()
    page.get_by_label("Xã, phường, thị trấn").select_option(label="phường Minh An")
    assert page.locator("#commune optgroup").count() == 18
    assert page.locator("#commune option").count() == 242


def test_looking_for_another_place_takes_the_pin_away(page: Page, live: Live) -> None:
    page.goto(f"{live.url}/reports/new")
    go_to(page, *HOI_AN)
    expect(page.locator("#routed-unit")).to_contain_text("Hội An")
    page.get_by_role("combobox").fill("")
    page.get_by_role("combobox").press_sequentially("cam pho hoi an")
    expect(page.get_by_role("listbox").get_by_role("option").first).to_contain_text("Cẩm Phô")
    page.keyboard.press("Enter")
    expect(page.locator("#routed-unit")).to_contain_text("Chưa chọn vị trí")
    expect(page.locator(".drop")).to_have_count(0)


def test_a_short_link_is_told_to_say_nothing_of_the_place(page: Page, live: Live) -> None:
    page.goto(f"{live.url}/reports/new")
    page.locator("#report.is-ready").wait_for()
    page.get_by_role("combobox").fill("https://maps.app.goo.gl/abcdef")
    page.keyboard.press("Enter")
    expect(page.locator("#place-note")).to_contain_text("không nói rõ tọa độ")
