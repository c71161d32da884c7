"""Who is told of what, by which channel, and what happens when nobody listens."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from procrastinate import App
from pydantic import SecretStr
from sqlalchemy import select
from sqlalchemy.orm import Session
from standardwebhooks.webhooks import Webhook as Verifier

from api.delivery import hooks, push, sending, worker
from api.delivery.outbound import Answer
from geo import outbox, workflow
from geo.database import build_engine, build_sessions
from geo.details import Details
from geo.models import Delivery, Event, Report, Subscription, Unit, User, Webhook
from geo.outbox import Channels
from geo.permissions import SYSTEM, Actor
from geo.sealing import seal
from geo.settings import Settings
from tests.api.conftest import Gateway, Postbox

Make = Callable[..., Any]
SECRET = b"a key for tests only"
ALL = Channels(email=True, sms=True, push=True)


@pytest.fixture
def step(session: Session) -> Callable[..., int]:
    def take(report: Report, action: Any, who: Actor = SYSTEM, **said: Any) -> int:
        return workflow.apply(session, report, action, who, door="cli", details=Details(**said))

    return take


def planned(session: Session, event_id: int) -> set[tuple[str, str]]:
    outbox.plan(session, event_id, ALL, SECRET)
    rows = select(Delivery.channel, Delivery.target).where(Delivery.event_id == event_id)
    return {(channel, target) for channel, target in session.execute(rows)}


def test_the_sender_is_told_by_e_mail_or_of_what_matters_by_sms(
    session: Session, make_report: Make, step: Callable[..., int]
) -> None:
    with_mail, without = make_report(email="buoi@example.vn"), make_report()
    assert planned(session, step(with_mail, "accept")) == {("email", f"sender:{with_mail.id}")}
    assert planned(session, step(without, "accept")) == set()
    assert planned(session, step(without, "ask", text="Ở làn đường nào?")) == {("sms", f"sender:{without.id}")}


def test_planning_twice_tells_nobody_twice(session: Session, make_report: Make, step: Callable[..., int]) -> None:
    report = make_report()
    event = step(report, "reject", text="Đã xử lý từ hôm qua.", reason="da-xu-ly")
    assert len(outbox.plan(session, event, ALL, SECRET)) == 1
    assert outbox.plan(session, event, ALL, SECRET) == []


def test_everybody_whose_report_was_merged_hears_the_answer(
    session: Session, make_report: Make, step: Callable[..., int]
) -> None:
    lead, follower = make_report(accepted=True), make_report()
    step(follower, "merge", lead_id=lead.id)
    told = planned(session, step(lead, "resolve", text="Đã vá xong sáng nay."))
    assert told == {("sms", f"sender:{lead.id}"), ("sms", f"sender:{follower.id}")}


@pytest.mark.parametrize("kinds", [("giao-thong", "an-ninh-trat-tu"), ("an-ninh-trat-tu", "giao-thong")])
def test_who_follows_a_hidden_place_is_not_told_of_another_report(
    session: Session, make_report: Make, step: Callable[..., int], kinds: tuple[str, str]
) -> None:
    lead, hidden = (make_report(accepted=True, category=kind) for kind in kinds)
    ordinary = make_report(category=kinds[0])
    wishes = [
        Subscription(endpoint=f"https://push.example.org/{one.id}", p256dh="", auth="", report_id=one.id)
        for one in (lead, hidden, ordinary)
    ]
    session.add_all(wishes)
    for one in (hidden, ordinary):
        step(one, "merge", lead_id=lead.id)
    told = planned(session, step(lead, "resolve", text="Đã vá xong sáng nay."))
    heard = wishes[:1] if lead.category.sensitive else [wishes[0], wishes[2]]
    assert {one for one in told if one[0] == "push"} == {("push", f"subscription:{one.id}") for one in heard}


def test_heads_operators_and_assignees_hear_of_what_is_theirs(
    session: Session, make_report: Make, make_user: Make, step: Callable[..., int]
) -> None:
    report = make_report(unit="ubnd-503", accepted=True)
    head, officer, operator = (
        make_user("head", unit="ubnd-503"),
        make_user("officer", unit="ubnd-503"),
        make_user("operator"),
    )
    make_user("head", unit="ubnd-502")
    as_head = Actor("head", unit_id=report.unit_id, user_id=head.id)
    assert planned(session, step(report, "assign", as_head, user_id=officer.id)) == {("email", f"user:{officer.id}")}
    assert planned(session, step(report, "escalate")) == {
        ("email", f"user:{head.id}"),
        ("email", f"user:{operator.id}"),
    }
    assert planned(session, step(report, "propose", text="Đã vá xong.", proposed="resolve")) == {
        ("email", f"user:{head.id}")
    }


def test_a_unit_without_accounts_gets_a_link_while_it_has_none(
    session: Session, make_report: Make, make_user: Make, step: Callable[..., int]
) -> None:
    unit = session.scalars(select(Unit).where(Unit.kind == "company")).first()
    assert unit is not None
    unit.email = "truc@example.vn"
    one, other = make_report(), make_report()
    assert planned(session, step(one, "forward", unit_id=unit.id)) >= {("link", f"unit:{unit.id}")}
    make_user("officer", unit=unit.code)
    assert ("link", f"unit:{unit.id}") not in planned(session, step(other, "forward", unit_id=unit.id))


def test_letters_and_messages_go_out_with_a_number_that_stays(
    session: Session,
    settings: Settings,
    make_report: Make,
    step: Callable[..., int],
    postbox: tuple[Postbox, str],
    gateway: Gateway,
) -> None:
    box, address = postbox
    own = settings.model_copy(
        update={
            "smtp_url": address,
            "sms_url": gateway.url,
            "sms_key": SecretStr("khoa"),
            "mail_from": "QN <tin@example.vn>",
            "public_url": "https://phananh.example.vn",
        }
    )
    with_mail, without = make_report(accepted=True, email="buoi@example.vn"), make_report(accepted=True)
    numbers = []
    for report in (with_mail, without):
        event = step(report, "resolve", text="Đã vá xong sáng nay.")
        numbers += outbox.plan(session, event, sending.channels(own), SECRET)
    for number in numbers:
        sending.deliver(session, own, number)
        sending.deliver(session, own, number)  # sent is sent
    (letter,) = box.letters
    assert (letter["X-To"], letter["Message-ID"]) == ("buoi@example.vn", f"<delivery-{numbers[0]}@example.vn>")
    payload = letter.get_payload(decode=True)
    assert isinstance(payload, bytes)
    text = payload.decode()
    assert "Đã vá xong sáng nay." in text
    assert f"https://phananh.example.vn/reports/{with_mail.code}" in text
    assert "Bưởi" not in text
    ((headers, _body),) = gateway.got
    assert headers["idempotency-key"] == f"delivery-{numbers[1]}"
    assert headers["authorization"] == "Bearer khoa"
    said = gateway.bodies()[0]
    assert said["to"] == "+84905123456"
    assert said["text"].isascii()
    assert len(said["text"]) <= 160
    assert session.get_one(Delivery, numbers[0]).state == "sent"


def test_what_fails_stays_waiting_and_is_given_up_at_the_end(
    session: Session, settings: Settings, make_report: Make, step: Callable[..., int], gateway: Gateway
) -> None:
    gateway.status = 503
    own = settings.model_copy(update={"sms_url": gateway.url})
    report = make_report()
    (number,) = outbox.plan(session, step(report, "ask", text="Ở làn nào vậy?"), sending.channels(own), SECRET)
    with pytest.raises(Exception, match="sms"):
        sending.deliver(session, own, number)
    delivery = session.get_one(Delivery, number)
    sending.failed(session, number, "UnreachableError", last=False)
    assert (delivery.state, delivery.tries) == ("waiting", 1)
    sending.failed(session, number, "UnreachableError", last=True)
    assert outbox.dead(session) == [delivery]
    outbox.retry(session, number)
    gateway.status = 200
    sending.deliver(session, own, number)
    assert delivery.state == "sent"


def test_a_webhook_is_signed_and_says_codes_only(
    session: Session, settings: Settings, make_report: Make, step: Callable[..., int]
) -> None:
    report = make_report(content="Zzcontent của người gửi")
    secret, key = b"a key for tests only", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    hook = Webhook(unit_id=report.unit_id, url="https://example.org/hook", key=seal(secret, hooks.PURPOSE, key))
    session.add(hook)
    session.flush()
    event = session.get_one(Event, step(report, "accept"))
    assert planned(session, event.id) == {("webhook", f"webhook:{hook.id}")}
    posted: list[tuple[str, bytes, dict[str, str]]] = []

    def post(url: str, body: bytes, headers: dict[str, str]) -> Answer:
        posted.append((url, body, headers))
        return Answer(204, b"")

    for _again in range(2):
        hooks.send(hook, event, report, number=7, secret=secret, post=post)
    url, body, headers = posted[0]
    assert Verifier(key).verify(body, headers)["data"]["code"] == report.code
    assert (url, headers["webhook-id"]) == (hook.url, "msg_7")
    assert posted[1][2]["webhook-id"] == "msg_7"
    for name in ("Bưởi", "905", "Zzcontent"):
        assert name not in body.decode()


def test_a_push_has_no_content_and_a_browser_that_left_is_forgotten() -> None:
    wish = Subscription(endpoint="https://push.example.org/abc", p256dh="", auth="")
    posted: list[tuple[bytes, dict[str, str]]] = []

    def post(status: int) -> Callable[..., Answer]:
        def answer(_url: str, body: bytes, headers: dict[str, str]) -> Answer:
            posted.append((body, headers))
            return Answer(status, b"")

        return answer

    options: dict[str, Any] = {"secret": b"a key for tests only", "contact": "mailto:tin@example.vn", "number": 3}
    assert push.send(wish, **options, post=post(201))
    assert not push.send(wish, **options, post=post(410))
    body, headers = posted[0]
    assert body == b""
    assert headers["Authorization"].startswith("vapid t=")
    assert push.public_key(b"a key for tests only") in headers["Authorization"]


def test_a_job_goes_with_the_transaction_that_asked_for_it(
    fresh_database_url: str, settings: Settings, gateway: Gateway
) -> None:
    """The worker itself, on a real queue: what was rolled back is not told, what was committed is, once."""
    engine = build_engine(fresh_database_url)
    sessions = build_sessions(engine)
    own = settings.model_copy(update={"sms_url": gateway.url})
    with sessions.begin() as session:
        report = _stored(session)
        workflow.apply(session, report, "ask", SYSTEM, door="cli", details=Details(text="Ở làn nào vậy?"))
    with sessions() as session:
        other = _stored(session)
        workflow.apply(session, other, "ask", SYSTEM, door="cli", details=Details(text="Ở làn nào vậy?"))
        session.rollback()
    app = worker.build(fresh_database_url, own, sessions)
    _work_off(app)
    assert [said["to"] for said in gateway.bodies()] == ["+84905123456"]
    with sessions() as session:
        assert session.scalars(select(Delivery.state)).all() == ["sent"]
    engine.dispose()


def _work_off(app: App) -> None:
    async def run() -> None:
        async with app.open_async():
            await app.run_worker_async(wait=False, install_signal_handlers=False, listen_notify=False)

    asyncio.run(run())


def _stored(session: Session) -> Report:
    from geo import codes, reports  # noqa: PLC0415 (what only this builder needs)
    from geo.reports import Draft  # noqa: PLC0415

    unit = session.scalars(select(Unit.id).where(Unit.code == "ioc")).one()
    draft = Draft("Trần Thị Bưởi", "+84905123456", "giao-thong", "Ổ gà lớn trước cổng chợ", 108.338, 15.8794, "api")
    kind = reports.category(session, "giao-thong")
    report = reports.create(
        session,
        draft,
        category=kind,
        unit_id=unit,
        area_code=None,
        commune_code=None,
        needs_confirmation=False,
        token=codes.token(),
        secret=b"a key for tests only",
    )
    workflow.apply(session, report, "receive", Actor("sender"), door="api")
    return report


def test_users_who_left_get_no_letters(
    session: Session, make_report: Make, make_user: Make, step: Callable[..., int]
) -> None:
    report = make_report(unit="ubnd-503", accepted=True)
    head: User = make_user("head", unit="ubnd-503")
    head.active = False
    session.flush()
    assert planned(session, step(report, "escalate")) == set()
