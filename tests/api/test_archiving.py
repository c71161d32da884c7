import gzip
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, sessionmaker

from api import archive_file, archiving
from boundaries.models import Assignment
from geo import contacts, data_requests, media, senders, stores
from geo.errors import SetupError
from geo.geometry import element, position
from geo.models import ArchivedReport, DataRequest, Event, Media, Report, Sender
from geo.permissions import Actor
from geo.secret import secret
from geo.settings import Settings

BEFORE = datetime(2025, 1, 1, tzinfo=UTC)
Make = Callable[..., Report]


@pytest.fixture
def make_old(session: Session, make_report: Make) -> Make:
    """A builder of accepted reports that were closed long ago, or whatever the values say."""

    def make(days: int = 400, **values: object) -> Report:
        report = make_report(accepted=True)
        fields = {"state": "closed", "settled_at": BEFORE - timedelta(days=days)} | values
        for name, value in fields.items():
            setattr(report, name, value)
        session.flush()
        return report

    return make


def written(settings: Settings) -> list[dict]:
    """The features of all files of the archive."""
    found = []
    for file in sorted(settings.media_dir.glob("archive/*/*.geojsons.gz")):
        found += [orjson.loads(line) for line in gzip.decompress(file.read_bytes()).split(b"\x1e")[1:]]
    return found


def left(session: Session) -> set[str]:
    session.expire_all()
    return set(session.scalars(select(Report.code)))


def test_what_ended_before_a_day_is_in_a_file_and_nowhere_else(
    session: Session, sessions: sessionmaker[Session], settings: Settings, make_old: Make, make_report: Make
) -> None:
    old, young, open_one = make_old(), make_old(days=-1), make_report(accepted=True)
    code, content, stay = old.code, old.content, {young.code, open_one.code}
    assert archiving.count(session, BEFORE) == 1
    assert archiving.run(sessions, settings, BEFORE) == 1
    assert left(session) == stay
    (feature,) = written(settings)
    assert (feature["id"], feature["properties"]["content"]) == (code, content)
    assert [step["action"] for step in feature["properties"]["events"]] == ["receive", "accept"]
    assert "phone" not in str(feature)
    assert session.scalar(select(func.count()).select_from(Sender)) == 2
    assert session.scalars(select(ArchivedReport.code)).all() == [code]
    assert archiving.run(sessions, settings, BEFORE) == 0


@pytest.mark.parametrize("values", [
    {"state": "withdrawn"},
    {"hidden_at": BEFORE},
    {"published_at": None},
    {"redacted": "Ngập nặng trước nhà [đã che]."},
])  # fmt: skip
def test_what_the_public_may_not_see_is_in_the_file(
    session: Session, sessions: sessionmaker[Session], settings: Settings, make_old: Make, values: dict[str, object]
) -> None:
    blurred = (108.1234, 15.4321)
    old = make_old(public_point=element(*blurred), stars=4, accept_due=BEFORE, **values)
    session.add(Assignment(report_id=old.id, unit_id=old.unit_id, reason="inside"))
    session.flush()
    exact, content, redacted, unit = position(old.point), old.content, old.redacted, old.unit.code
    assert archiving.run(sessions, settings, BEFORE) == 1
    (feature,) = written(settings)
    kept = feature["properties"]
    assert (kept["content"], kept["redacted"], kept["stars"], kept["unit"]) == (content, redacted, 4, unit)
    assert (tuple(feature["geometry"]["coordinates"]), tuple(kept["public_point"])) == (exact, blurred)
    assert datetime.fromisoformat(kept["accept_due"]) == BEFORE
    assert [step["action"] for step in kept["events"]] == ["receive", "accept"]
    assert [(one["unit"], one["reason"]) for one in kept["assignments"]] == [(unit, "inside")]


def test_the_sender_is_not_in_the_file(
    session: Session, sessions: sessionmaker[Session], settings: Settings, make_old: Make
) -> None:
    old = make_old()
    contact = senders.read(secret(settings), session.get_one(Sender, old.id))
    assert contact.name
    assert contact.phone
    archiving.run(sessions, settings, BEFORE)
    text = str(written(settings))
    assert contact.name not in text
    assert contact.phone not in text


def test_who_saw_whom_and_what_was_asked_stay_in_the_registers(
    session: Session, sessions: sessionmaker[Session], settings: Settings, make_old: Make, make_user: Make
) -> None:
    old, operator = make_old(), make_user("operator")
    code, email = old.code, operator.email
    who = Actor("operator", user_id=operator.id)
    contacts.look(session, old, who, "gọi hỏi thêm", secret=secret(settings))
    data_requests.settle(session, data_requests.ask(session, old, "access", "", 72), "Đã gửi.", operator.id)
    session.flush()
    assert archiving.run(sessions, settings, BEFORE) == 1
    session.expire_all()
    (seen,) = session.execute(contacts.looks_since(BEFORE)).all()
    assert tuple(seen)[1:] == (code, email, None, "gọi hỏi thêm")
    (asked,) = session.scalars(select(DataRequest))
    assert (asked.code, asked.report_id, asked.kind, asked.answer) == (code, None, "access", "Đã gửi.")


