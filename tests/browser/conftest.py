"""A real server over a database of its own, and a real Chromium that writes down every request."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import pytest
import uvicorn
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, expect, sync_playwright
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, sessionmaker

from api import demo, serving
from api.app import create_app
from api.intake import submit
from geo import accounts, logins, workflow
from geo.database import build_engine, build_sessions
from geo.models import Report
from geo.permissions import SYSTEM, Actor
from geo.reports import Draft
from geo.secret import secret
from geo.settings import Settings
from geo.transitions import Action
from maps.assets.npm import NODE

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE, DESKTOP = (390, 844), (1440, 900)
Enter = Callable[..., Page]
expect.set_options(timeout=15_000)  # milliseconds: a loaded machine is slow, and what is wrong stays wrong


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tries what drives a browser once more where it fails (ADR 27)."""
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=1))


@dataclass
class Live:
    """A running server: its address, and the ways to put reports behind it, each of which commits."""

    url: str
    engine: Engine
    sessions: sessionmaker[Session]
    settings: Settings
    _sent: int = 0

    def report(self, *, accepted: bool = False, **values: Any) -> str:
        """Sends one report through intake and returns its code; `accepted` makes its content public."""
        self._sent += 1
        draft = Draft(
            name=values.pop("name", "Trần Thị Bưởi"),
            phone=values.pop("phone", f"+8490{5_000_000 + self._sent}"),
            category=values.pop("category", "giao-thong"),
            content=values.pop("content", "Ổ gà lớn trước cổng chợ"),
            lon=values.pop("lon", 108.338),
            lat=values.pop("lat", 15.8794),
            door="web",
            **values,
        )
        with self.sessions.begin() as session:
            key = secret(self.settings)
            code: str = submit(session, self.settings, draft, [], secret=key, lang="vi").answer["code"]
            if accepted:
                report = session.scalars(select(Report).where(Report.code == code)).one()
                workflow.apply(session, report, "accept", SYSTEM, door="cli")
        return code

    def step(self, code: str, action: Action, *, sender: bool = False) -> None:
        """Takes one step of a report, as the system or as its sender."""
        with self.sessions.begin() as session:
            report = session.scalars(select(Report).where(Report.code == code)).one()
            actor = Actor("sender", report_id=report.id) if sender else SYSTEM
            workflow.apply(session, report, action, actor, door="cli")

    def demo(self, count: int) -> None:
        """Loads demonstration reports."""
        demo.load(self.engine, self.settings, count)


class Serve(Protocol):
    """Starts a server whose settings differ from the tests' own."""

    def __call__(self, **settings: Any) -> Live:
        """`serve(basemap_url="https://…")`."""


@contextmanager
def running(database_url: str, data_dir: Path, *, port: int = 0, **values: Any) -> Iterator[Live]:
    """A server over a database, stopped at the end."""
    wanted = {"data_dir": data_dir, "secret_key": "a key for tests only", "basemap_url": ""} | values
    settings = Settings(**wanted)
    engine = build_engine(database_url)
    sessions = build_sessions(engine)
    with serving.listen("127.0.0.1", port) as listener:
        server = uvicorn.Server(serving.config(create_app(settings, sessions), settings))
        # The socket is open already: a browser that comes before the server is ready waits in its queue.
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        yield Live(serving.address(listener), engine, sessions, settings)
        server.should_exit = True
        thread.join(timeout=60)
        assert not thread.is_alive()
    engine.dispose()


@pytest.fixture
def serve(fresh_database_url: str, tmp_path: Path) -> Iterator[Serve]:
    with ExitStack() as stack:
        yield lambda **values: stack.enter_context(running(fresh_database_url, tmp_path, **values))


@pytest.fixture
def live(serve: Serve) -> Live:
    """A server with the default boundaries, no report and no base map."""
    return serve()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        pytest.skip("Debian's chromium is not here (apt-get install chromium)")
    # Playwright's own Node wants a library that a bare Debian lacks; npm's, which is here anyway, does not.
    os.environ["PLAYWRIGHT_NODEJS_PATH"] = str(NODE / "bin" / "node")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Traffic:
    """What the browser asked for and what it complained about, over all pages of a test."""

    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    wire: list[tuple[str, int]] = field(default_factory=list)  # address and bytes of body as sent, compressed

    def foreign(self, *allowed: str) -> list[str]:
        """The requests to other origins than the allowed ones (`live.url`)."""
        own = {urlsplit(url).netloc for url in allowed}
        remote = (url for url in self.requests if urlsplit(url).scheme not in ("data", "blob", "file", "about"))
        return [url for url in remote if urlsplit(url).netloc not in own]


