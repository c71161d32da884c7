"""The gateway's door: what it is told, what it is not let in with, and what the sender gets back."""

import asyncio
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session, sessionmaker

from api.app import create_app
from api.delivery import sending, worker
from api.delivery.outbound import UnreachableError
from api.sms import replies
from geo import codes, outbox, senders
from geo.database import build_engine, build_sessions
from geo.geometry import position
from geo.models import Delivery, Event, Report, Sender, SmsMessage
from geo.people import NOTICE_VERSION
from geo.settings import Settings
from tests.api.conftest import Gateway

SECRET = b"a key for tests only"
KEY = "the gateway's own key"
TEXT = "QN 7K2M9XQ4TB GT 15.87940,108.33800 o ga lon truoc cong cho"
Bring = Callable[..., Any]


@pytest.fixture
def settings(settings: Settings, gateway: Gateway) -> Settings:
    own = {
        "sms_inbound_key": SecretStr(KEY),
        "sms_url": gateway.url,
        "public_url": "https://phananh.quangnam.example",
    }
    return settings.model_copy(update=own)


@pytest.fixture
def bring(client: TestClient) -> Bring:
    """Brings a message as the gateway does; each has a number of its own unless one is given."""
    brought = iter(range(10_000))

    def post(words: str = TEXT, *, sender: str = "+84905123456", key: str = KEY, **more: Any) -> Any:
        body = {"from": sender, "text": words, "id": f"gw-{next(brought)}"} | more
        return client.post("/sms/inbound", json=body, headers={"Authorization": f"Bearer {key}"})

    return post


def reports(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Report)) or 0


def test_a_message_becomes_a_report_of_its_unit(bring: Bring, session: Session) -> None:
    told = bring(sender="0905 123 456", at="2026-11-20T08:30:00+07:00")
    assert told.status_code == 200
    report = session.scalars(select(Report)).one()
    assert told.json() == {"code": report.code}
    assert (report.unit.code, report.door, report.category.code) == ("ubnd-503", "sms", "giao-thong")
    assert (report.content, position(report.point)) == ("o ga lon truoc cong cho", (108.338, 15.8794))
    sender = session.get_one(Sender, report.id)
    contact = senders.read(SECRET, sender)
    assert (contact.name, contact.phone) == ("Người gửi tin nhắn", "+84905123456")
    assert sender.notice_version == NOTICE_VERSION
    message = session.scalars(select(SmsMessage)).one()
    assert (message.report_id, message.reference, message.reply_to) == (report.id, "7K2M9XQ4TB", None)


def test_neither_the_words_nor_the_number_stay_beside_the_report(
    bring: Bring, connection: Any, session: Session
) -> None:
    bring()
    bring("khong co vi tri nao ca")
    for table in ("sms_messages", "procrastinate_jobs"):
        rows = connection.execute(text(f"SELECT t::text FROM {table} t")).scalars().all()
        assert rows
        assert not any("905123456" in row or "o ga" in row or "vi tri" in row for row in rows), table


def test_the_same_message_again_gets_the_same_answer(bring: Bring, session: Session) -> None:
    first, again = bring(id="gw-1"), bring(id="gw-1")
    assert first.json() == again.json()
    refused, once_more = bring("xin chao", id="gw-2"), bring("xin chao", id="gw-2")
    assert refused.json() == once_more.json() == {"ignored": "no-place"}
    assert reports(session) == 1
    assert session.scalar(select(func.count()).select_from(SmsMessage)) == 2


def test_the_same_draft_in_two_messages_is_one_report(bring: Bring, session: Session) -> None:
    assert bring().json() == bring().json()
    assert reports(session) == 1
    links = session.scalars(select(SmsMessage.token_hash).order_by(SmsMessage.id)).all()
    assert [link is None for link in links] == [False, True]


