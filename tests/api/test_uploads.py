"""The tus protocol as its documents have it, spoken by hand and by somebody else's client."""

import hashlib
import io
import re
import socket
import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from threading import Event
from typing import Any
from urllib.parse import urlsplit

import httpx2 as httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, sessionmaker
from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError

from api.app import create_app
from api.body_limit import PART
from api.delivery import worker
from geo import uploaded
from geo.models import Upload, UploadPart
from geo.settings import Settings
from tests.browser.conftest import Live, serve

__all__ = ["serve"]
DOOR = "/api/v1/uploads"
TUS = {"Tus-Resumable": "1.0.0"}
BODY = {"Content-Type": "application/offset+octet-stream"}


def begin(client: TestClient | httpx.Client, length: int) -> str:
    answer = client.post(DOOR, headers=TUS | {"Upload-Length": str(length)})
    assert answer.status_code == 201, answer.text
    return str(answer.headers["location"])


def part(client: TestClient | httpx.Client, address: str, offset: int, data: bytes, **headers: str) -> Any:
    return client.patch(address, content=data, headers=TUS | BODY | {"Upload-Offset": str(offset)} | headers)


def test_what_the_server_can_do(client: TestClient, settings: Settings) -> None:
    told = client.options(DOOR)
    assert told.status_code == 204
    assert told.headers["tus-version"] == told.headers["tus-resumable"] == "1.0.0"
    assert set(told.headers["tus-extension"].split(",")) == {"creation", "expiration", "termination"}
    assert told.headers["tus-max-size"] == str(settings.max_video_bytes)


def test_a_file_in_two_parts(client: TestClient, session: Session) -> None:
    address = begin(client, 10)
    assert re.fullmatch(DOOR + r"/[A-Za-z0-9_\-]{32}", address)
    first = part(client, address, 0, b"hello")
    assert (first.status_code, first.headers["upload-offset"], first.content) == (204, "5", b"")
    assert (
        parsedate_to_datetime(first.headers["upload-expires"])
        == session.scalars(select(func.date_trunc("second", Upload.expires_at))).one()
    )
    asked = client.head(address, headers=TUS)
    assert asked.status_code == 200
    assert (asked.headers["upload-offset"], asked.headers["upload-length"]) == ("5", "10")
    assert asked.headers["cache-control"] == "no-store"
    assert part(client, address, 5, b"world").headers["upload-offset"] == "10"
    assert session.scalars(select(Upload.sha256)).one() == hashlib.sha256(b"helloworld").digest()


def test_every_answer_names_the_version_and_another_one_is_refused(client: TestClient, session: Session) -> None:
    address = begin(client, 10)
    for headers in ({}, {"Tus-Resumable": "0.2.2"}):
        told = client.patch(address, content=b"hello", headers=BODY | headers | {"Upload-Offset": "0"})
        assert (told.status_code, told.headers["tus-version"]) == (412, "1.0.0")
        assert told.headers["content-type"] == "application/problem+json"
        assert told.headers["tus-resumable"] == "1.0.0"
    assert session.scalars(select(Upload.received)).one() == 0
    missing = client.head(f"{DOOR}/none", headers=TUS)
    assert (missing.status_code, missing.headers["tus-resumable"]) == (404, "1.0.0")
    assert "upload-offset" not in missing.headers


def test_what_is_wrong_with_a_part(client: TestClient, session: Session) -> None:
    address = begin(client, 10)
    conflict = part(client, address, 3, b"hello")
    assert (conflict.status_code, conflict.json()["offset"]) == (409, 0)
    assert part(client, address, 0, b"hello", **{"Content-Type": "application/octet-stream"}).status_code == 415
    assert part(client, address, 0, b"hello world").status_code == 413
    assert part(client, address, 0, b"x" * (PART + 1)).status_code == 413
    assert part(client, address, -1, b"hello").status_code == 422
    assert part(client, f"{DOOR}/{'A' * 32}", 0, b"hello").status_code == 404
    assert session.scalar(select(func.count()).select_from(UploadPart)) == 0


@pytest.mark.parametrize(("length", "status"), [("60000001", 413), ("0", 422), ("-1", 422), ("ten", 422), (None, 422)])
def test_what_is_not_begun(client: TestClient, session: Session, length: str | None, status: int) -> None:
    told = client.post(DOOR, headers=TUS | ({"Upload-Length": length} if length else {}))
    assert told.status_code == status
    assert told.headers["content-type"] == "application/problem+json"
    assert session.scalars(select(Upload)).all() == []


