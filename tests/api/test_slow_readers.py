"""Who reads an export slowly, stops, or goes away."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from api import download
from api.app import create_app
from api.routes import exports
from geo.database import build_sessions
from geo.models import Export, Report
from geo.settings import Settings
from maps.export import rows
from tests.browser.conftest import Live, running

RUNNING = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND query LIKE 'COPY%' AND state = 'active'
    """


@pytest.fixture
def session(own: Engine) -> Iterator[Session]:
    with Session(own) as session:
        yield session


@pytest.fixture
def client(own: Engine, settings: Settings) -> Iterator[TestClient]:
    # A stream outlives the request's session: it needs connections that are really apart.
    with TestClient(create_app(settings, build_sessions(own)), base_url="http://testserver") as client:
        yield client


@pytest.fixture
def much(session: Session, make_report: Callable[..., Report], monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports of 20 megabytes, more than the sockets between hold."""
    monkeypatch.setattr(rows, "BATCH", 100)
    monkeypatch.setattr(rows, "TEXTS", 100)
    for _number in range(40):
        make_report(content="Ổ gà " * 350, accepted=True)
    for _doubling in range(8):
        session.execute(text("""
            INSERT INTO reports (code, state, category_id, unit_id, content, words, point, public_point, published_at,
                door, demo, needs_confirmation, version)
            SELECT 'X' || nextval(pg_get_serial_sequence('reports', 'id')), state, category_id, unit_id, content,
                words, point, public_point, published_at, door, demo, needs_confirmation, version FROM reports
        """))  # fmt: skip
    session.commit()


def comes(session: Session, query: Any, wanted: object) -> None:
    deadline = time.monotonic() + 30
    while session.scalar(query) != wanted:
        session.rollback()
        assert time.monotonic() < deadline
        threading.Event().wait(0.02)


def reading(live: Live) -> socket.socket:
    """A reader who asks for everything and reads no more than the beginning."""
    host, _colon, port = live.url.removeprefix("http://").partition(":")
    reader = socket.create_connection((host, int(port)), timeout=30)
    reader.sendall(b"GET /api/v1/export?format=geojson HTTP/1.1\r\nHost: x\r\n\r\n")
    assert b"200" in reader.recv(100)
    return reader


def ended(reader: socket.socket) -> int:
    """How many bytes still come before the server's end of the connection is closed."""
    found = 0
    with suppress(ConnectionResetError):
        while piece := reader.recv(1 << 20):
            found += len(piece)
    return found


@pytest.mark.usefixtures("much")
def test_who_goes_away_leaves_nothing_running(session: Session, fresh_database_url: str, tmp_path: Path) -> None:
    with running(fresh_database_url, tmp_path) as live:
        with reading(live):
            comes(session, text(RUNNING), 1)  # it waits for the reader
        comes(session, text(RUNNING), 0)
        comes(session, select(Export.state), "cancelled")  # so the register has it


@pytest.mark.usefixtures("much")
def test_who_stops_reading_is_cut_off(
    session: Session, fresh_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "PATIENCE", 0.3)
    with running(fresh_database_url, tmp_path) as live, reading(live) as first, reading(live) as second:
        comes(session, select(func.count()).where(Export.state == "cancelled"), 2)
        comes(session, text(RUNNING), 0)
        for reader in (first, second):
            assert ended(reader) < 20_000_000
        reading(live).close()  # the places are free again


@pytest.mark.usefixtures("much")
def test_who_reads_too_slowly_has_an_end_too(
    session: Session, fresh_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "LONGEST", 0.3)
    with running(fresh_database_url, tmp_path) as live, reading(live):
        comes(session, select(Export.state), "cancelled")


def test_what_fails_here_is_not_the_readers_doing(
    client: TestClient, session: Session, make_report: Callable[..., Report], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_report()
    session.commit()

    def broken(*_given: object) -> Iterator[bytes]:
        yield b"{"
        raise RuntimeError("broken")

    monkeypatch.setattr(exports, "stream", broken)
    with pytest.raises(RuntimeError, match="broken"):
        client.get("/api/v1/export")
    assert session.scalars(select(Export.state)).one() == "failed"
