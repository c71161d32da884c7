"""Durable reports a second over HTTP, and one pin routed over HTTP, each beside a FastAPI endpoint that does nothing.

The cluster is durable here (fsync on), unlike the tests' own. Everything runs on the loopback: the load, two workers
and PostgreSQL share the machine's cores, in both halves of each comparison.
"""

import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import create_engine, text

from api.app import create_app
from api.installation import prepare
from api.schemas import ReportIn
from geo.database import build_engine, build_sessions, sqlalchemy_url
from geo.server import Cluster
from geo.settings import load

pytestmark = pytest.mark.benchmark_only
ROUNDS, SECONDS, CLIENTS = 5, 3.0, 16


def product() -> FastAPI:
    """The whole application, for a worker process."""
    settings = load()
    assert settings.database_url is not None
    return create_app(settings, build_sessions(build_engine(settings.database_url, pool_size=settings.pool_size)))


def peer() -> FastAPI:
    """What FastAPI itself costs: the same body validated, the same parameters read, nothing done."""
    app = FastAPI()

    @app.post("/api/v1/reports", status_code=201)
    def send(report: ReportIn) -> dict[str, str]:
        return {"category": report.category}

    @app.get("/api/v1/route")
    def route(lon: float, lat: float) -> dict[str, float]:
        return {"lon": lon, "lat": lat}

    return app


@contextmanager
def serving(factory: str, environment: dict[str, str]) -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "--factory", f"{Path(__file__).stem}:{factory}", "--workers", "2",
               "--app-dir", str(Path(__file__).parent), "--port", str(port), "--no-access-log", "--log-level", "error",
               "--loop", "uvloop", "--http", "httptools"]  # fmt: skip
    server = subprocess.Popen(command, env=os.environ | environment)
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert time.monotonic() < deadline
                assert server.poll() is None
                threading.Event().wait(0.1)
        yield port
    finally:
        server.terminate()
        server.wait(30)


def exchange(connection: socket.socket, request: bytes) -> bytes:
    """One request on a kept connection; the status line and what follows."""
    connection.sendall(request)
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += connection.recv(65_536)
    head, _blank, body = answer.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    while len(body) < length:
        body += connection.recv(65_536)
    return head + b"\r\n\r\n" + body


def load_of(port: int, make: Callable[[int], bytes], status: bytes, numbers: Iterator[int]) -> tuple[float, float]:
    """Requests a second from CLIENTS connections, and the median milliseconds of one."""
    times: list[float] = []
    stop = time.perf_counter() + SECONDS

    def client() -> None:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while (begin := time.perf_counter()) < stop:
                answer = exchange(connection, make(next(numbers)))
                assert answer.startswith(b"HTTP/1.1 " + status), answer
                times.append(time.perf_counter() - begin)

    begin = time.perf_counter()
    threads = [threading.Thread(target=client) for _number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(times) / (time.perf_counter() - begin), statistics.median(times) * 1e3


def post(number: int) -> bytes:
    body: dict[str, Any] = {
        "name": "Trần Thị Bưởi",
        "phone": f"0905{number % 1_000_000:06}",
        "truthful": True,
        "category": "giao-thong",
        "content": "Ổ gà lớn trước cổng chợ, nhiều người ngã xe.",
        "lon": 108.338 + number % 97 * 1e-4,
        "lat": 15.8794 + number % 89 * 1e-4,
    }
    data = json.dumps(body).encode()
    head = f"POST /api/v1/reports HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(data)}"
    return head.encode() + b"\r\n\r\n" + data


def get(number: int) -> bytes:
    lon, lat = 108.0 + number % 97 * 3e-3, 15.6 + number % 89 * 1e-3
    return f"GET /api/v1/route?lon={lon:.6f}&lat={lat:.6f} HTTP/1.1\r\nHost: x\r\n\r\n".encode()


def fsync_milliseconds(folder: Path) -> float:
    times = []
    with (folder / "probe").open("wb", buffering=0) as file:
        for _number in range(200):
            file.write(b"x" * 8_192)
            begin = time.perf_counter()
            os.fdatasync(file.fileno())
            times.append(time.perf_counter() - begin)
    return statistics.median(times) * 1e3


def compare(name: str, ours: int, theirs: int, make: Callable[[int], bytes], statuses: tuple[bytes, bytes]) -> None:
    numbers = count()
    rounds = [
        (load_of(ours, make, statuses[0], numbers), load_of(theirs, make, statuses[1], numbers))
        for _round in range(ROUNDS + 1)
    ][1:]
    mine = statistics.median(one[0][0] for one in rounds)
    bare = statistics.median(one[1][0] for one in rounds)
    latency = [statistics.median(one[side][1] for one in rounds) for side in (0, 1)]
    print(  # noqa: T201 (a benchmark speaks)
        f"\n{name}: {mine:,.0f}/s ({latency[0]:.1f} ms at {CLIENTS} clients)"
        f" beside {bare:,.0f}/s ({latency[1]:.1f} ms) of a bare FastAPI endpoint: {mine / bare:.2f}×"
    )


def test_reports_and_pins_over_http() -> None:
    folder = Path(tempfile.mkdtemp(prefix="quangnam-bench-"))
    folder.chmod(0o755)
    try:
        with Cluster(folder).used() as url:
            engine = create_engine(sqlalchemy_url(url))
            prepare(engine, b"a key for benchmarks only")
            with engine.connect() as connection:
                assert connection.scalar(text("SHOW fsync")) == "on"
                assert connection.scalar(text("SHOW synchronous_commit")) == "on"
            many = str(10**9)
            environment = {
                "QUANGNAM_DATABASE_URL": url,
                "QUANGNAM_DATA_DIR": str(folder),
                "QUANGNAM_LIMIT_ADDRESS_HOUR": many,
                "QUANGNAM_LIMIT_PHONE_HOUR": many,
            }
            print(f"\none fdatasync: {fsync_milliseconds(folder):.2f} ms")  # noqa: T201 (the same)
            with serving("product", environment) as ours, serving("peer", environment) as theirs:
                compare("durable POST /api/v1/reports", ours, theirs, post, (b"201", b"201"))
                compare("GET /api/v1/route", ours, theirs, get, (b"200", b"200"))
            with engine.connect() as connection:
                stored = connection.scalar(text("SELECT count(*) FROM reports"))
            print(f"{stored:,} reports stored")  # noqa: T201 (the same)
            engine.dispose()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