@pytest.fixture
def traffic() -> Traffic:
    return Traffic()


class OpenPage(Protocol):
    """Opens a fresh browser profile."""

    def __call__(self, size: tuple[int, int] = DESKTOP, **options: Any) -> Page:
        """`open_page(PHONE, locale="en", color_scheme="dark", java_script_enabled=False)`."""


@pytest.fixture
def open_page(browser: Browser, traffic: Traffic) -> Iterator[OpenPage]:
    contexts: list[BrowserContext] = []

    def make(size: tuple[int, int] = DESKTOP, **options: Any) -> Page:
        width, height = size
        if size == PHONE:
            options = {"has_touch": True, "is_mobile": True, "device_scale_factor": 2} | options
        options = {"locale": "vi-VN", "timezone_id": "Asia/Ho_Chi_Minh"} | options
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        context.set_default_timeout(15_000)
        page = context.new_page()
        _watch(page, traffic)
        return page

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """A desktop's page of a Vietnamese reader."""
    return open_page()


def _watch(page: Page, traffic: Traffic) -> None:
    def said(message: ConsoleMessage) -> None:
        if message.type == "error":
            traffic.errors.append(f"{message.text} ({message.location.get('url', '')})")

    def failed(error: Error) -> None:
        traffic.errors.append(str(error))

    page.on("request", lambda request: traffic.requests.append(request.url))
    page.on("console", said)
    page.on("pageerror", failed)
    # Playwright's own sizes of bodies are those after decompression; the protocol knows the bytes on the wire.
    protocol = page.context.new_cdp_session(page)
    addresses: dict[str, str] = {}
    protocol.on("Network.responseReceived", lambda e: addresses.update({e["requestId"]: e["response"]["url"]}))
    protocol.on(
        "Network.loadingFinished",
        lambda e: traffic.wire.append((addresses.get(e["requestId"], ""), int(e["encodedDataLength"]))),
    )
    protocol.send("Network.enable")


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A photo of a phone: 4000 pixels wide, noisy enough to weigh something, taken in Hội An."""
    path = tmp_path / "ảnh.jpg"
    exif = Image.Exif()
    exif[0x0112] = 1
    exif.get_ifd(0x8825).update({1: "N", 2: (15.0, 52.0, 45.84), 3: "E", 4: (108.0, 20.0, 16.8)})
    Image.effect_noise((4000, 3000), 60).convert("RGB").save(path, quality=85, exif=exif)
    return path


Opened = Callable[[], BrowserContext]


@pytest.fixture
def reopened(browser: Browser, tmp_path: Path) -> Iterator[Opened]:
    """Opens the same phone's browser, each time anew: what it kept on its disk is there again, nothing else."""
    opened: list[BrowserContext] = []

    def start() -> BrowserContext:
        for one in opened:
            one.close()
        opened[:] = [
            browser.browser_type.launch_persistent_context(
                tmp_path / "profile",
                executable_path=CHROMIUM,
                args=FLAGS,
                viewport={"width": PHONE[0], "height": PHONE[1]},
                locale="vi-VN",
            )
        ]
        opened[0].set_default_timeout(15_000)
        return opened[0]

    yield start
    for one in opened:
        one.close()


@pytest.fixture
def wall(live: Live, open_page: OpenPage) -> Enter:
    """Opens /ioc as an operator: `wall("?tab=late", size=(1366, 768))`."""

    def enter(query: str = "", size: tuple[int, int] = (1366, 768)) -> Page:
        page = open_page(size)
        with live.sessions.begin() as session:
            name = f"op{size[0]}-{len(query)}@example.vn"
            user, _link = accounts.add(session, name, name="Trần Thị Trực", role="operator", unit=None)
            session.flush()
            token = logins.begin(session, user, "Chromium", complete=True)
        page.context.add_cookies([{"name": "session", "value": token, "url": live.url}])
        page.goto(f"{live.url}/ioc{query}")
        expect(page.locator("#figures li")).to_have_count(5)
        return page

    return enter
