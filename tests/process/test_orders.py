"""kill -9 while a file is written: the next worker writes it whole, and the web knows of it after a restart too."""

import os
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest

from api import demo
from geo.database import build_engine
from geo.settings import Settings
from tests.process.test_kills import PATIENCE, SECRET, Program

REPORTS = 4_000


@pytest.fixture
def env(fresh_database_url: str, tmp_path: Path) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("QUANGNAM_")}
    return clean | {
        "QUANGNAM_DATABASE_URL": fresh_database_url,
        "QUANGNAM_DATA_DIR": str(tmp_path),
        "QUANGNAM_SECRET_KEY": SECRET,
    }


def wait(found: Callable[[], Any]) -> Any:
    """What is found at last; fails where it never is."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            if (value := found()) is not None:
                return value
        except httpx.HTTPError:
            pass
        threading.Event().wait(0.02)
    raise AssertionError("waited in vain")


def test_a_file_survives_the_death_of_its_worker_and_of_the_web(
    env: dict[str, str], fresh_database_url: str, tmp_path: Path
) -> None:
    engine = build_engine(fresh_database_url)
    demo.load(engine, Settings(data_dir=tmp_path, secret_key=SECRET), REPORTS)
    engine.dispose()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    base = f"http://127.0.0.1:{port}"
    web, worker = Program(env, "serve", "--port", str(port)), Program(env, "worker")

    def place() -> str | None:
        answer = httpx.post(f"{base}/api/v1/exports?format=xlsx", timeout=60)
        return answer.headers["location"] if answer.status_code == 202 else None

    def state(*wanted: str) -> Callable[[], dict[str, Any] | None]:
        def ask() -> dict[str, Any] | None:
            told: dict[str, Any] = httpx.get(base + where, timeout=60).json()
            return told if told["state"] in wanted else None

        return ask

    try:
        where: str = wait(place)
        assert wait(state("running", "ready"))["state"] == "running"
        for program in (worker, web):
            program.kill()
            program.start()
        assert wait(state("running", "waiting"))  # nobody has given it up
        ready = wait(state("ready", "failed"))
        assert (ready["state"], ready["rows"]) == ("ready", REPORTS)
        file = httpx.get(ready["link"], timeout=60)
        assert len(file.content) == ready["size"]
        assert file.content.startswith(b"PK")
    finally:
        for program in (web, worker):
            program.kill()
