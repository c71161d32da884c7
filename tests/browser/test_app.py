"""The pages as an app on a phone: installable, there without a network, woken up by the server, quick and light."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import func, select

from api.signed import COOKIE
from api.web.assets import url
from geo import codes, workflow
from geo.models import Login, Media, Report, Sender, User
from geo.permissions import SYSTEM
from tests.browser.conftest import PHONE, Live, Opened, OpenPage, Serve, Traffic
from tests.browser.filling import HOI_AN, count, fill, go_to, send, write
from tests.browser.visitor import ALL, violations
from tests.browser.worker import nudge, ready, until

pytestmark = pytest.mark.browser
LIGHT = 200_000  # bytes on the wire of a first view, without a base map
KEY = "a key of sixteen letters"


def test_a_browser_may_install_it(reopened: Opened, live: Live) -> None:
    page = reopened().pages[0]  # no private window can
    ready(page, live.url)
    protocol = page.context.new_cdp_session(page)
    told = protocol.send("Page.getAppManifest")
    assert told["errors"] == []
    assert protocol.send("Page.getInstallabilityErrors")["installabilityErrors"] == []
    manifest = httpx2.get(told["url"]).json()
    assert (manifest["short_name"], manifest["lang"]) == ("Quảng Nam", "vi")
    for icon in manifest["icons"]:
        assert httpx2.get(live.url + icon["src"]).headers["content-type"] == "image/png"


def test_without_a_network_there_are_the_map_the_form_and_what_was_seen_last(page: Page, live: Live) -> None:
    code = live.report(accepted=True)
    ready(page, live.url)
    expect(page.locator(".pin")).to_have_count(1)
    page.context.set_offline(True)
    page.goto(live.url)
    expect(page.locator("path.outline")).to_have_count(18)
    expect(page.locator(".pin")).to_have_count(1)
    expect(page.get_by_text("Ngoại tuyến")).to_be_visible()
    page.goto(f"{live.url}/reports/{code}")
    expect(page.get_by_role("heading", name="Không có mạng")).to_be_visible()
    expect(page.get_by_text("Ổ gà lớn trước cổng chợ")).to_be_visible()
    page.goto(f"{live.url}/reports/new?lang=en")
    go_to(page, *HOI_AN)
    expect(page.locator("#routed-unit")).to_contain_text("UBND thành phố Hội An")


def test_the_copies_that_a_phone_keeps_have_nobodys_name_in_them(page: Page, live: Live) -> None:
    token = codes.token()
    until_then = datetime.now(UTC) + timedelta(hours=1)
    with live.sessions.begin() as session:
        user = User(email="sen@example.vn", name="Nguyễn Văn Sen", role="planner")
        session.add(user)
        session.flush()
        known = codes.token_hash(token)
        session.add(Login(token_hash=known, user_id=user.id, complete=True, agent="", expires_at=until_then))
    page.context.add_cookies([{"name": COOKIE, "value": token, "url": live.url}])
    ready(page, live.url)
    expect(page.get_by_text("Nguyễn Văn Sen")).to_be_attached()
    kept = page.evaluate(
        """async () => {
            const name = (await caches.keys()).find((one) => /^quangnam-[0-9a-f]{12}$/.test(one));
            const cache = await caches.open(name);
            const pages = (await cache.keys()).map((one) => one.url).filter((one) => one.includes("?lang="));
            return Promise.all(pages.map(async (one) => [one, await (await cache.match(one)).text()]));
        }"""
    )
    assert len(kept) == 8  # four pages in two languages
    for address, text in kept:
        assert f'<html lang="{address[-2:]}"' in text
        assert "Nguyễn Văn Sen" not in text


def test_a_nudge_says_what_has_changed_and_leads_to_it(open_page: OpenPage, live: Live) -> None:
    page = open_page(PHONE, permissions=["notifications"])
    ready(page, live.url)
    write(page, live.url)
    send(page)
    expect(page.locator("#sent-title")).to_be_visible()
    expect(page.get_by_role("button", name="Báo cho tôi khi có tin mới")).to_be_visible()
    with live.sessions.begin() as session:
        report = session.scalars(select(Report)).one()
        workflow.apply(session, report, "accept", SYSTEM, door="cli")
        code = report.code
    nudge(page, live.url)
    shown = """async () => (await (await navigator.serviceWorker.ready).getNotifications())
        .map(({ title, body, data }) => [title, body, data.address])"""
    until(page, lambda: bool(page.evaluate(shown)))
    [(title, body, address)] = page.evaluate(shown)
    assert title == "Đang xử lý"
    assert body.startswith(code)
    assert address == f"/reports/{code}"


def test_five_taps_and_the_text_send_a_report_from_a_phone_that_knows_its_owner(
    open_page: OpenPage, live: Live
) -> None:
    place = {"longitude": HOI_AN[0], "latitude": HOI_AN[1], "accuracy": 20}
    page = open_page(PHONE, geolocation=place, permissions=["geolocation"])
    page.goto(f"{live.url}/reports/new")
    fill(page)
    send(page)
    expect(page.locator("#sent-title")).to_be_visible()
    page.goto(live.url)
    taps = 0

    def tap(target: Locator) -> None:
        nonlocal taps
        taps += 1
        target.tap()

    tap(page.get_by_role("link", name="Gửi phản ánh"))
    # Where it may know its place it says it by itself.
    expect(page.locator("#routed-unit")).to_contain_text("Hội An")
    tap(page.locator(".category", has_text="Giao thông"))
    tap(page.get_by_label("Mô tả sự việc"))
    page.keyboard.type("Ổ gà lớn trước cổng chợ, nhiều người ngã xe.")
    tap(page.locator(".truth", has_text="Tôi chịu trách nhiệm"))
    tap(page.locator("#send"))
    expect(page.locator("#sent-title")).to_be_visible()
    assert taps <= 5
    assert count(live) == 2


def test_a_text_message_goes_ahead_and_the_photo_follows_to_the_same_report(
    open_page: OpenPage, serve: Serve, photo: Path
) -> None:
    live = serve(sms_number="8069", sms_inbound_key=KEY)
    page = open_page(PHONE)
    ready(page, live.url)
    page.context.set_offline(True)
    write(page, live.url)
    page.locator("#photos").set_input_files(photo)
    send(page)
    address = page.get_by_role("link", name="Gửi bằng tin nhắn").get_attribute("href") or ""
    assert address.startswith("sms:8069?")
    text = page.evaluate("(address) => decodeURIComponent(address.split('body=')[1])", address)
    told = httpx2.post(
        f"{live.url}/sms/inbound",
        json={"from": "+84905123456", "text": text, "id": "m-1"},
        headers={"Authorization": f"Bearer {KEY}"},
    )
    assert told.status_code == 200
    page.context.set_offline(False)
    page.goto(f"{live.url}/my")
    expect(page.locator("[data-code]")).to_have_attribute("data-code", told.json()["code"])
    with live.sessions() as session:
        assert session.scalars(select(Report.content)).all() == ["Ổ gà lớn trước cổng chợ, nhiều người ngã xe."]
        assert session.scalar(select(func.count()).select_from(Media)) == 1
        assert session.scalar(select(func.count()).select_from(Sender)) == 1


def test_what_does_not_fit_on_the_phone_is_not_promised_to_be_kept(open_page: OpenPage, live: Live) -> None:
    page = open_page(bypass_csp=True)
    page.goto(f"{live.url}/reports/new")
    fits = "async ([module, ...bytes]) => (await import(module)).fits(...bytes)"
    room = url("app/room.js")
    quota = page.evaluate("navigator.storage.estimate().then(({ quota }) => quota)")
    assert page.evaluate(fits, [room, quota * 0.4, 0, 0])
    assert not page.evaluate(fits, [room, quota * 0.6, 0, 0])
    assert page.evaluate(fits, [room, 50_000_000, 50_000_000, 0])
    assert not page.evaluate(fits, [room, 50_000_000, 50_000_000, 20_000_000])


def test_from_a_phone_that_is_full_it_is_sent_all_the_same(open_page: OpenPage, live: Live, photo: Path) -> None:
    page = open_page(service_workers="block")
    page.goto(f"{live.url}/reports/new")
    protocol = page.context.new_cdp_session(page)
    protocol.send("Storage.overrideQuotaForOrigin", {"origin": live.url, "quotaSize": 1})
    go_to(page, *HOI_AN)
    fill(page)
    page.locator("#photos").set_input_files(photo)
    expect(page.get_by_alt_text("Ảnh 1")).to_be_visible()
    send(page)
    expect(page.locator("#sent-title")).to_be_visible()
    assert count(live) == 1


@pytest.mark.parametrize("path", ["/reports/new", "/my"])
def test_a_first_view_is_light(open_page: OpenPage, live: Live, traffic: Traffic, path: str) -> None:
    page = open_page(PHONE, service_workers="block")
    page.goto(live.url + path)
    page.wait_for_load_state("networkidle")
    assert sum(size for _address, size in traffic.wire) <= LIGHT


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_axe_finds_nothing_in_what_scripts_show(open_page: OpenPage, live: Live, lang: str) -> None:
    page = open_page((360, 740))
    ready(page, f"{live.url}/?lang={lang}")
    page.goto(f"{live.url}/reports/new")
    go_to(page, 108.30, 15.83)
    expect(page.locator("#routed-unit")).to_contain_text("UBND")
    expect(page.locator("#routed.is-asking")).to_have_count(0)
    assert violations(page, ALL) == []
    page.context.set_offline(True)
    page.goto(f"{live.url}/reports/new")
    go_to(page, *HOI_AN)
    page.locator("[name=category][value=giao-thong]").check()
    page.locator("#content").fill("Ổ gà lớn trước cổng chợ")
    page.locator("#name").fill("Trần Thị Bưởi")
    page.locator("#phone").fill("0905 123 456")
    page.locator("[name=truthful]").check()
    send(page)
    expect(page.locator("#kept-title")).to_be_visible()
    assert violations(page, ALL) == []
    page.goto(f"{live.url}/my")
    expect(page.locator("[data-draft]")).to_be_visible()
    assert violations(page, ALL) == []
    page.context.set_offline(False)
    expect(page.locator("[data-code]")).to_be_visible()
    assert violations(page, ALL) == []
