"""Phản ánh lần 2: through the same door as the first, in the same unit, once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from api import stepping
from api.app import create_app
from boundaries import activation, routing
from geo import deadlines, workflow
from geo.database import build_engine, build_sessions
from geo.details import Details
from geo.errors import ConflictError
from geo.models import Report, ReportUnit, Sender, Unit, User
from geo.permissions import SYSTEM, Actor
from geo.senders import read
from geo.settings import Settings

SECRET = b"a key for tests only"
BORDER = {"lon": 108.292975, "lat": 15.896727}  # 20 m from Điện Bàn in Hội An
WORDS = "Ổ gà chưa vá xong, xe máy vẫn ngã."
Answered = Callable[[TestClient, dict[str, Any]], dict[str, Any]]


def settle(sessions: sessionmaker[Session], code: str, *, user: User | None = None) -> None:
    with sessions.begin() as session:
        report = session.scalars(select(Report).where(Report.code == code)).one()
        who = Actor("officer", unit_id=report.unit_id, user_id=user.id) if user else SYSTEM
        workflow.apply(session, report, "accept", who, door="cli")
        workflow.apply(session, report, "resolve", SYSTEM, door="cli", details=Details(text="Đã vá ổ gà sáng nay."))


@pytest.fixture
def sent(client: TestClient, body: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = client.post("/api/v1/reports", json=body).json()
    client.get(told["link"], follow_redirects=False)
    return told


def dispute(client: TestClient, code: str, version: int = 3, text: str = WORDS) -> Any:
    return client.post(f"/api/v1/reports/{code}/actions/dispute", json={"version": version, "text": text})


def stored(session: Session, code: str) -> Report:
    return session.scalars(select(Report).where(Report.code == code)).one()


def test_it_is_a_report_of_the_same_sender_to_the_same_unit_watched_by_the_ioc(
    client: TestClient, session: Session, sessions: sessionmaker[Session], sent: dict[str, Any]
) -> None:
    first = stored(session, sent["code"])
    elsewhere = session.scalars(select(Unit).where(Unit.kind == "department", Unit.valid_until.is_(None))).first()
    assert elsewhere is not None
    workflow.apply(session, first, "forward", SYSTEM, door="cli", details=Details(unit_id=elsewhere.id))
    version = first.version
    settle(sessions, sent["code"])
    told = dispute(client, sent["code"], version + 2)
    assert told.status_code == 200, told.text
    assert told.json()["state"] == "resolved"
    made = told.json()["second"]
    second = stored(session, made["code"])
    session.refresh(first)
    assert (second.second_of_id, second.unit_id, second.state) == (first.id, first.unit_id, "received")
    assert second.content == WORDS
    assert made["unit"]["code"] == elsewhere.code
    assert second.resolve_due == deadlines.due_in_days(second.created_at, 3)
    one, two = (session.get(Sender, report.id) for report in (first, second))
    assert one is not None
    assert two is not None
    assert read(SECRET, one) == read(SECRET, two)
    assert one.key != two.key
    assert one.token_hash != two.token_hash
    watching = session.scalars(select(ReportUnit.role).where(ReportUnit.report_id == second.id)).all()
    assert "watching" in watching
    assert client.get(made["link"], follow_redirects=False).status_code == 303


def test_there_is_one_and_it_is_the_last(
    client: TestClient, session: Session, sessions: sessionmaker[Session], sent: dict[str, Any]
) -> None:
    settle(sessions, sent["code"])
    assert dispute(client, sent["code"], text="Chưa").status_code == 422
    made = dispute(client, sent["code"]).json()["second"]
    again = dispute(client, sent["code"], 4)
    assert again.status_code == 409
    assert "đã gửi phản ánh lần 2" in again.json()["detail"]
    client.get(made["link"], follow_redirects=False)
    settle(sessions, made["code"])
    assert "lần cuối" in dispute(client, made["code"]).json()["detail"]
    assert session.scalars(select(Report.second_of_id).where(Report.second_of_id.is_not(None))).all() == [
        stored(session, sent["code"]).id
    ]


def test_whoever_gave_the_first_answer_does_not_judge_the_second(
    client: TestClient,
    session: Session,
    sessions: sessionmaker[Session],
    sent: dict[str, Any],
    make_user: Callable[..., User],
) -> None:
    unit = stored(session, sent["code"]).unit
    answered, other = make_user("officer", unit=unit.code), make_user("officer", unit=unit.code)
    settle(sessions, sent["code"], user=answered)
    second = stored(session, dispute(client, sent["code"]).json()["second"]["code"])
    with pytest.raises(ConflictError, match="cán bộ khác"):
        workflow.apply(session, second, "accept", Actor("officer", unit.id, user_id=answered.id), door="web")
    workflow.apply(session, second, "accept", Actor("officer", unit.id, user_id=other.id), door="web")
    assert second.assignee_id == other.id


def test_only_the_sender_disputes(client: TestClient, sessions: sessionmaker[Session], sent: dict[str, Any]) -> None:
    settle(sessions, sent["code"])
    client.cookies.clear()
    assert dispute(client, sent["code"]).status_code == 403


def test_the_form_on_the_page_leads_to_the_second_report(
    client: TestClient, sessions: sessionmaker[Session], sent: dict[str, Any]
) -> None:
    settle(sessions, sent["code"])
    page = client.get(f"/reports/{sent['code']}").text
    token = page.partition('name="token" value="')[2].partition('"')[0]
    form = {"version": 3, "text": WORDS, "token": token}
    told = client.post(f"/reports/{sent['code']}/dispute", data=form, follow_redirects=False)
    assert told.status_code == 303
    second = client.get(told.headers["location"]).text
    assert WORDS in second
    assert f"/reports/{sent['code']}" in second
    assert told.headers["location"] in client.get(f"/reports/{sent['code']}").text


def test_of_two_sent_at_one_moment_one_is_made(
    fresh_database_url: str, settings: Settings, body: dict[str, Any]
) -> None:
    engine = build_engine(fresh_database_url)
    sessions = build_sessions(engine)
    with TestClient(create_app(settings, sessions)) as client:
        sent = client.post("/api/v1/reports", json=body).json()
        client.get(sent["link"], follow_redirects=False)
        settle(sessions, sent["code"])
        with ThreadPoolExecutor(4) as pool:
            told = list(pool.map(lambda _number: dispute(client, sent["code"]).status_code, range(4)))
    assert sorted(told) == [200, 409, 409, 409]
    with sessions() as session:
        assert len(session.scalars(select(Report.id)).all()) == 2
    engine.dispose()


@pytest.fixture
def settled(client: TestClient, session: Session, settings: Settings, body: dict[str, Any]) -> Callable[[], Report]:
    """A report by the border, which would be Hội An's and which the IOC said is in Điện Bàn; its sender is the last."""

    def made() -> Report:
        told = client.post("/api/v1/reports", json=body | BORDER).json()
        client.get(told["link"], follow_redirects=False)
        report = stored(session, told["code"])
        said = Details(unit_id=session.scalars(select(Unit.id).where(Unit.code == "ubnd-507")).one())
        stepping.step(session, settings, report, "reroute", Actor("operator"), door="web", version=None, details=said)
        session.commit()
        assert report.area_code == "507"
        return report

    return made


def test_near_a_border_it_lies_in_the_area_that_was_settled_for_the_first(
    client: TestClient, session: Session, sessions: sessionmaker[Session], settled: Callable[[], Report]
) -> None:
    first = settled()
    settle(sessions, first.code)
    made = dispute(client, first.code, 4).json()["second"]
    second = stored(session, made["code"])
    assert (second.unit_id, second.area_code, second.commune_code) == (first.unit_id, "507", first.commune_code)


def test_under_another_edition_it_lies_where_that_area_is_now(
    client: TestClient,
    session: Session,
    sessions: sessionmaker[Session],
    settings: Settings,
    settled: Callable[[], Report],
) -> None:
    open_, first = settled(), settled()
    settle(sessions, first.code)
    activation.activate(session, "2025-07", settings=settings)
    session.commit()
    session.refresh(open_)
    plain = routing.route(session, BORDER["lon"], BORDER["lat"], settings=settings).area
    made = dispute(client, first.code, 4).json()["second"]
    second = stored(session, made["code"])
    assert plain is not None
    assert open_.area_code not in ("507", plain.code)
    assert (second.unit_id, second.area_code) == (open_.unit_id, open_.area_code)
