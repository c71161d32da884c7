"""What units are told when an edition moves their reports: one message each, by the channels they have."""

from collections.abc import Callable, Iterator
from email.message import Message
from typing import Any

import orjson
import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker
from standardwebhooks.webhooks import Webhook as Verifier

from api.delivery import hooks, sending, switched, worker
from api.delivery.outbound import Answer
from boundaries import activation
from geo import outbox, switches, work_links
from geo.database import build_engine, build_sessions
from geo.models import Delivery, Event, Report, Unit, User, Webhook, WorkLink
from geo.outbox import Channels
from geo.sealing import seal
from geo.settings import Settings
from tests.api.conftest import Postbox
from tests.api.delivery.test_sending import _work_off
from tests.boundaries.opened import receive, step_

Make = Callable[..., Any]
SECRET = b"a key for tests only"
NONG_SON = (107.98, 15.68)  # 519, which 2025-01 gives to Quế Sơn (509)
HOI_AN = (108.338, 15.8794)  # 503
KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def unit(session: Session, code: str) -> Unit:
    return session.scalars(select(Unit).where(Unit.code == code)).one()


def line(session: Session) -> Event:
    return session.scalars(select(Event).where(Event.report_id.is_(None)).order_by(Event.id.desc()).limit(1)).one()


def planned(session: Session) -> set[tuple[str, str]]:
    event = line(session)
    outbox.plan(session, event.id, Channels(email=True), SECRET)
    rows = select(Delivery.channel, Delivery.target).where(Delivery.event_id == event.id)
    return {(channel, target) for channel, target in session.execute(rows)}


def words(letter: Message) -> str:
    payload = letter.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode()


def waiting_jobs(session: Session) -> list[int]:
    query = text("SELECT (args ->> 'event_id')::bigint FROM procrastinate_jobs WHERE task_name = 'tell'")
    return list(session.scalars(query))


def test_each_unit_that_got_or_lost_reports_is_told_once(session: Session, settings: Settings, make_user: Make) -> None:
    for _one in range(3):
        receive(session, settings, *NONG_SON, 5.0)
    receive(session, settings, *HOI_AN, 5.0)
    losing, officer = make_user("head", unit="ubnd-519"), make_user("officer", unit="ubnd-509")
    make_user("officer", unit="ubnd-519")  # the head is told
    make_user("head", unit="ubnd-509", active=False)
    make_user("head", unit="ubnd-503")  # nothing moved there
    activation.activate(session, "2025-01", settings=settings)
    both = {("email", f"user:{losing.id}"), ("email", f"user:{officer.id}")}
    assert planned(session) == both
    came = switches.of(session, line(session), officer.unit_id)
    assert came is not None
    assert (came.edition, came.kind, came.came, came.went) == ("2025-01", "activate", 3, 0)
    activation.undo(session, "2025-01", settings=settings)
    assert planned(session) == both
    back = switches.of(session, line(session), officer.unit_id)
    assert back is not None
    assert (back.kind, back.came, back.went) == ("undo", 0, 3)


def test_an_edition_that_moves_nothing_tells_nobody(session: Session, settings: Settings, make_user: Make) -> None:
    make_user("head", unit="ubnd-503")
    receive(session, settings, *HOI_AN, 5.0)
    before = waiting_jobs(session)
    activation.activate(session, "2025-01", settings=settings)
    assert waiting_jobs(session) == before
    assert planned(session) == set()


def test_operators_hear_of_what_comes_to_the_centre(session: Session, settings: Settings, make_user: Make) -> None:
    operator = make_user("operator")
    receive(session, settings, *NONG_SON, 5.0)
    session.execute(text("UPDATE units SET area_code = NULL WHERE code = 'ubnd-509'"))  # nobody answers there
    session.expire_all()
    activation.activate(session, "2025-01", settings=settings)
    assert planned(session) == {("email", f"user:{operator.id}")}


def test_letters_say_how_many_and_lead_to_the_desk(
    session: Session, settings: Settings, make_user: Make, postbox: tuple[Postbox, str]
) -> None:
    box, address = postbox
    own = settings.model_copy(update={"smtp_url": address, "public_url": "https://phananh.example.vn"})
    head = make_user("head", unit="ubnd-509")
    for _one in range(2):
        receive(session, settings, *NONG_SON, 5.0)
    activation.activate(session, "2025-01", settings=settings)
    numbers = outbox.plan(session, line(session).id, sending.channels(own), SECRET)
    assert outbox.plan(session, line(session).id, sending.channels(own), SECRET) == []
    for number in numbers * 2:  # sent is sent
        sending.deliver(session, own, number)
    (letter,) = box.letters
    assert letter["X-To"] == head.email
    said = words(letter)
    assert "Phiên bản địa giới 2025-01 có hiệu lực: 2 phản ánh đang mở chuyển đến UBND huyện Quế Sơn." in said
    assert "https://phananh.example.vn/queue" in said


