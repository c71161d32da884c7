from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from api.app import create_app
from api.intake import submit
from api.schemas import report_in
from geo.errors import TooManyError
from geo.models import Rate
from geo.settings import Settings

Body = dict[str, Any]


def test_a_phone_has_its_limit_whatever_the_device(settings: Settings, client: TestClient, body: Body) -> None:
    for number in range(settings.limit_phone_hour):
        spelled = "+84905123456" if number % 2 else "0905.123.456"
        assert client.post("/api/v1/reports", json=body | {"phone": spelled}).status_code == 201
        client.cookies.clear()
    refused = client.post("/api/v1/reports", json=body)
    assert refused.status_code == 429
    assert refused.json()["type"] == "/problems/too-many"
    assert 0 < int(refused.headers["retry-after"]) <= 3_601
    assert client.post("/api/v1/reports", json=body | {"phone": "0905 123 457"}).status_code == 201


def test_a_device_has_its_limit_whatever_the_phone(
    settings: Settings, sessions: sessionmaker[Session], body: Body
) -> None:
    strict = settings.model_copy(update={"limit_device_hour": 2})
    with TestClient(create_app(strict, sessions)) as client:
        answers = [client.post("/api/v1/reports", json=body | {"phone": f"090512345{n}"}).status_code for n in range(4)]
    assert answers == [201, 201, 201, 429]  # the first came before the device had its cookie


def test_an_address_has_a_high_ceiling(settings: Settings, sessions: sessionmaker[Session], body: Body) -> None:
    strict = settings.model_copy(update={"limit_address_hour": 2})
    with TestClient(create_app(strict, sessions)) as client:
        answers = []
        for number in range(3):
            answers.append(client.post("/api/v1/reports", json=body | {"phone": f"090512345{number}"}).status_code)
            client.cookies.clear()
    assert answers == [201, 201, 429]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("203.0.113.1", "203.0.113.2", False),
    ],
)
def test_a_whole_ipv6_network_is_one_address(
    settings: Settings, session: Session, body: Body, one: str, other: str, same: bool
) -> None:
    strict = settings.model_copy(update={"limit_address_hour": 1})
    draft = report_in(body).draft("api")
    submit(session, strict, draft, secret=b"x", address=one)
    if same:
        with pytest.raises(TooManyError):
            submit(session, strict, draft, secret=b"x", address=other)
    else:
        submit(session, strict, draft, secret=b"x", address=other)


def test_the_table_of_counts_names_nobody(client: TestClient, session: Session, body: Body) -> None:
    client.post("/api/v1/reports", json=body).raise_for_status()
    client.post("/api/v1/reports", json=body).raise_for_status()
    subjects = session.scalars(select(Rate.subject)).all()
    assert {subject.partition(":")[0] for subject in subjects} == {"phone", "device", "address"}
    assert not any("905123456" in subject or "testclient" in subject for subject in subjects)
