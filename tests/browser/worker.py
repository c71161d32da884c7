"""The service worker as a test meets it: ready, woken by a network that is back, nudged by a push."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import CDPSession, Page


def ready(page: Page, address: str) -> None:
    """Opens a page and waits until the worker has made the app ready for no network."""
    page.goto(address)
    # The pages' policy forbids what Playwright's own waiting for an expression does.
    until(page, lambda: bool(page.evaluate("navigator.serviceWorker.controller !== null")))


def until(page: Page, true: Callable[[], bool]) -> None:
    """Waits for something outside the page; fails where it does not come to be."""
    for _turn in range(300):
        if true():
            return
        page.wait_for_timeout(50)
    assert true()


def wake(page: Page, origin: str) -> None:
    """Lets the browser think that the network is back: Chromium's own Background Sync, by its protocol."""
    protocol, number = _registration(page)
    told = {"origin": origin, "registrationId": number, "tag": "outbox", "lastChance": False}
    protocol.send("ServiceWorker.dispatchSyncEvent", told)


def nudge(page: Page, origin: str) -> None:
    """Delivers a push without content, as the push service of the browser's maker would."""
    protocol, number = _registration(page)
    told = {"origin": origin, "registrationId": number, "data": ""}
    protocol.send("ServiceWorker.deliverPushMessage", told)


def _registration(page: Page) -> tuple[CDPSession, str]:
    protocol = page.context.new_cdp_session(page)
    known: list[dict[str, Any]] = []
    protocol.on("ServiceWorker.workerRegistrationUpdated", lambda event: known.extend(event["registrations"]))
    protocol.send("ServiceWorker.enable")
    until(page, lambda: bool(known))
    return protocol, known[0]["registrationId"]
