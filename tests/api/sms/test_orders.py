"""One draft, two doors: the message first, the app first, both at once, and each of them again."""

import io
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from fastapi.testclient import TestClient
from PIL import Image
from pydantic import SecretStr
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from api.app import create_app
from geo import idempotency, senders, workflow
from geo.database import build_engine, build_sessions
from geo.geometry import position
from geo.inbound import link_token
from geo.models import Event, Media, Report, Sender, SmsMessage
from geo.permissions import SYSTEM
from geo.settings import Settings

SECRET = b"a key for tests only"
KEY = "the gateway's own key"
DRAFT = "0d9bd2c2-8f0a-4f5e-9a55-2d1f6a1b7c3e"  # the idempotency key that the phone made
Body = dict[str, Any]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"sms_inbound_key": SecretStr(KEY)})


@pytest.fixture
def photo() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (64, 48), "orange").save(file, "JPEG")
    return file.getvalue()


def text_it(client: TestClient, number: str = "gw-1", draft: str = DRAFT, sender: str = "0905 123 456") -> Any:
    words = f"QN {idempotency.reference(draft)} GT 15.87940,108.33800 o ga lon truoc"
    body = {"from": sender, "text": words, "id": number}
    return client.post("/sms/inbound", json=body, headers={"Authorization": f"Bearer {KEY}"})


def send_it(client: TestClient, body: Body, *photos: bytes, draft: str = DRAFT) -> Any:
    files = [(name, (None, str(value))) for name, value in body.items()]
    files += [("media", ("a.jpg", photo, "image/jpeg")) for photo in photos]
    return client.post("/api/v1/reports", files=files, headers={"Idempotency-Key": draft})


def counted(session: Session, model: Any) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def actions(session: Session) -> list[str]:
    return list(session.scalars(select(Event.action).order_by(Event.id)))


def test_the_app_completes_what_the_message_began(
    client: TestClient, session: Session, body: Body, photo: bytes
) -> None:
    code = text_it(client).json()["code"]
    told = send_it(client, body | {"phone": "0905 999 888", "accuracy": 12}, photo)
    assert (told.status_code, told.json()["code"]) == (201, code)
    assert told.json()["unit"]["code"] == "ubnd-503"
    report = session.scalars(select(Report)).one()
    assert report.content == body["content"]
    assert report.words.startswith("o ga lon truoc cong cho")
    assert (report.state, report.door, report.accuracy) == ("received", "sms", 12)
    assert position(report.point) == (108.338, 15.8794)
    assert counted(session, Media) == 1
    contact = senders.read(SECRET, session.get_one(Sender, report.id))
    assert (contact.name, contact.phone, contact.email) == (body["name"], "+84905999888", body["email"])
    assert actions(session) == ["receive", "complete"]
    assert client.get(told.json()["link"], follow_redirects=False).status_code == 303
    assert "withdraw" in client.get(f"/api/v1/reports/{code}/actions").json()["possible"]


def test_a_lost_answer_is_repeated_and_completes_nothing_twice(
    client: TestClient, session: Session, body: Body, photo: bytes
) -> None:
    text_it(client)
    first, again = send_it(client, body, photo), send_it(client, body, photo)
    assert first.json() == again.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert text_it(client, "gw-2").json() == {"code": first.json()["code"]}
    assert (counted(session, Report), counted(session, Media)) == (1, 1)
    assert actions(session) == ["receive", "complete"]


def test_words_that_were_accepted_stay_and_the_full_ones_follow(
    client: TestClient, session: Session, body: Body, photo: bytes
) -> None:
    text_it(client)
    report = session.scalars(select(Report)).one()
    workflow.apply(session, report, "accept", SYSTEM, door="cli")
    session.commit()
    assert send_it(client, body, photo).json()["state"] == "in_progress"
    session.refresh(report)
    assert report.content == "o ga lon truoc"
    assert session.scalars(select(Event.text).where(Event.action == "complete")).one() == body["content"]
    page = client.get(f"/reports/{report.code}").text
    assert "Người gửi đã gửi đủ nội dung và ảnh của tin nhắn." in page
    assert body["content"] in page


@pytest.mark.parametrize("state", ["withdrawn", "rejected"])
def test_what_comes_late_is_never_refused(
    client: TestClient, session: Session, body: Body, photo: bytes, state: str
) -> None:
    text_it(client)
    report = session.scalars(select(Report)).one()
    report.state = state
    session.commit()
    assert send_it(client, body, photo).status_code == 201
    session.refresh(report)
    assert (report.state, counted(session, Media)) == (state, 1)


def test_a_message_that_comes_after_the_app_finds_its_report(
    client: TestClient, session: Session, body: Body, settings: Settings
) -> None:
    sent = send_it(client, body).json()
    for _time in range(settings.limit_phone_hour - 1):
        client.post("/api/v1/reports", json=body).raise_for_status()
    # The number has had its reports of the hour, and this is none.
    assert text_it(client).json() == {"code": sent["code"]}
    assert actions(session).count("complete") == 0
    message = session.scalars(select(SmsMessage)).one()
    assert message.token_hash is None
    assert client.get(sent["link"], follow_redirects=False).status_code == 303


def test_a_report_counts_once_for_its_number(client: TestClient, body: Body, settings: Settings) -> None:
    for number in range(settings.limit_phone_hour):
        draft = f"{number:08d}-draft"
        assert "code" in text_it(client, f"gw-{number}", draft).json()
        assert send_it(client, body, draft=draft).status_code == 201
    assert client.post("/api/v1/reports", json=body).status_code == 429