def test_messages_without_a_reference_are_reports_of_their_own(bring: Bring, session: Session) -> None:
    assert bring("gt 15.8794,108.338 o ga").json() != bring("gt 15.8794,108.338 o ga").json()
    assert reports(session) == 2


@pytest.mark.parametrize(
    ("words", "sender", "reason"),
    [
        ("QN GT o ga lon truoc cong cho", "+84905123456", "no-place"),
        ("QN GT 21.0285,105.8542 o Ha Noi", "+84905123456", "outside"),
        ("QN GT V8HQ+Q6 o ga", "+84905123456", "several-places"),
        ("Quy khach nhan 50% gia tri the nap", "VIETTEL", "no-phone"),
        ("QN GT 15.8794,108.338 o ga", "8062", "no-phone"),
        ("\u200e", "+84905123456", "unreadable"),
        ("QN GT 15.8794,108.338 \0", "+84905123456", "unreadable"),
    ],
)
def test_what_can_be_no_report_is_ignored_and_need_not_come_again(
    bring: Bring, session: Session, words: str, sender: str, reason: str
) -> None:
    told = bring(words, sender=sender)
    assert (told.status_code, told.json()) == (200, {"ignored": reason})
    assert reports(session) == 0


def test_a_short_plus_code_is_the_one_in_the_district_that_is_named(bring: Bring, session: Session) -> None:
    assert "code" in bring("V8HQ+Q6 Hội An, ổ gà").json()
    assert session.scalars(select(Report)).one().unit.code == "ubnd-503"


def test_a_message_that_says_nothing_but_a_place_says_so(bring: Bring, session: Session) -> None:
    assert "code" in bring("QN 15.8794,108.338").json()
    report = session.scalars(select(Report)).one()
    assert (report.category.code, report.content) == ("khac", "(Tin nhắn không có mô tả.)")


def test_a_number_has_its_limit_and_nothing_is_claimed_beyond_it(
    bring: Bring, session: Session, settings: Settings
) -> None:
    for _time in range(settings.limit_phone_hour):
        assert "code" in bring("GT 15.8794,108.338 o ga").json()
    assert bring("GT 15.8794,108.338 o ga").json() == {"ignored": "too-many"}
    assert "code" in bring("GT 15.8794,108.338 o ga", sender="0905 999 888").json()


def test_the_door_is_closed_without_a_key_and_to_whoever_guesses(
    bring: Bring, client: TestClient, settings: Settings, sessions: sessionmaker[Session]
) -> None:
    told = [bring(key="perhaps it is this one").status_code for _time in range(settings.limit_sign_in_hour + 1)]
    assert set(told[:-1]) == {403}
    assert told[-1] == 429
    assert client.post("/sms/inbound", json={}).status_code == 429
    assert bring().status_code == 200  # the gateway itself is not shut out by those
    closed = settings.model_copy(update={"sms_inbound_key": None})
    with TestClient(create_app(closed, sessions)) as other:
        assert other.post("/sms/inbound", json={}, headers={"Authorization": "Bearer "}).status_code == 404


def test_a_body_that_is_no_message_is_told_what_it_lacks(client: TestClient) -> None:
    told = client.post("/sms/inbound", json={"from": "1"}, headers={"Authorization": f"Bearer {KEY}"})
    assert told.status_code == 422
    assert {fault["field"] for fault in told.json()["errors"]} == {"text", "id"}