def test_an_ended_and_an_expired_upload_are_gone(client: TestClient, session: Session) -> None:
    address, other = begin(client, 10), begin(client, 10)
    assert client.delete(address, headers=TUS).status_code == 204
    session.execute(update(Upload).values(expires_at=func.now()))
    session.commit()
    for gone in (address, other):
        assert client.head(gone, headers=TUS).status_code == 404
        assert part(client, gone, 0, b"hello").status_code == 404
        assert client.delete(gone, headers=TUS).status_code == 404


def test_a_method_may_be_overridden(client: TestClient) -> None:
    address = begin(client, 5)
    headers = TUS | BODY | {"Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH"}
    assert client.post(address, content=b"hello", headers=headers).status_code == 204
    assert client.get(address, headers=TUS | {"X-HTTP-Method-Override": "HEAD"}).headers["upload-offset"] == "5"
    assert client.post(address, headers=TUS | {"X-HTTP-Method-Override": "DELETE"}).status_code == 204


def test_requests_are_counted_by_device_and_address(
    client: TestClient, settings: Settings, sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    address = begin(client, 10)
    monkeypatch.setattr("api.routes.uploads.PER_HOUR", 3)
    answers = [part(client, address, 0, b"").status_code for _number in range(4)]
    assert answers == [204, 204, 429, 429]
    monkeypatch.setattr("api.routes.uploads.PER_ADDRESS", 4)
    with TestClient(create_app(settings, sessions)) as another:
        assert [part(another, address, 0, b"").status_code for _number in range(2)] == [204, 429]


@pytest.fixture
def live(serve: Any) -> Iterator[Live]:
    return serve()


def stored(live: Live, address: str) -> bytes:
    with live.sessions() as session:
        token = address.rpartition("/")[2]
        (data,) = uploaded.read(session, uploaded.whole(session, [token], live.settings))
        return data


def test_a_client_of_somebody_else_sends_and_resumes(live: Live) -> None:
    data = bytes(range(256)) * 10_000
    client = TusClient(f"{live.url}{DOOR}")
    first = client.uploader(file_stream=io.BytesIO(data), chunk_size=300_000)
    first.upload(stop_at=900_000)
    assert first.offset == 900_000
    again = client.uploader(file_stream=io.BytesIO(data), chunk_size=PART, url=first.url)
    assert again.offset == 900_000
    again.upload()
    assert stored(live, again.url) == data
    httpx.delete(again.url, headers=TUS).raise_for_status()
    with pytest.raises(TusCommunicationError):
        client.uploader(file_stream=io.BytesIO(data), url=again.url)


def test_what_came_of_a_part_that_broke_off_is_kept_and_gone_on_from(live: Live) -> None:
    data = hashlib.shake_128(b"a photo").digest(900_000)
    address = httpx.post(f"{live.url}{DOOR}", headers=TUS | {"Upload-Length": "900000"}).headers["location"]
    headers = {**TUS, **BODY, "Host": "x", "Upload-Offset": "0", "Content-Length": "900000"}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    with socket.create_connection((urlsplit(live.url).hostname, urlsplit(live.url).port)) as line:
        line.sendall(f"PATCH {address} HTTP/1.1\r\n{lines}\r\n".encode() + data[:600_000])
    deadline, offset = time.monotonic() + 20, 0
    while offset == 0 and time.monotonic() < deadline:
        Event().wait(0.02)
        offset = int(httpx.head(live.url + address, headers=TUS).headers["upload-offset"])
    assert 0 < offset <= 600_000
    rest = data[offset:]
    told = httpx.patch(live.url + address, content=rest, headers=TUS | BODY | {"Upload-Offset": str(offset)})
    assert told.headers["upload-offset"] == "900000"
    assert stored(live, address) == data


def test_the_worker_forgets_every_hour_what_expired(live: Live) -> None:
    for _number in range(2):
        httpx.post(f"{live.url}{DOOR}", headers=TUS | {"Upload-Length": "9"}).raise_for_status()
    with live.sessions.begin() as session:
        first = session.scalars(select(Upload).order_by(Upload.id)).first()
        first.expires_at = func.now()
    app = worker.build(live.engine.url.render_as_string(hide_password=False), live.settings, live.sessions)
    (periodic,) = [one for one in app.periodic_registry.periodic_tasks.values() if one.task.name == "sweep"]
    assert periodic.cron == "27 * * * *"
    periodic.task(timestamp=0)
    with live.sessions() as session:
        assert session.scalar(select(func.count()).select_from(Upload)) == 1
