"""The live stream: from POST to a second browser's screen, thousands of open streams, memory while they come and go.

The cluster is durable here. Everything runs on the loopback: browser, readers, the web process (one, on its own) and
PostgreSQL share the machine's cores.
"""

import os
import resource
import selectors
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import create_engine

from api.installation import prepare
from geo.database import sqlalchemy_url
from geo.server import Cluster
from maps.assets.npm import NODE
from tests.benchmarks.bench_intake import exchange, post
from tests.browser.conftest import CHROMIUM, FLAGS
from tests.browser.worker import until

pytestmark = pytest.mark.benchmark_only
POSTS, OTHERS = 200, 500
STREAMS = 2_000
ROUNDS, PER_ROUND, READERS = 20, 250, 4  # 5,000 streams that come, are told and go: an hour of a busy evening
GET = b"GET /api/v1/stream HTTP/1.1\r\nHost: x\r\nAccept-Encoding: br\r\n\r\n"


def say(text: str) -> None:
    print(f"\n{text}", flush=True)  # noqa: T201 (a benchmark speaks)


@contextmanager
def serving() -> Iterator[tuple[int, int]]:
    """The program on a database of its own; its port and the number of its process."""
    folder = Path(tempfile.mkdtemp(prefix="quangnam-bench-"))
    folder.chmod(0o755)
    many = str(10**9)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    try:
        with Cluster(folder).used() as url:
            engine = create_engine(sqlalchemy_url(url))
            prepare(engine, b"a key for benchmarks only")
            engine.dispose()
            environment = {
                "QUANGNAM_DATABASE_URL": url,
                "QUANGNAM_DATA_DIR": str(folder),
                "QUANGNAM_BASEMAP_URL": "",
                "QUANGNAM_LIMIT_ADDRESS_HOUR": many,
                "QUANGNAM_LIMIT_PHONE_HOUR": many,
            }
            command = [sys.executable, "-m", "api", "serve", "--port", str(port)]
            server = subprocess.Popen(command, env=os.environ | environment, stdout=subprocess.PIPE)
            try:
                assert server.stdout is not None
                assert server.stdout.readline()  # the address: it serves
                yield port, server.pid
            finally:
                began = time.perf_counter()
                server.terminate()
                server.wait(30)
                say(f"stopped in {time.perf_counter() - began:.1f} s")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def megabytes(pid: int) -> float:
    """What a process has in memory."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def processor(pid: int) -> float:
    """Milliseconds of processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") * 1e3


class Crowd:
    """Many open streams, read by one thread that counts the events on each."""

    def __init__(self, port: int, count: int) -> None:
        self.told = np.zeros(count, np.int64)
        self.last = 0.0
        self._port, self._selector = port, selectors.DefaultSelector()
        self._sockets = [self._open(number) for number in range(count)]
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _open(self, number: int) -> socket.socket:
        made = socket.create_connection(("127.0.0.1", self._port))
        made.sendall(GET)
        self._selector.register(made, selectors.EVENT_READ, number)
        # Begun, so that the next event is one for it too.
        answer = b""
        while b"retry:" not in answer:
            answer += made.recv(4_096)
        return made

    def _read(self) -> None:
        while not self._over.is_set():
            for key, _mask in self._selector.select(0.2):
                assert isinstance(key.fileobj, socket.socket)
                found = key.fileobj.recv(65_536).count(b"event: report")
                self.told[key.data] += found
                self.last = time.perf_counter() if found else self.last

    def until(self, events: int, seconds: float = 60) -> bool:
        """Waits until each stream has had so many events."""
        until = time.perf_counter() + seconds
        while self.told.min() < events and time.perf_counter() < until:
            self._over.wait(0.005)
        return bool(self.told.min() >= events)

    def close(self) -> None:
        """Leaves, as a browser does that is closed."""
        self._over.set()
        self._thread.join()
        for one in self._sockets:
            one.close()