def test_a_unit_without_accounts_gets_a_link_for_each_report_in_one_letter(
    session: Session,
    settings: Settings,
    postbox: tuple[Postbox, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(switched, "MOST_LINKS", 2)
    box, address = postbox
    own = settings.model_copy(update={"smtp_url": address})
    there = unit(session, "ubnd-509")
    there.email = "queson@example.vn"
    moved = [receive(session, settings, *NONG_SON, 5.0) for _one in range(4)]
    mine = receive(session, settings, 108.2, 15.7, 5.0)  # Quế Sơn's before and after
    assert session.get_one(Unit, mine.unit_id).code == "ubnd-509"
    activation.activate(session, "2025-01", settings=settings)
    step_(session, moved[0], "reject")
    assert planned(session) == {("link", f"unit:{there.id}")}
    for number in session.scalars(select(Delivery.id)).all():
        sending.deliver(session, own, number)
    (letter,) = box.letters
    said = words(letter)
    assert "4 phản ánh đang mở chuyển đến UBND huyện Quế Sơn." in said
    assert [one.code in said for one in [*moved, mine]] == [False, True, True, False, False]
    assert "Còn 1 phản ánh nữa" in said
    links = [one.rpartition("/work/")[2] for one in said.split() if "/work/" in one]
    assert [work_links.find(session, one).report_id for one in links] == [one.id for one in moved[1:3]]  # type: ignore[union-attr] (it is there)
    assert session.scalar(select(WorkLink.id).where(WorkLink.report_id == mine.id)) is None


def test_a_units_own_system_is_told_by_one_signed_message(session: Session, settings: Settings) -> None:
    there = unit(session, "ubnd-509")
    hook = Webhook(unit_id=there.id, url="https://example.org/hook", key=seal(SECRET, hooks.PURPOSE, KEY))
    other = Webhook(unit_id=unit(session, "ubnd-503").id, url="https://example.org/other", key="")
    session.add_all([hook, other])
    receive(session, settings, *NONG_SON, 5.0)
    activation.activate(session, "2025-01", settings=settings)
    assert planned(session) == {("webhook", f"webhook:{hook.id}")}
    posted: list[tuple[bytes, dict[str, str]]] = []

    def post(_url: str, body: bytes, headers: dict[str, str]) -> Answer:
        posted.append((body, headers))
        return Answer(204, b"")

    told = switches.of(session, line(session), there.id)
    assert told is not None
    hooks.send_switch(hook, line(session), told, number=7, secret=SECRET, post=post)
    ((body, headers),) = posted
    Verifier(KEY).verify(body, headers)
    said = orjson.loads(body)
    assert said["type"] == "edition.activate"
    assert said["data"] == {"edition": "2025-01", "unit": "ubnd-509", "came": 1, "went": 0}
    assert headers["webhook-id"] == "msg_7"


@pytest.fixture
def own(fresh_database_url: str) -> Iterator[sessionmaker[Session]]:
    engine = build_engine(fresh_database_url)
    yield build_sessions(engine)
    engine.dispose()


def test_what_was_rolled_back_is_told_to_nobody(
    own: sessionmaker[Session], fresh_database_url: str, settings: Settings, postbox: tuple[Postbox, str]
) -> None:
    """The worker itself, on a real queue."""
    box, address = postbox
    mailing = settings.model_copy(update={"smtp_url": address})
    with own.begin() as session:
        head = User(email="head@example.vn", name="A", role="head", unit_id=unit(session, "ubnd-509").id)
        session.add(head)
        receive(session, settings, *NONG_SON, 5.0)
    with own() as session:
        activation.activate(session, "2025-01", settings=settings)
        session.rollback()
    _work_off(worker.build(fresh_database_url, mailing, own))
    assert box.letters == []
    with own.begin() as session:
        activation.activate(session, "2025-01", settings=settings)
    _work_off(worker.build(fresh_database_url, mailing, own))
    assert [one["X-To"] for one in box.letters] == ["head@example.vn"]
    with own.begin() as session:
        activation.undo(session, "2025-01", settings=settings)
        assert session.scalars(select(Report.unit_id)).one() != unit(session, "ubnd-509").id
    _work_off(worker.build(fresh_database_url, mailing, own))
    assert "được hoàn tác: 1 phản ánh đang mở chuyển đi khỏi UBND huyện Quế Sơn." in words(box.letters[1])
