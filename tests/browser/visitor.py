"""One browser profile that goes from page to page as the reader of each, and axe-core on what it sees."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Page, Route

from tests.browser.conftest import Live
from tests.pages import Shown
from tests.province import Province

AXE = (Path(__file__).parent.parent / "tools" / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Pins that lie close together cover one another; each has its equal in the list beside its map (WCAG 2.5.8).
RUN = """(options) => axe.run(document, options).then((found) => found.violations.flatMap((rule) => rule.nodes
  .filter((one) => rule.id !== "target-size" || !document.querySelector(one.target[0]).matches(".leaflet-marker-icon"))
  .map((one) => `${rule.id}: ${one.html.slice(0, 160)} – ${one.failureSummary}`)))"""
ALL = {"type": "tag", "values": TAGS}
NO_MARK = "Failed to load resource"


def violations(page: Page, only: dict[str, Any]) -> list[str]:
    """What axe-core finds wrong on a page as it is now."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found: list[str] = page.evaluate(RUN, {"runOnly": only, "resultTypes": ["violations"]})
    return found


class Visitor:
    """Opens pages of a province one after the other; `complaints` are those of the browser about the last one."""

    def __init__(self, browser: Browser, live: Live, province: Province) -> None:
        # A service worker would answer in the place of the forms that are sent here.
        self.context = browser.new_context(
            locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh", reduced_motion="reduce", service_workers="block"
        )
        self.context.set_default_timeout(15_000)
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self._live, self._province = live, province
        self._address = ""
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def see(self, shown: Shown, lang: str, size: tuple[int, int], *, whole: bool = True) -> Page:
        """Opens a page, or sends its form as its own page would; `whole` waits for what its maps load."""
        self.complaints.clear()
        self.context.clear_cookies()
        cookies = self._province.enter(shown.reader)
        self.context.add_cookies([{"name": k, "value": v, "url": self._live.url} for k, v in cookies.items()])
        self.page.set_viewport_size({"width": size[0], "height": size[1]})
        self._address = self._live.url + shown.address(self._province, lang)
        if shown.form:
            self.page.route(self._address, lambda route: self._send(route, shown), times=1)
        answer = self.page.goto(self._address)
        assert answer is not None
        assert answer.status == shown.status, shown.name
        if whole and self.page.locator("#map").count():
            self.page.wait_for_load_state("networkidle")
        return self.page

    def axe(self, *rules: str) -> list[str]:
        """What axe-core finds wrong, by all rules of TAGS or by some alone."""
        only = {"type": "rule", "values": list(rules)} if rules else ALL
        return violations(self.page, only)

    def _send(self, route: Route, shown: Shown) -> None:
        headers = route.request.headers | {"content-type": "application/x-www-form-urlencoded"}
        route.continue_(method="POST", post_data=self._province.body(shown.form or {}), headers=headers)

    def _said(self, message: ConsoleMessage) -> None:
        # A page that is meant to be an error is one to the console too.
        own = message.text.startswith(NO_MARK) and message.location.get("url") == self._address
        if message.type == "error" and not own:
            self.complaints.append(f"{message.text} ({message.location.get('url')})")