def test_the_private_link_of_the_message_still_opens_what_the_app_completed(
    client: TestClient, session: Session, body: Body
) -> None:
    code = text_it(client).json()["code"]
    send_it(client, body)
    client.cookies.clear()
    assert client.get(f"/follow/{link_token(SECRET, 'gw-1')}", follow_redirects=False).status_code == 303
    assert "withdraw" in client.get(f"/api/v1/reports/{code}/actions").json()["possible"]


def test_nobody_completes_a_report_by_asking_for_the_step(client: TestClient, session: Session) -> None:
    code = text_it(client).json()["code"]
    client.get(f"/follow/{link_token(SECRET, 'gw-1')}", follow_redirects=False)
    told = client.post(f"/api/v1/reports/{code}/actions/complete", json={"version": 1, "text": "Nội dung khác"})
    assert told.status_code == 404
    assert "complete" not in client.get(f"/api/v1/reports/{code}/actions").json()["possible"]


def test_a_second_key_of_the_same_reference_makes_a_report_of_its_own(
    client: TestClient, session: Session, body: Body, monkeypatch: pytest.MonkeyPatch
) -> None:
    text_it(client)
    send_it(client, body)
    message = session.scalars(select(SmsMessage)).one()
    message.reference = idempotency.reference("another-key-0001")  # as if somebody had found one
    session.commit()
    send_it(client, body, draft="another-key-0001")
    assert counted(session, Report) == 2


@pytest.fixture
def own_sessions(fresh_database_url: str) -> Iterator[sessionmaker[Session]]:
    engine = build_engine(fresh_database_url, pool_size=8)
    yield build_sessions(engine)
    engine.dispose()


def test_both_at_the_same_moment_make_one_report_each_time(
    own_sessions: sessionmaker[Session], settings: Settings, body: Body, photo: bytes
) -> None:
    """Six drafts, and for each the message twice, under one number and another, beside the app's own request twice."""
    everyone = Barrier(5)
    own = settings.model_copy(update={"limit_phone_hour": 1_000})

    def at_once(ask: Callable[[], Any]) -> Any:
        everyone.wait(30)
        return ask()

    with TestClient(create_app(own, own_sessions)) as client, ThreadPoolExecutor(5) as pool:
        for number in range(6):
            draft = f"draft-at-once-{number}"
            asks: list[Callable[[], Any]] = [
                lambda n=number, d=draft: text_it(client, f"gw-{n}", d),
                lambda n=number, d=draft: text_it(client, f"gw-{n}", d),
                lambda n=number, d=draft: text_it(client, f"gw-{n}-again", d),
                lambda d=draft: send_it(client, body, photo, draft=d),
                lambda d=draft: send_it(client, body, photo, draft=d),
            ]
            answers = list(pool.map(at_once, asks))
            assert [answer.status_code for answer in answers] == [200, 200, 200, 201, 201]
            assert len({answer.json()["code"] for answer in answers}) == 1
            assert answers[3].json() == answers[4].json()
            assert client.get(answers[3].json()["link"], follow_redirects=False).status_code == 303
    with own_sessions() as session:
        assert (counted(session, Report), counted(session, Media), counted(session, SmsMessage)) == (6, 6, 12)
        assert set(session.scalars(select(Report.content))) == {body["content"]}
        assert actions(session).count("receive") == 6


def test_one_message_without_a_reference_from_many_threads_is_one_report(
    own_sessions: sessionmaker[Session], settings: Settings
) -> None:
    body = {"from": "0905123456", "text": "GT 15.8794,108.338 o ga", "id": "gw-1"}
    headers = {"Authorization": f"Bearer {KEY}"}
    own = settings.model_copy(update={"limit_phone_hour": 1_000})
    with TestClient(create_app(own, own_sessions)) as client, ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _n: client.post("/sms/inbound", json=body, headers=headers), range(24)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    with own_sessions() as session:
        assert (counted(session, Report), counted(session, SmsMessage)) == (1, 1)


def test_a_completion_that_does_not_commit_leaves_the_message_as_it_was(
    own_sessions: sessionmaker[Session], settings: Settings, body: Body, photo: bytes
) -> None:
    with TestClient(create_app(settings, own_sessions), raise_server_exceptions=False) as client:
        text_it(client)
        with own_sessions.begin() as session:
            session.connection().exec_driver_sql(
                "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'the disk is full'; END $$;"
                "CREATE CONSTRAINT TRIGGER fail AFTER INSERT ON idempotency_keys DEFERRABLE INITIALLY DEFERRED"
                " FOR EACH ROW EXECUTE FUNCTION fail()"
            )
        assert send_it(client, body, photo).status_code == 500
        with own_sessions.begin() as session:
            assert session.scalars(select(Report.content)).one() == "o ga lon truoc"
            assert counted(session, Media) == 0
            session.connection().exec_driver_sql("DROP TRIGGER fail ON idempotency_keys")
        assert send_it(client, body, photo).status_code == 201
    with own_sessions() as session:
        assert (counted(session, Report), counted(session, Media)) == (1, 1)


def test_the_actor_of_a_completion_is_the_sender(client: TestClient, session: Session, body: Body) -> None:
    text_it(client)
    send_it(client, body)
    line = session.scalars(select(Event).where(Event.action == "complete")).one()
    assert (line.actor, line.door, line.from_state, line.to_state) == ("sender", "api", "received", "received")
