"""Two hundred reports with photos over a network that breaks all the time: none is lost, none is doubled."""

import base64
import io
import random
from contextlib import suppress

import pytest
from PIL import Image
from playwright.sync_api import Page
from playwright.sync_api import TimeoutError as Waited
from sqlalchemy import func, select

from api.web.assets import url
from geo.models import Media, Report
from tests.browser.breaking import Breaking
from tests.browser.conftest import OpenPage, Serve
from tests.browser.filling import HOI_AN
from tests.browser.worker import until

pytestmark = pytest.mark.browser
RUNS = 200
KEEP = """async ([root, [lon, lat], number, photo]) => {
    const { WAITING, freshKey, save } = await import(root + "drafts.js");
    const id = freshKey();
    const content = `Ổ gà số ${number} trước cổng chợ`;
    const phone = `090${String(5_000_000 + number)}`;
    const values = { lon, lat, category: "giao-thong", content, name: "Trần Thị Bưởi", phone, truthful: true };
    const bytes = Uint8Array.from(atob(photo), (one) => one.charCodeAt(0));
    const file = { id: freshKey(), blob: new Blob([bytes], { type: "image/jpeg" }), name: "ảnh.jpg", upload: null };
    await save({ id, made: Date.now(), state: WAITING, values, by: null, lang: "vi", tries: 0, due: 0 }, [file]);
}"""
FLUSH = "async (root) => (await import(root + 'outbox.js')).flush()"
LEFT = """async (root) => {
    const { drafts } = await import(root + "drafts.js");
    return (await drafts()).map(({ refusal }) => JSON.stringify(refusal));
}"""
HELD_UP = """async (root) => {
    const { drafts } = await import(root + "drafts.js");
    return (await drafts()).map(({ tries, due }) => [tries, due > Date.now()]);
}"""
BEGIN = "(root) => { import(root + 'outbox.js').then(({ flush }) => flush()); }"


def photo(dice: random.Random) -> str:
    """A photo of one part or of two, in base64."""
    side = dice.choice([200, 200, 200, 700])
    kept = io.BytesIO()
    Image.frombytes("L", (side, side), dice.randbytes(side * side)).save(kept, "JPEG", quality=90)
    return base64.b64encode(kept.getvalue()).decode()


def test_two_hundred_reports_over_a_network_that_breaks(open_page: OpenPage, serve: Serve) -> None:
    live = serve(limit_device_hour=100_000, limit_address_hour=100_000)
    root, dice = url("app/"), random.Random(4)
    with Breaking(int(live.url.rpartition(":")[2]), seed=5) as network:
        page = open_page(bypass_csp=True, service_workers="block")
        page.set_default_timeout(60_000)
        page.goto(f"{network.url}/my")
        for number in range(RUNS):
            page.evaluate(KEEP, [root, HOI_AN, number, photo(dice)])
            network.up, network.down = 0.6, 0.4  # each connection lasts a few hundred kB
            if dice.random() < 0.1:
                killed(page, root, network)
            else:
                page.evaluate(FLUSH, root)
        network.up = network.down = 0.0
        # What is still open to a connection of before may break, and a server that was unwell is asked again later.
        until(page, lambda: page.evaluate(FLUSH, root) == 0)
        assert page.evaluate(LEFT, root) == []
    assert min(network.cuts.values()) > RUNS / 20
    with live.sessions() as session:
        told = session.scalars(select(Report.content)).all()
        assert sorted(told) == sorted(f"Ổ gà số {number} trước cổng chợ" for number in range(RUNS))
        assert session.scalar(select(func.count()).select_from(Media)) == RUNS


def killed(page: Page, root: str, network: Breaking) -> None:
    """The browser ends in the midst of sending, at whatever moment this is; then somebody opens the page again."""
    page.evaluate(BEGIN, root)
    network.up = network.down = 0.0
    page.goto("about:blank")
    network.drop()  # a connection of before may have few bytes left, and half a page never comes to its end
    opened_again(page, f"{network.url}/my")
    network.drop()  # what brought the page would last for ever


def opened_again(page: Page, address: str) -> None:
    """Whoever waits in vain for a page opens it anew: what a dead connection holds back is not what is tested."""
    for _turn in range(3):
        with suppress(Waited):
            page.goto(address, timeout=15_000)
            return
    page.goto(address)


def test_half_an_answer_is_a_network_that_broke_and_holds_nothing_up(open_page: OpenPage, serve: Serve) -> None:
    live, root = serve(), url("app/")
    with Breaking(int(live.url.rpartition(":")[2]), seed=1) as network:
        page = open_page(bypass_csp=True, service_workers="block")
        page.goto(f"{network.url}/my")
        network.most = 600  # fewer than a receipt has, so that none comes through whole
        page.evaluate(KEEP, [root, HOI_AN, 0, photo(random.Random(1))])
        network.down = 1.0
        network.drop()
        turns = 0
        while page.evaluate(FLUSH, root):
            assert page.evaluate(HELD_UP, root) == [[0, False]]
            turns += 1
            network.down = 1.0 if turns < 12 else 0.0
        assert turns >= 12
        assert network.cuts["down"] > turns / 2