def test_the_reply_names_code_and_unit_and_its_link_is_the_senders(
    bring: Bring, client: TestClient, session: Session, settings: Settings, gateway: Gateway
) -> None:
    code = bring().json()["code"]
    event = session.scalars(select(Event.id).where(Event.action == "receive")).one()
    (number,) = outbox.plan(session, event, sending.channels(settings), SECRET)
    sending.deliver(session, settings, number)
    (said,) = gateway.bodies()
    assert (said["to"], said["id"]) == ("+84905123456", f"delivery-{number}")
    assert re.fullmatch(
        rf"{code} da den UBND thanh pho Hoi An; theo doi: https://phananh\.quangnam\.example/follow/[\w\-]{{32}}",
        said["text"],
    )
    assert len(said["text"]) <= 160
    token = said["text"].rpartition("/")[2]
    client.get(f"/follow/{token}", follow_redirects=False)
    assert "withdraw" in client.get(f"/api/v1/reports/{code}/actions").json()["possible"]
    # Whoever is forgotten has no link either.
    senders.erase(session, session.scalars(select(Report)).one())
    session.commit()
    assert client.get(f"/api/v1/reports/{code}/actions").json()["possible"] == []
    assert client.get(f"/follow/{token}", follow_redirects=False).status_code == 404


def test_a_link_that_was_promised_under_another_secret_becomes_the_public_page(
    bring: Bring, session: Session, settings: Settings, gateway: Gateway
) -> None:
    bring()
    message = session.scalars(select(SmsMessage)).one()
    message.token_hash = codes.token_hash("of another secret")
    session.flush()
    event = session.scalars(select(Event.id)).one()
    (number,) = outbox.plan(session, event, sending.channels(settings), SECRET)
    sending.deliver(session, settings, number)
    code = session.scalars(select(Report.code)).one()
    assert gateway.bodies()[0]["text"].endswith(f"https://phananh.quangnam.example/reports/{code}")


def test_who_wrote_no_place_is_told_what_to_write_three_times_an_hour(
    bring: Bring, session: Session, settings: Settings, gateway: Gateway
) -> None:
    for _time in range(5):
        bring("o ga lon")
    waiting = session.scalars(select(SmsMessage).where(SmsMessage.reply_to.is_not(None))).all()
    assert len(waiting) == 3
    for message in waiting:
        replies.tell(session, settings, message.id, last=False)
        replies.tell(session, settings, message.id, last=False)  # told is told
    assert [said["to"] for said in gateway.bodies()] == ["+84905123456"] * 3
    assert gateway.bodies()[0]["text"] == replies.TEXTS["no-place"]
    assert {message.reply_to for message in waiting} == {None}


def test_a_reply_that_nobody_takes_is_tried_again_and_given_up_with_the_number(
    bring: Bring, session: Session, settings: Settings, gateway: Gateway
) -> None:
    gateway.status = 503
    bring("o ga lon")
    message = session.scalars(select(SmsMessage)).one()
    with pytest.raises(UnreachableError):
        replies.tell(session, settings, message.id, last=False)
    assert message.reply_to is not None
    replies.tell(session, settings, message.id, last=True)
    assert message.reply_to is None


@pytest.fixture
def own_sessions(fresh_database_url: str) -> Iterator[sessionmaker[Session]]:
    engine = build_engine(fresh_database_url)
    yield build_sessions(engine)
    engine.dispose()


def test_the_worker_sends_both_kinds_of_replies_once(
    fresh_database_url: str, own_sessions: sessionmaker[Session], settings: Settings, gateway: Gateway
) -> None:
    with TestClient(create_app(settings, own_sessions)) as client:
        for number, words in enumerate((TEXT, TEXT, "o ga lon")):
            body = {"from": "+84905123456", "text": words, "id": f"gw-{number}"}
            for _again in range(2):
                client.post("/sms/inbound", json=body, headers={"Authorization": f"Bearer {KEY}"}).raise_for_status()
    app = worker.build(fresh_database_url, settings, own_sessions)

    async def run() -> None:
        async with app.open_async():
            await app.run_worker_async(wait=False, install_signal_handlers=False, listen_notify=False)

    asyncio.run(run())
    assert sorted(said["text"][:3] for said in gateway.bodies()) == ["Chu", "QN-"]
    with own_sessions() as session:
        assert session.scalars(select(Delivery.state)).all() == ["sent"]
        assert session.scalars(select(SmsMessage.reply_to)).all() == [None] * 3
