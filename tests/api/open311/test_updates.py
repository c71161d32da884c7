"""Updates both ways: what the public is told of a history, and what an agency's own system answers."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.app import create_app
from api.open311 import fetched
from geo import api_keys, workflow
from geo.database import build_engine, build_sessions
from geo.details import Details
from geo.models import Event, Media, Report, Unit
from geo.permissions import SYSTEM, Actor
from geo.settings import Settings
from tests.api.open311.conftest import V2
from tests.api.open311.test_sending import errors
from tests.api.open311.test_services import names, tree

Make = Callable[..., Any]
UPDATES = f"{V2}/servicerequestupdates"
SAID = "Đã cử người đến xem chỗ này."


@pytest.fixture
def agency(client: TestClient, grant: Make) -> Callable[..., Any]:
    """Posts an update with the key of Hội An: `agency(report, "FIXED", description="…")`."""
    key = grant("steps", "ubnd-503")
    numbers = iter(range(1, 1_000))

    def post(report: Report, status: str, *, photo: bytes | None = None, **fields: Any) -> Any:
        said = {"api_key": key, "update_id": str(next(numbers)), "service_request_id": report.code, "status": status}
        files = [("media", ("a.jpg", photo, "image/jpeg"))] if photo else None
        return client.post(f"{UPDATES}.json", data=said | fields, files=files)

    return post


def steps(session: Session, report: Report) -> list[str]:
    return list(session.scalars(select(Event.action).where(Event.report_id == report.id).order_by(Event.id)))


def test_an_update_has_the_elements_of_the_extension(client: TestClient, session: Session, make_report: Make) -> None:
    report = make_report(unit="ubnd-503", accepted=True)
    workflow.apply(session, report, "progress", SYSTEM, door="cli", details=Details(text=SAID))
    session.flush()
    root = tree(client.get(f"{UPDATES}.xml"))
    assert (root.tag, {one.tag for one in root}) == ("service_request_updates", {"request_update"})
    fields = ["update_id", "service_request_id", "status", "updated_datetime", "description", "media_url"]
    assert [names(one) for one in root] == [fields] * 2
    told = client.get(f"{UPDATES}.json").json()
    assert [(one["service_request_id"], one["status"]) for one in told] == [(report.code, "IN_PROGRESS")] * 2
    assert [one["description"] for one in told] == ["UBND thành phố Hội An tiếp nhận và bắt đầu xử lý.", SAID]


def test_words_are_told_only_where_they_are_public(client: TestClient, session: Session, make_report: Make) -> None:
    waiting = make_report()
    workflow.apply(session, waiting, "ask", SYSTEM, door="cli", details=Details(text="Nhà số mấy vậy bác?"))
    secret = make_report(category="an-ninh-trat-tu", accepted=True)
    workflow.apply(session, secret, "progress", SYSTEM, door="cli", details=Details(text="Đã gặp ông Bảy."))
    inner = make_report(accepted=True)
    unit = session.scalars(select(Unit.id).where(Unit.code == "ubnd-502")).one()
    workflow.apply(session, inner, "forward", SYSTEM, door="cli", details=Details(text="Nhờ các anh.", unit_id=unit))
    gone = make_report()
    workflow.apply(session, gone, "withdraw", Actor("sender", report_id=gone.id), door="api")
    session.flush()
    answer = client.get(f"{UPDATES}.json")
    for hidden in ("số mấy", "ông Bảy", "Nhờ các anh", gone.code):
        assert hidden not in answer.text
    told = [(one["service_request_id"], one["status"]) for one in answer.json()]
    assert told == [
        (waiting.code, "INVESTIGATING"),
        (secret.code, "IN_PROGRESS"),
        (secret.code, "IN_PROGRESS"),
        (inner.code, "IN_PROGRESS"),
        (inner.code, "INTERNAL_REFERRAL"),
    ]


def test_updates_are_asked_for_by_time_report_agency_and_page(client: TestClient, make_report: Make) -> None:
    first, second = make_report(unit="ubnd-503", accepted=True), make_report(unit="ubnd-502", accepted=True)

    def of(**asked: Any) -> list[str]:
        return [one["service_request_id"] for one in client.get(f"{UPDATES}.json", params=asked).json()]

    now = datetime.now(UTC)
    assert of() == [first.code, second.code]
    assert of(service_request_id=second.code) == [second.code]
    assert of(agency_responsible="ubnd-503") == [first.code]
    assert of(page_size=1, page=2) == [second.code]
    assert of(start_date=(now + timedelta(hours=1)).isoformat()) == []
    assert (
        of(start_date=(now - timedelta(hours=1)).isoformat(), end_date=(now + timedelta(hours=1)).isoformat()) == of()
    )
    long = {"start_date": (now - timedelta(days=91)).isoformat(), "end_date": now.isoformat()}
    assert "90" in errors(client.get(f"{UPDATES}.json", params=long), 400)
    assert errors(client.get(f"{UPDATES}.json", params={"agency_responsible": "a\0"}), 400)


def test_an_agency_accepts_tells_of_progress_and_answers_with_a_picture(
    client: TestClient, session: Session, agency: Make, make_report: Make, photo: bytes
) -> None:
    report = make_report(unit="ubnd-503")
    assert agency(report, "ACCEPTED").status_code == 200
    assert agency(report, "in progress", description=SAID).status_code == 200
    # The category's results can be seen, so they have to be shown.
    assert "media" in errors(agency(report, "FIXED", description="Đã vá xong ổ gà."), 400)
    done = agency(report, "FIXED", description="Đã vá xong ổ gà.", photo=photo)
    assert done.status_code == 200
    session.refresh(report)
    assert (report.state, steps(session, report)) == ("resolved", ["receive", "accept", "progress", "resolve"])
    event = session.scalars(select(Event).where(Event.action == "resolve")).one()
    assert (event.door, event.actor, event.user_id, event.unit_id) == ("open311", "officer", None, report.unit_id)
    assert done.json() == [{"update_id": str(event.id)}]
    # Everybody sees it: the updates, the request, the page.
    last = client.get(f"{UPDATES}.json").json()[-1]
    assert (last["update_id"], last["status"], last["description"]) == (str(event.id), "FIXED", "Đã vá xong ổ gà.")
    assert client.get(last["media_url"]).headers["content-type"] == "image/jpeg"
    (told,) = client.get(f"{V2}/requests/{report.code}.json").json()
    assert (told["status"], told["status_notes"]) == ("closed", "Đã vá xong ổ gà.")
    assert "Đã vá xong ổ gà." in client.get(f"/reports/{report.code}").text


def test_one_update_may_be_two_steps(session: Session, agency: Make, make_report: Make, photo: bytes) -> None:
    report = make_report(unit="ubnd-503")
    assert agency(report, "CLOSED", description="Đã vá xong ổ gà.", photo=photo).status_code == 200
    assert steps(session, report) == ["receive", "accept", "resolve"]
    assert session.scalar(select(func.count()).where(Media.event_id.is_not(None))) == 1
    other = make_report(unit="ubnd-503")
    assert agency(other, "INVESTIGATING", description=SAID).status_code == 200
    assert steps(session, other) == ["receive", "accept", "progress"]


def test_what_is_not_theirs_goes_back_or_on(session: Session, agency: Make, make_report: Make) -> None:
    back, on, stuck = make_report(unit="ubnd-503"), make_report(unit="ubnd-503"), make_report(unit="ubnd-503")
    assert agency(back, "NOT_COUNCILS_RESPONSIBILITY", description="Việc của điện lực.").status_code == 200
    session.refresh(back)
    assert (back.state, back.unit.code) == ("received", "ioc")
    sent = agency(on, "INTERNAL_REFERRAL", description="Chuyển Tam Kỳ.", agency_responsible="ubnd-502")
    assert sent.status_code == 200
    session.refresh(on)
    assert (on.state, on.unit.code) == ("received", "ubnd-502")
    # It is another unit's from then on.
    assert errors(agency(on, "ACCEPTED"), 403)
    assert agency(stuck, "ACCEPTED").status_code == 200
    told = errors(agency(stuck, "NOT_COUNCILS_RESPONSIBILITY", description="Việc của điện lực."), 400)
    assert "agency_responsible" in told
    assert errors(agency(stuck, "INTERNAL_REFERRAL", agency_responsible="nothing"), 400)


def test_a_refusal_a_question_and_a_duplicate(session: Session, agency: Make, make_report: Make) -> None:
    refused, asked, double, lead = (make_report(unit="ubnd-503") for _number in range(4))
    assert agency(refused, "NO_FURTHER_ACTION", description="Đã sửa từ hôm qua.", reason="da-xu-ly").status_code == 200
    assert "reason" in errors(agency(asked, "NO_FURTHER_ACTION", description=SAID, reason="x"), 400)
    assert agency(asked, "INFORMATION_REQUIRED", description="Ổ gà ở làn nào?").status_code == 200
    assert "duplicate_of" in errors(agency(double, "DUPLICATE"), 400)
    assert agency(double, "DUPLICATE", duplicate_of=lead.code).status_code == 200
    for report in (refused, asked, double):
        session.refresh(report)
    assert [one.state for one in (refused, asked, double)] == ["rejected", "needs_info", "merged"]


def test_what_the_process_does_not_allow_is_refused_with_what_it_does(
    agency: Make, session: Session, make_report: Make
) -> None:
    report = make_report(unit="ubnd-503", accepted=True)
    assert "description" in errors(agency(report, "IN_PROGRESS"), 400)  # progress must say something
    workflow.apply(session, report, "reject", SYSTEM, door="cli", details=Details(text=SAID, reason="khac"))
    session.flush()
    before = steps(session, report)
    for status in ("ACCEPTED", "FIXED", "NO_FURTHER_ACTION", "INFORMATION_REQUIRED"):
        answer = agency(report, status, description=SAID)
        assert "Không tiếp nhận" in errors(answer, 400)
        # No status is possible, and steps of our pages are none.
        assert [one["code"] for one in answer.json()] == [409]
    assert steps(session, report) == before


def test_a_result_waits_for_the_head_where_the_unit_wants_that(
    client: TestClient, session: Session, agency: Make, make_report: Make, photo: bytes
) -> None:
    report = make_report(unit="ubnd-503", accepted=True)
    report.unit.approves_results = True
    session.flush()
    assert agency(report, "FIXED", description="Đã vá xong ổ gà.", photo=photo).status_code == 200
    session.refresh(report)
    assert (report.state, steps(session, report)[-1]) == ("in_progress", "propose")
    assert "Đã vá" not in client.get(f"{UPDATES}.json").text
    assert "Đã vá" not in client.get(f"{V2}/requests.json?extensions=true").text


def test_the_same_update_is_taken_once(session: Session, agency: Make, make_report: Make) -> None:
    report = make_report(unit="ubnd-503", accepted=True)
    answers = [agency(report, "IN_PROGRESS", description=SAID, update_id="A-7") for _time in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 200]
    assert len({one.text for one in answers}) == 1
    assert steps(session, report).count("progress") == 1
    told = errors(agency(report, "IN_PROGRESS", description="Một điều khác hẳn.", update_id="A-7"), 400)
    assert "update_id" in told
    # One that was refused was not taken, and may come again.
    other = make_report(unit="ubnd-503", accepted=True)
    assert errors(agency(other, "IN_PROGRESS", update_id="A-8"), 400)
    assert agency(other, "IN_PROGRESS", description=SAID, update_id="A-8").status_code == 200


def test_an_update_is_known_from_the_key_that_was_exchanged_for_a_new_one(
    session: Session, agency: Make, grant: Make, make_report: Make
) -> None:
    report = make_report(unit="ubnd-503", accepted=True)
    first = agency(report, "IN_PROGRESS", description=SAID, update_id="A-7")
    new = {"api_key": grant("steps", "ubnd-503", "ubnd-502"), "update_id": "A-7"}
    assert agency(report, "IN_PROGRESS", description=SAID, **new).text == first.text
    assert steps(session, report).count("progress") == 1
    # Another system of the unit may count from one as well.
    assert agency(report, "IN_PROGRESS", description="Một điều khác hẳn.", **new).status_code == 200
    assert steps(session, report).count("progress") == 2
    other = {"api_key": grant("steps", "ubnd-502"), "update_id": "A-7"}
    assert agency(report, "IN_PROGRESS", description=SAID, **other).status_code == 403


def test_two_of_the_same_at_one_moment_are_one_step(
    fresh_database_url: str, settings: Settings, body: dict[str, Any]
) -> None:
    engine = build_engine(fresh_database_url)
    sessions = build_sessions(engine)
    with sessions.begin() as session:
        key = api_keys.grant(session, name="Hội An", scope="steps", units=["ubnd-503"], per_minute=600, days=1)
    with TestClient(create_app(settings, sessions)) as client:
        code = client.post("/api/v1/reports", json=body).json()["code"]
        said = {"api_key": key, "update_id": "1", "service_request_id": code, "status": "OPEN", "description": SAID}
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(lambda _number: client.post(f"{UPDATES}.json", data=said), range(4)))
    assert [one.status_code for one in answers] == [200] * 4
    assert len({one.text for one in answers}) == 1
    with sessions() as session:
        assert list(session.scalars(select(Event.action).order_by(Event.id))) == ["receive", "accept", "progress"]
    engine.dispose()


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        ({"api_key": ""}, 403, "api_key"),
        ({"update_id": ""}, 400, "update_id"),
        ({"update_id": "a b"}, 400, "update_id"),
        ({"update_id": "a\0b"}, 400, "update_id"),
        ({"service_request_id": ""}, 400, "service_request_id"),
        ({"service_request_id": "QN-0000-0000"}, 404, ""),
        ({"service_request_id": "\0"}, 404, ""),
        ({"status": ""}, 400, "status"),
        ({"status": "DONE"}, 400, "FIXED"),
        ({"description": "một hai \0 ba"}, 400, "description"),
        ({"description": "x" * 6_000}, 400, "description"),
        ({"media_url": "file:///etc/passwd"}, 400, "media_url"),
        ({"media_url": "http://127.0.0.1/a.jpg"}, 400, "media_url"),
        ({"duplicate_of": "\0", "status": "DUPLICATE"}, 404, ""),
        ({"agency_responsible": "\0", "status": "INTERNAL_REFERRAL"}, 400, "agency_responsible"),
    ],
)
def test_an_update_that_lacks_something_changes_nothing(
    *, session: Session, agency: Make, make_report: Make, change: dict[str, str], status: int, said: str
) -> None:
    report = make_report(unit="ubnd-503", accepted=True)
    sent = {"status": "IN_PROGRESS", "description": SAID} | change
    assert said in errors(agency(report, **sent), status)
    assert steps(session, report) == ["receive", "accept"]


def test_few_pictures_are_fetched_at_once(session: Session, agency: Make, make_report: Make) -> None:
    report = make_report(unit="ubnd-503", accepted=True)
    with ExitStack() as held:
        for _place in range(fetched.MOST):
            held.enter_context(fetched.ROOM)
        answer = agency(report, "FIXED", description=SAID, media_url="https://example.org/a.jpg")
        assert errors(answer, 503)
        assert answer.headers["retry-after"]
    assert steps(session, report) == ["receive", "accept"]


def test_only_the_key_of_the_unit_answers(
    client: TestClient, session: Session, grant: Make, make_report: Make, make_user: Make
) -> None:
    report = make_report(unit="ubnd-503")
    said = {"update_id": "1", "service_request_id": report.code, "status": "ACCEPTED"}
    officer = api_keys.make(session, make_user("officer", unit="ubnd-503"), name="QGIS", scope="steps", days=1)
    session.flush()
    wrong = (grant("send", "ubnd-503"), grant("read", "ubnd-503"), grant("steps", "ubnd-502"), officer)
    for key in wrong:
        assert errors(client.post(f"{UPDATES}.json", data=said | {"api_key": key}), 403)
    right = grant("steps", "ubnd-502", "ubnd-503")
    assert client.post(f"{UPDATES}.json", data=said, headers={"authorization": f"Bearer {right}"}).status_code == 200
