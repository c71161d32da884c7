"""Reports whose photos came before them, in parts."""

import json
import socket
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import httpx2 as httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from api.app import create_app
from api.intake import _fingerprint
from geo.database import build_engine, build_sessions
from geo.models import Media, Report, Upload, UploadPart
from geo.reports import Draft
from geo.settings import Settings
from tests.api.test_media import photo
from tests.api.test_uploads import begin, part
from tests.browser.conftest import Live, serve

__all__ = ["serve"]
JSON = {"Content-Type": "application/json"}
Body = dict[str, Any]


def uploaded(client: TestClient | httpx.Client, data: bytes) -> str:
    address = begin(client, len(data))
    middle = len(data) // 2
    for offset, piece in ((0, data[:middle]), (middle, data[middle:])):
        assert part(client, address, offset, piece).status_code == 204
    return address.rpartition("/")[2]


def send(client: TestClient, body: Body, *tokens: str, key: str | None = None) -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    return client.post("/api/v1/reports", json=body | {"uploads": list(tokens)}, headers=headers)


def count(session: Session, table: type = Report) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_report_takes_the_photos_that_came_before(client: TestClient, session: Session, body: Body) -> None:
    tokens = [uploaded(client, photo("red")), uploaded(client, photo("blue"))]
    answer = send(client, body, *tokens)
    assert answer.status_code == 201, answer.text
    assert (count(session, Media), count(session, UploadPart)) == (2, 0)
    assert session.scalars(select(Upload.report_id)).all() == session.scalars(select(Report.id)).all() * 2


def test_after_a_lost_answer_the_same_request_gets_the_same_receipt(
    client: TestClient, session: Session, body: Body
) -> None:
    key, token = str(uuid.uuid4()), uploaded(client, photo())
    first = send(client, body, token, key=key)
    again = send(client, body, token, key=key)
    # The phone that does not know whether its upload lived sends it anew.
    anew = send(client, body, uploaded(client, photo()), key=key)
    assert [answer.status_code for answer in (first, again, anew)] == [201, 201, 201]
    assert first.json() == again.json() == anew.json()
    assert (count(session), count(session, Media)) == (1, 1)
    other = send(client, body, uploaded(client, photo("blue")), key=key)
    assert other.status_code == 409


def test_a_form_with_the_same_photo_is_the_same_request(client: TestClient, session: Session, body: Body) -> None:
    headers = {"Idempotency-Key": "a-key-of-mine"}
    first = send(client, body, uploaded(client, photo()), key="a-key-of-mine")
    fields = [(name, (None, str(value))) for name, value in body.items()] + [("media", ("a.jpg", photo()))]
    assert client.post("/api/v1/reports", files=fields, headers=headers).json() == first.json()
    assert count(session) == 1


def test_an_upload_that_is_not_here_whole_is_asked_for_again(client: TestClient, session: Session, body: Body) -> None:
    there, half = uploaded(client, photo()), begin(client, 10).rpartition("/")[2]
    expired, used = uploaded(client, photo()), uploaded(client, photo())
    hashes = select(Upload.id).order_by(Upload.id.desc()).limit(1).offset(1).scalar_subquery()
    session.execute(update(Upload).where(Upload.id == hashes).values(expires_at=func.now()))
    session.commit()
    send(client, body, used).raise_for_status()
    for gone in (half, expired, used, "A" * 32, "%00"):
        answer = send(client, body, there, gone)
        assert answer.status_code == 422
        problem = answer.json()
        assert (problem["type"], problem["gone"]) == ("/problems/upload-gone", [gone])
        assert [fault["field"] for fault in problem["errors"]] == ["uploads"]
    assert count(session) == 1
    assert send(client, body, there).status_code == 201


def test_a_photo_that_is_none_leaves_the_upload_as_it_was(client: TestClient, session: Session, body: Body) -> None:
    token = uploaded(client, b"<html>no photo")
    for _time in range(2):
        answer = send(client, body, token)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "media")
    assert (count(session), count(session, UploadPart)) == (0, 2)


def test_more_than_one_report_may_have_is_refused_before_it_is_read(
    client: TestClient, session: Session, body: Body
) -> None:
    tokens = [uploaded(client, bytes([number])) for number in range(4)]
    session.execute(update(Upload).values(length=60_000_000))
    session.commit()
    answer = send(client, body, *tokens)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "uploads")
    assert send(client, body, *["A"] * 61).status_code == 422


@pytest.fixture
def own(fresh_database_url: str, settings: Settings) -> Iterator[TestClient]:
    """The application on a database where transactions are real."""
    engine = build_engine(fresh_database_url, pool_size=8)
    with TestClient(create_app(settings, build_sessions(engine))) as client:
        yield client
    engine.dispose()


def test_the_same_request_many_times_at_once_makes_one_report(own: TestClient, body: Body) -> None:
    key, token = str(uuid.uuid4()), uploaded(own, photo())
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _number: send(own, body, token, key=key), range(12)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1


def test_two_reports_cannot_have_the_same_upload(own: TestClient, body: Body, settings: Settings) -> None:
    token = uploaded(own, photo())
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _number: send(own, body, token, key=str(uuid.uuid4())), range(6)))
    assert sorted(answer.status_code for answer in answers) == [201] + [422] * 5
    # A refusal leaves no file of the report that was not made.
    assert len(list(settings.media_dir.rglob("*.jpg"))) == 2


def test_an_answer_that_was_never_read_is_given_again(serve: Any, body: Body) -> None:
    live: Live = serve()
    host = urlsplit(live.url)
    with httpx.Client(base_url=live.url) as client:
        for number in range(10):
            key, said = str(uuid.uuid4()), body | {"phone": f"090512345{number}"}
            text = json.dumps(said | {"uploads": [uploaded(client, photo())]}).encode()
            head = (
                "POST /api/v1/reports HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                f"Idempotency-Key: {key}\r\nContent-Length: {len(text)}\r\n\r\n"
            )
            with socket.create_connection((host.hostname, host.port)) as line:
                line.sendall(head.encode() + text)
            # It may be on its way through the server still.
            again = client.post("/api/v1/reports", content=text, headers={"Idempotency-Key": key} | JSON)
            assert again.status_code == 201, again.text
    with live.sessions() as session:
        assert count(session) == count(session, Media) == 10


def test_a_retry_across_an_update_of_the_program_is_the_same_request() -> None:
    draft = Draft("Trần Thị Bưởi", "+84905123456", "giao-thong", "Ổ gà lớn trước cổng chợ", 108.338, 15.8794, "api")
    # As the program computed it before there were areas to choose and communes.
    known = "5cc00cd3fcc6d684535a78011738bd6ed182be565d57634739b2dd80faf7eb28"
    assert _fingerprint(draft, [b"x"], []).hex() == known