def send(port: int, number: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        assert exchange(connection, post(number)).startswith(b"HTTP/1.1 201")


@contextmanager
def chromium() -> Iterator[Browser]:
    os.environ["PLAYWRIGHT_NODEJS_PATH"] = str(NODE / "bin" / "node")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


# The moments at which a ring is in the page, by the same clock as the sender's; the next frame shows it.
DRAWN = """
window.drawn = [];
new MutationObserver((changes) => {
  const added = changes.flatMap(({ addedNodes }) => [...addedNodes]);
  if (added.some((one) => one.classList?.contains("pulse"))) drawn.push(Date.now());
}).observe(document, { subtree: true, childList: true });
"""


def test_from_a_post_to_a_second_browsers_screen() -> None:
    with serving() as (port, pid), chromium() as browser:
        crowd = Crowd(port, OTHERS)
        watching = browser.new_page()
        watching.add_init_script(DRAWN)
        watching.goto(f"http://127.0.0.1:{port}/maps/incidents")
        watching.wait_for_selector("#live:not(:empty)")
        times = []
        for number in range(POSTS):
            began = time.time() * 1e3
            send(port, number)  # not by a browser, of whose reports an hour has only so many
            # Not by Playwright's own waiting for an expression, which the pages' policy forbids.
            until(watching, lambda: watching.evaluate("drawn.length") > number)  # noqa: B023 (called at once)
            times.append(watching.evaluate("drawn.at(-1)") - began)
        assert crowd.until(POSTS)
        say(
            f"POST to the ring on a second browser's screen, {OTHERS} other streams open, {POSTS} posts:"
            f" median {statistics.median(times):.0f} ms, p95 {np.percentile(times, 95):.0f} ms,"
            f" most {max(times):.0f} ms (web process {megabytes(pid):.0f} MB)"
        )
        crowd.close()


def test_thousands_of_streams_on_one_process() -> None:
    with serving() as (port, pid):
        send(port, 0)
        before = megabytes(pid)
        began = time.perf_counter()
        crowd = Crowd(port, STREAMS)
        opened, full = time.perf_counter() - began, megabytes(pid)
        taken, used = [], processor(pid)
        for number in range(10):
            began = time.perf_counter()
            send(port, number + 1)
            assert crowd.until(number + 1)
            taken.append((crowd.last - began) * 1e3)
        say(
            f"{STREAMS:,} open streams: opened in {opened:.1f} s, {full - before:.0f} MB more than {before:.0f} MB"
            f" ({(full - before) / STREAMS * 1e3:.0f} kB each); POST to the last of them:"
            f" median {statistics.median(taken):.0f} ms, most {max(taken):.0f} ms,"
            f" {(processor(pid) - used) / 10:.0f} ms of processor time; every stream had every event"
        )
        crowd.close()


def test_memory_while_streams_come_and_go() -> None:
    with serving() as (port, pid):
        send(port, 0)
        sizes = []
        for number in range(ROUNDS):
            crowd = Crowd(port, PER_ROUND)
            for one in range(READERS):
                send(port, 1 + number * READERS + one)
            assert crowd.until(READERS)
            crowd.close()
            sizes.append(megabytes(pid))
        half = ROUNDS // 2
        say(
            f"{ROUNDS * PER_ROUND:,} streams that came and went, {PER_ROUND} at a time, {READERS} reports each:"
            f" {sizes[0]:.0f} MB after the first round, {statistics.mean(sizes[:half]):.0f} MB in the first half,"
            f" {statistics.mean(sizes[half:]):.0f} MB in the second, most {max(sizes):.0f} MB"
        )
        # What each stream leaves behind would show: the first rounds warm up, the rest are halves of many streams each.
        steady = sizes[2:]
        half = len(steady) // 2
        left = (statistics.mean(steady[half:]) - statistics.mean(steady[:half])) / (half * PER_ROUND) * 1e3
        say(f"left behind by a stream: {left:.2f} kB")
        assert left < 2


soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
