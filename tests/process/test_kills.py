"""kill -9 in the middle of a thousand steps: what was acknowledged is there and told, and nothing is invented."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2 as httpx
import psycopg
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo import api_keys, codes, reports, workflow
from geo.database import build_engine, build_sessions
from geo.models import Unit, User
from geo.permissions import Actor
from geo.reports import Draft
from tests.api.conftest import Gateway, gateway

__all__ = ["gateway"]
REPORTS = 500  # two steps each
SECRET = "a key for tests only"
PATIENCE = 120  # seconds for everything to be told


class Program:
    """A command of the program that is killed and started again."""

    def __init__(self, env: dict[str, str], *arguments: str) -> None:
        self._command, self._env = [sys.executable, "-m", "api", *arguments], env
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(
            self._command, env=self._env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()


@pytest.fixture
def env(fresh_database_url: str, tmp_path: Path, gateway: Gateway) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("QUANGNAM_")}
    return clean | {
        "QUANGNAM_DATABASE_URL": fresh_database_url,
        "QUANGNAM_DATA_DIR": str(tmp_path),
        "QUANGNAM_SECRET_KEY": SECRET,
        "QUANGNAM_SMS_URL": gateway.url,
        "QUANGNAM_LIMIT_KEY_HOUR": "1000000",
    }


@pytest.fixture
def prepared(fresh_database_url: str) -> tuple[str, dict[str, str]]:
    """An operator's API key, and the reports to work on with the phone of each."""
    engine = build_engine(fresh_database_url)
    with build_sessions(engine).begin() as session:
        user = User(role="operator", email="ioc@example.vn", name="Võ Thị Sáu")
        session.add(user)
        session.flush()
        key = api_keys.make(session, user, name="kiểm thử", scope="steps", days=1)
        found = {_report(session, number): f"+84905{number:06d}" for number in range(REPORTS)}
    engine.dispose()
    return key, found


def _report(session: Session, number: int) -> str:
    phone = f"+84905{number:06d}"
    draft = Draft("Trần Thị Bưởi", phone, "giao-thong", "Ổ gà lớn trước cổng chợ", 108.338, 15.8794, "api")
    report = reports.create(
        session,
        draft,
        category=reports.category(session, "giao-thong"),
        unit_id=session.scalars(select(Unit.id).where(Unit.code == "ubnd-503")).one(),
        area_code="503",
        commune_code=None,
        needs_confirmation=False,
        token=codes.token(),
        secret=SECRET.encode(),
    )
    workflow.apply(session, report, "receive", Actor("sender"), door="api")
    return report.code


@pytest.fixture
def port() -> int:
    import socket  # noqa: PLC0415 (what only this needs)

    with socket.create_server(("127.0.0.1", 0)) as free:
        found: int = free.getsockname()[1]
    return found


def steps(base: str, key: str, code: str, done: Counter[str]) -> list[str]:
    """Accepts and asks, again and again until each is acknowledged; which were, as far as was heard."""
    heard = []
    at = f"{base}/api/v1/reports/{code}/actions"
    headers = {"Authorization": f"Bearer {key}"}
    for action, said in (("accept", {}), ("ask", {"text": "Ổ gà nằm ở làn nào?"})):
        wanted = {"accept": "in_progress", "ask": "needs_info"}[action]
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                now = httpx.get(at, headers=headers, timeout=60).json()
                if now["state"] == wanted:
                    break  # it was taken, and the answer was lost with the process
                told = httpx.post(
                    f"{at}/{action}", json=said | {"version": now["version"]}, headers=headers, timeout=60
                )
                if told.status_code == 200:
                    heard.append(action)
                    break
            except (httpx.HTTPError, KeyError, ValueError):
                continue
        done[action] += 1
    return heard


def test_no_step_is_lost_and_none_invented(
    env: dict[str, str],
    prepared: tuple[str, dict[str, str]],
    port: int,
    fresh_database_url: str,
    gateway: Gateway,
) -> None:
    key, phones = prepared
    base, done = f"http://127.0.0.1:{port}", Counter[str]()
    web, worker = Program(env, "serve", "--port", str(port)), Program(env, "worker")
    stopping = threading.Event()

    def killing() -> None:
        for share, program in ((0.15, web), (0.3, worker), (0.45, web), (0.6, worker), (0.75, web)):
            while done.total() < share * 2 * REPORTS and not stopping.is_set():
                stopping.wait(0.02)
            program.kill()
            program.start()

    killer = threading.Thread(target=killing)
    killer.start()
    try:
        with ThreadPoolExecutor(4) as pool:
            work: Callable[[str], list[str]] = lambda code: steps(base, key, code, done)  # noqa: E731
            heard = dict(zip(phones, pool.map(work, phones), strict=True))
        killer.join()
        told = _wait_for(gateway, REPORTS)
    finally:
        stopping.set()
        killer.join()
        for program in (web, worker):
            program.kill()
    with psycopg.connect(fresh_database_url) as connection:
        rows = connection.execute(
            "SELECT r.code, e.action FROM events e JOIN reports r ON r.id = e.report_id"
        ).fetchall()
    events = Counter((code, action) for code, action in rows)
    for code, acknowledged in heard.items():
        for action in acknowledged:
            assert events[code, action] == 1, (code, action)
    assert set(events.values()) == {1}
    assert len(rows) == 3 * REPORTS
    # Each sender was told, perhaps twice; a repeat has the number of the first.
    assert {said["to"] for said in told} == set(phones.values())
    numbers = {said["id"]: said["to"] for said in told}
    assert len(numbers) == REPORTS


def _wait_for(gateway: Gateway, count: int) -> list[Any]:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        told = gateway.bodies()
        if len({said["id"] for said in told}) >= count:
            return told
        threading.Event().wait(0.2)
    return gateway.bodies()
