import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from api.app import create_app
from geo import codes
from geo.database import build_engine, build_sessions
from geo.geometry import blur, position
from geo.models import Event, Rate, Report, Sender
from geo.people import NOTICE_VERSION
from geo.senders import Contact, read
from geo.settings import Settings

SECRET = b"a key for tests only"

Body = dict[str, Any]


def count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Report)) or 0


def test_a_report_reaches_its_unit_and_the_sender_is_told(client: TestClient, session: Session, body: Body) -> None:
    happened = (datetime.now(UTC) - timedelta(hours=2)).isoformat()
    answer = client.post("/api/v1/reports", json=body | {"accuracy": 12, "happened_at": happened})
    assert answer.status_code == 201
    told = answer.json()
    assert list(told) == [
        "code", "state", "area", "unit", "reason", "needs_confirmation", "confidence", "candidates", "deadlines",
        "link",
    ]  # fmt: skip
    assert told["area"] == {"code": "503", "name": "Hội An"}
    assert told["unit"]["name"] == "UBND thành phố Hội An"
    assert told["reason"]["code"] == "inside"
    assert told["reason"]["text"]
    assert told["state"] == "received"
    assert codes.normalise(told["code"]) == told["code"]
    assert answer.headers["location"] == f"/api/v1/reports/{told['code']}"
    assert answer.headers["cache-control"] == "no-store"
    report = session.scalars(select(Report).where(Report.code == told["code"])).one()
    assert report.unit.code == told["unit"]["code"]
    assert told["deadlines"]["accept"] == report.accept_due.isoformat() if report.accept_due else False
    assert (report.area_code, report.accuracy, report.door) == ("503", 12, "api")
    assert report.commune_code is not None
    assert position(report.point) == position(report.public_point) == (108.338, 15.8794)
    sender = session.get_one(Sender, report.id)
    assert read(SECRET, sender) == Contact("Trần Thị Bưởi", "+84905123456", None, "buoi@example.vn")
    assert (sender.phone_checked, sender.notice_version) == (False, NOTICE_VERSION)
    token = told["link"].rpartition("/")[2]
    assert sender.token_hash == codes.token_hash(token)
    assert session.scalars(select(Event.action).where(Event.report_id == report.id)).all() == ["receive"]


def test_an_organisation_and_a_form_without_photos(client: TestClient, session: Session, body: Body) -> None:
    form = body | {"organisation": "Tổ dân phố 5", "truthful": "on", "accuracy": "", "email": ""}
    for kind in ("multipart", "urlencoded"):
        fields = {name: (None, str(value)) for name, value in form.items()}
        sent: dict[str, Any] = {"files": fields} if kind == "multipart" else {"data": form}
        assert client.post("/api/v1/reports", **sent).status_code == 201
    contacts = [read(SECRET, sender) for sender in session.scalars(select(Sender))]
    assert [(one.organisation, one.email) for one in contacts] == [("Tổ dân phố 5", None)] * 2


def test_a_sensitive_place_is_blurred_once_and_kept_exact_inside(
    client: TestClient, session: Session, body: Body
) -> None:
    client.post("/api/v1/reports", json=body | {"category": "an-ninh-trat-tu"}).raise_for_status()
    report = session.scalars(select(Report)).one()
    assert position(report.point) == (108.338, 15.8794)
    assert position(report.public_point) == blur(108.338, 15.8794)


def test_the_same_key_gets_the_same_answer_and_one_report(client: TestClient, session: Session, body: Body) -> None:
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    first = client.post("/api/v1/reports", json=body, headers=headers)
    again = client.post("/api/v1/reports", json=dict(reversed(body.items())), headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert count(session) == 1
    assert set(session.scalars(select(Rate.count))) == {1}
    changed = client.post("/api/v1/reports", json=body | {"content": "Một nội dung khác hẳn"}, headers=headers)
    assert changed.status_code == 409
    assert "Idempotency-Key" in changed.json()["detail"]
    assert count(session) == 1


def test_a_replay_is_answered_beyond_the_limit_too(settings: Settings, client: TestClient, body: Body) -> None:
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    first = client.post("/api/v1/reports", json=body, headers=headers)
    for _number in range(settings.limit_phone_hour - 1):
        client.post("/api/v1/reports", json=body).raise_for_status()
    assert client.post("/api/v1/reports", json=body).status_code == 429
    assert client.post("/api/v1/reports", json=body, headers=headers).json() == first.json()


@pytest.fixture
def engine_of_its_own(fresh_database_url: str) -> Iterator[Engine]:
    engine = build_engine(fresh_database_url, pool_size=4)
    yield engine
    engine.dispose()


def test_one_key_from_many_threads_makes_one_report(engine_of_its_own: Engine, settings: Settings, body: Body) -> None:
    sessions = build_sessions(engine_of_its_own)
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    with TestClient(create_app(settings, sessions)) as client, ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _n: client.post("/api/v1/reports", json=body, headers=headers), range(24)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    with sessions() as session:
        assert count(session) == 1


def test_the_private_link_cannot_be_made_from_the_database(
    client: TestClient, connection: Any, settings: Settings, body: Body
) -> None:
    key = str(uuid.uuid4())
    answer = client.post("/api/v1/reports", json=body, headers={"Idempotency-Key": key})
    token = answer.json()["link"].rpartition("/")[2]
    tables = connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars().all()
    for table in tables:
        rows = connection.execute(text(f'SELECT t::text FROM "{table}" t')).scalars().all()
        assert not any(token in row or key in row for row in rows), table


def test_nothing_is_acknowledged_that_does_not_commit(
    engine_of_its_own: Engine, settings: Settings, body: Body
) -> None:
    with engine_of_its_own.begin() as connection:
        connection.execute(
            text(
                "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'the disk is full'; END $$;"
                "CREATE CONSTRAINT TRIGGER fail AFTER INSERT ON reports DEFERRABLE INITIALLY DEFERRED"
                " FOR EACH ROW EXECUTE FUNCTION fail()"
            )
        )
    sessions = build_sessions(engine_of_its_own)
    with TestClient(create_app(settings, sessions), raise_server_exceptions=False) as client:
        assert client.post("/api/v1/reports", json=body).status_code == 500
    with sessions() as session:
        assert count(session) == 0
    with engine_of_its_own.begin() as connection:
        connection.execute(text("DROP TRIGGER fail ON reports"))
    with TestClient(create_app(settings, sessions)) as client:
        assert client.post("/api/v1/reports", json=body).status_code == 201
        # Read on another connection: it is there by the time the answer is.
        with sessions() as session:
            assert count(session) == 1