@pytest.mark.parametrize(("what", "gone"), [("split", 1), ("asked", 0), ("joined", 0)])
def test_what_happens_while_a_batch_is_read_keeps_a_report(
    session: Session,
    sessions: sessionmaker[Session],
    settings: Settings,
    make_old: Make,
    monkeypatch: pytest.MonkeyPatch,
    what: str,
    gone: int,
) -> None:
    lead = make_old()
    follower = make_old(state="merged", settled_at=None, lead_id=lead.id)
    other = make_old(days=-5)
    stay = {lead.code, follower.code, other.code} if not gone else {follower.code, other.code}
    read = archiving._batch

    def then_something_happens(session: Session, before: datetime, place: Any) -> Any:
        batch = read(session, before, place)
        if batch is not None and place is None:
            with sessions.begin() as meanwhile:
                if what == "asked":
                    data_requests.ask(meanwhile, meanwhile.get_one(Report, lead.id), "erasure", "", 72)
                elif what == "split":
                    meanwhile.execute(
                        update(Report).where(Report.id == follower.id).values(state="received", lead_id=None)
                    )
                else:
                    meanwhile.execute(update(Report).where(Report.id == other.id).values(second_of_id=lead.id))
        return batch

    monkeypatch.setattr(archiving, "_batch", then_something_happens)
    assert archiving.run(sessions, settings, BEFORE) == gone
    assert left(session) == stay
    assert len(written(settings)) == gone


def test_families_go_together_or_stay_together(
    session: Session, sessions: sessionmaker[Session], settings: Settings, make_old: Make
) -> None:
    lead = make_old()
    follower = make_old(state="merged", settled_at=None, lead_id=lead.id)
    disputed = make_old()
    second = make_old(days=-5, second_of_id=disputed.id)
    third = make_old(state="merged", settled_at=None, lead_id=second.id)
    gone, stay = {lead.code, follower.code}, {disputed.code, second.code, third.code}
    assert archiving.count(session, BEFORE) == 2
    assert archiving.run(sessions, settings, BEFORE) == 2
    assert {feature["id"] for feature in written(settings)} == gone
    assert left(session) == stay


def test_batches_follow_one_another_past_those_that_stay(
    session: Session,
    sessions: sessionmaker[Session],
    settings: Settings,
    make_old: Make,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("api.archiving.BATCH", 2)
    reports = [make_old(days=100 + number) for number in range(5)]
    session.add(DataRequest(report_id=reports[4].id, code=reports[4].code, kind="access", due_at=BEFORE))
    session.flush()
    stays = reports[4].code
    shown: list[int] = []
    assert archiving.run(sessions, settings, BEFORE, shown.append) == 4
    assert shown == [1, 3, 4]
    assert left(session) == {stays}
    assert len(written(settings)) == 4


def test_pictures_stay_and_the_file_says_where(
    client: TestClient, session: Session, sessions: sessionmaker[Session], settings: Settings, make_old: Make
) -> None:
    report = make_old()
    key = "ab" * 16
    stores.write(settings, f"ab/{key}.jpg", b"large")
    event_id = session.scalars(select(Event.id).where(Event.report_id == report.id)).first()
    session.add(Media(report_id=report.id, event_id=event_id, key=key, width=1, height=1))
    session.flush()
    assert archiving.run(sessions, settings, BEFORE) == 1
    (feature,) = written(settings)
    (kept,) = feature["properties"]["media"]
    assert (kept["key"], kept["event_id"]) == (key, feature["properties"]["events"][0]["id"])
    assert stores.read(settings, media.paths(key)[0]) == b"large"
    assert client.get(f"/media/{key}.jpg").status_code == 404
    assert session.scalar(select(func.count()).select_from(Media)) == 0


def test_nothing_is_deleted_that_cannot_be_read_back(
    session: Session,
    sessions: sessionmaker[Session],
    settings: Settings,
    make_old: Make,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    code = make_old().code
    whole = stores.write
    monkeypatch.setattr(stores, "write", lambda settings, path, data: whole(settings, path, data[:-20]))
    with pytest.raises(SetupError):
        archiving.run(sessions, settings, BEFORE)
    assert left(session) == {code}


def test_killed_between_writing_and_deleting_nothing_is_lost(
    session: Session,
    sessions: sessionmaker[Session],
    settings: Settings,
    make_old: Make,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    codes = {make_old().code, make_old().code}

    def killed(*_arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(archiving, "_forget", killed)
        with pytest.raises(KeyboardInterrupt):
            archiving.run(sessions, settings, BEFORE)
    assert left(session) == codes
    assert {feature["id"] for feature in written(settings)} == codes
    assert archiving.run(sessions, settings, BEFORE) == 2
    assert left(session) == set()
    # The same reports make the same file: not even twice.
    assert sorted(feature["id"] for feature in written(settings)) == sorted(codes)


def test_an_archived_page_says_so(client: TestClient, sessions: sessionmaker[Session], settings: Settings,
                                  make_old: Make) -> None:  # fmt: skip
    code = make_old().code
    assert client.get(f"/reports/{code}").status_code == 200
    archiving.run(sessions, settings, BEFORE)
    page = client.get(f"/reports/{code}", headers={"Accept": "text/html"})
    assert page.status_code == 410
    assert "kho lưu trữ" in page.text
    problem = client.get(f"/api/v1/reports/{code}", headers={"Accept-Language": "en"})
    assert (problem.status_code, problem.json()["type"]) == (410, "/problems/gone")
    assert client.get("/api/v1/reports/QN-0000-0000").status_code == 404


def test_a_damaged_file_has_no_codes(session: Session, make_old: Make) -> None:
    data, codes = archive_file.make(session, [make_old().id])
    assert archive_file.codes(data) == codes
    for damaged in (b"", data[:-9], data[:30] + b"\0\0\0\0" + data[34:]):
        assert archive_file.codes(damaged) == []


def test_months_are_those_of_the_calendar() -> None:
    assert archiving.months_ago(1, datetime(2026, 3, 31, 5, tzinfo=UTC)) == datetime(2026, 2, 28, 5, tzinfo=UTC)
    assert archiving.months_ago(24, datetime(2026, 1, 15, tzinfo=UTC)) == datetime(2024, 1, 15, tzinfo=UTC)
