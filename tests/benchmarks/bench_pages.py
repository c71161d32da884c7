"""The control room and the public maps at the largest size, in a real browser: time to a drawn map, bytes."""

import statistics
import time
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Error
from rich.console import Console
from rich.table import Table
from sqlalchemy.orm import Session

from api.signed import COOKIE
from geo import codes
from geo.models import Login, User
from tests.benchmarks.held import held, sizes
from tests.browser.conftest import OpenPage, Traffic, browser, open_page, running, traffic  # noqa: F401 (fixtures)
from tests.browser.worker import until

pytestmark = pytest.mark.benchmark_only
# Of each page what its data draw; sea, land and names are there before.
PAGES = {
    "/": ".cell-frame, .pin-frame",
    "/maps/incidents": ".bubble, .pin",
    "/maps/heatmap": "",
    "/maps/timeline": "",
    "/maps/districts": "path.choropleth",
    "/ioc": "",
}
PAINTED = """() => [...document.querySelectorAll("canvas")].some((canvas) => canvas.width
    && canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data
      .some((one, at) => at % 4 === 3 && one))
"""
RUNS, PATIENCE = 3, 120_000  # of each page; milliseconds


def operator(session: Session) -> str:
    """The cookie of an operator who signed in just now."""
    token, until = codes.token(), datetime.now(UTC) + timedelta(hours=1)
    user = User(role="operator", email=f"{token[:8]}@example.vn", name="Nguyễn Văn Sen")
    session.add(user)
    session.flush()
    hashed = codes.token_hash(token)
    session.add(Login(token_hash=hashed, user_id=user.id, complete=True, agent="", expires_at=until))
    return token


def test_pages_at_the_largest_size(open_page: OpenPage, traffic: Traffic) -> None:  # noqa: F811 (fixtures)
    size = max(sizes())
    table = Table(title=f"{size:,} reports, a desktop's browser with an empty cache", title_justify="left")
    for column in ("page", "a drawn map, ms", "bytes on the wire", "requests"):
        table.add_column(column, justify="left" if column == "page" else "right")
    with held(size) as one, running(one.settings.database_url or "", one.settings.data_dir) as live:
        with live.sessions.begin() as session:
            token = operator(session)
        for path, drawn in PAGES.items():
            times: list[float] = []
            for _run in range(RUNS):
                page = open_page()
                page.context.add_cookies([{"name": COOKIE, "value": token, "url": live.url}])
                traffic.wire.clear()
                begin = time.perf_counter()
                try:
                    answer = page.goto(live.url + path, timeout=PATIENCE)
                    if answer is None or answer.status != 200:
                        break  # the page is not there yet
                    if drawn:
                        page.wait_for_selector(drawn, state="attached", timeout=PATIENCE)
                    else:
                        until(page, lambda: bool(page.evaluate(PAINTED)))  # noqa: B023 (called at once)
                except Error as error:
                    table.add_row(path, error.message.splitlines()[0], "", "")
                    break
                times.append(time.perf_counter() - begin)
                page.wait_for_timeout(1_500)  # for what it still asks for; a live page is never idle
                page.context.close()
            else:
                sent = sum(count for _address, count in traffic.wire)
                table.add_row(path, f"{statistics.median(times) * 1e3:,.0f}", f"{sent:,}", str(len(traffic.wire)))
    Console(width=120).print(table)
