"""Exports that are ordered: by a real worker, cancelled, killed, fetched, e-mailed, and written down."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session, sessionmaker

from api import exporting
from api.app import create_app
from api.delivery import worker
from geo import api_keys
from geo.database import build_engine, build_sessions
from geo.exports import MAKE, MOST_TRIES, TELL
from geo.geometry import position
from geo.models import Export, Rate, Report, User
from geo.settings import Settings
from tests.api.conftest import Postbox

Make = Callable[..., Report]
PATH = "/api/v1/exports"
HERE = (108.33931, 15.88117)


@pytest.fixture
def own(fresh_database_url: str) -> Iterator[Engine]:
    engine = build_engine(fresh_database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def really(own: Engine) -> sessionmaker[Session]:
    """Sessions on connections that are really apart, as a worker's are."""
    return build_sessions(own)


@pytest.fixture
def session(really: sessionmaker[Session]) -> Iterator[Session]:
    with really() as session:
        yield session


@pytest.fixture
def client(really: sessionmaker[Session], settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(settings, really), base_url="http://testserver") as client:
        yield client


@pytest.fixture
def work(fresh_database_url: str, settings: Settings, really: sessionmaker[Session]) -> Callable[[], None]:
    """Lets a worker do what waits, and no more."""

    def run() -> None:
        app = worker.build(fresh_database_url, settings, really)
        app.run_worker(wait=False, install_signal_handlers=False)

    return run


def order(client: TestClient, **query: Any) -> str:
    answer = client.post(PATH, params=query)
    assert answer.status_code == 202, answer.text
    return answer.headers["location"]


def test_an_order_becomes_a_file_that_anybody_with_the_token_fetches(
    client: TestClient, session: Session, make_report: Make, work: Callable[[], None]
) -> None:
    codes = {make_report(category="cay-xanh", accepted=True).code for _one in range(3)}
    make_report(category="giao-thong")
    session.commit()
    place = order(client, category="cay-xanh")
    waiting = client.get(place).json()
    assert (waiting["state"], waiting["progress"], waiting["total"], waiting["link"]) == ("waiting", 0, 3, None)
    work()
    ready = client.get(place).json()
    assert (ready["state"], ready["progress"], ready["rows"]) == ("ready", 100, 3)
    file = client.get(ready["link"])
    assert file.status_code == 200
    assert file.headers["content-type"] == "application/geo+json"
    assert file.headers["content-disposition"] == f'attachment; filename="{ready["filename"]}"'
    assert {feature["id"] for feature in file.json()["features"]} == codes
    assert len(file.content) == ready["size"]
    part = client.get(ready["link"], headers={"Range": "bytes=10-"})
    assert (part.status_code, part.content) == (206, file.content[10:])
    assert client.get(ready["link"].rpartition("/")[0] + "/another.geojson").status_code == 404


def test_a_token_is_not_guessed_and_the_database_alone_does_not_tell_it(client: TestClient, session: Session) -> None:
    token = order(client).rpartition("/")[2]
    assert len(token) == 32
    kept = session.scalars(select(Export)).one()
    assert token not in repr(vars(kept))
    assert client.get(f"{PATH}/{token[::-1]}").status_code == 404
    assert client.get(f"{PATH}/%00").status_code == 404


def test_an_order_may_be_cancelled_before_and_after_it_is_made(
    client: TestClient, session: Session, settings: Settings, work: Callable[[], None]
) -> None:
    first, second = order(client), order(client)
    assert client.delete(first).status_code == 204
    work()
    assert client.get(first).json()["state"] == "cancelled"
    link = client.get(second).json()["link"]
    assert client.delete(second).status_code == 204
    assert client.get(link).status_code == 410
    assert client.delete(second).status_code == 409
    assert not [one for one in (settings.media_dir / exporting.FOLDER).rglob("*") if one.is_file()]


def test_one_that_is_cancelled_while_it_is_written_leaves_nothing(
    client: TestClient,
    session: Session,
    settings: Settings,
    really: sessionmaker[Session],
    monkeypatch: pytest.MonkeyPatch,
    make_report: Make,
) -> None:
    make_report()
    session.commit()
    place = order(client)
    monkeypatch.setattr(exporting, "PAUSE", 0)
    number = session.scalars(select(Export.id)).one()

    def stopping() -> bool:
        client.delete(place)
        return False

    assert exporting.make(really, settings, number, stopping)
    assert client.get(place).json()["state"] == "cancelled"
    assert not list((settings.data_dir / exporting.FOLDER).iterdir())
    assert not (settings.media_dir / exporting.FOLDER / str(number)).exists()


def test_a_worker_that_is_asked_to_stop_leaves_the_order_for_the_next(
    client: TestClient,
    session: Session,
    settings: Settings,
    really: sessionmaker[Session],
    monkeypatch: pytest.MonkeyPatch,
    make_report: Make,
) -> None:
    make_report()
    session.commit()
    place = order(client)
    number = session.scalars(select(Export.id)).one()
    with monkeypatch.context() as patched:
        patched.setattr(exporting, "PAUSE", 0)
        for _stop in range(MOST_TRIES + 1):
            assert not exporting.make(really, settings, number, lambda: True)
    assert client.get(place).json()["state"] == "waiting"
    assert exporting.make(really, settings, number)
    assert client.get(place).json()["state"] == "ready"


def test_one_whose_workers_are_killed_again_and_again_fails_in_the_end(
    client: TestClient, session: Session, settings: Settings, really: sessionmaker[Session]
) -> None:
    place = order(client)
    session.execute(update(Export).values(state="running", tries=MOST_TRIES))
    session.commit()
    assert exporting.make(really, settings, session.scalars(select(Export.id)).one())
    assert client.get(place).json()["state"] == "failed"


def test_a_file_goes_when_its_time_is_over_and_the_register_stays(
    client: TestClient,
    session: Session,
    settings: Settings,
    really: sessionmaker[Session],
    work: Callable[[], None],
) -> None:
    place = order(client)
    work()
    told = client.get(place).json()
    lasts = datetime.fromisoformat(told["expires_at"]) - datetime.now(UTC)
    assert timedelta(hours=23) < lasts <= timedelta(hours=settings.export_hours)
    session.execute(update(Export).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    session.commit()
    assert client.get(told["link"]).status_code == 410
    (settings.data_dir / exporting.FOLDER / "7-left-behind.csv").touch()
    assert exporting.sweep(really, settings, datetime.now(UTC)) == 1
    assert client.get(place).json()["state"] == "expired"
    left = [one for one in settings.data_dir.rglob("*") if one.is_file() and exporting.FOLDER in one.parts]
    assert left == []


def test_whoever_orders_too_much_is_told_when_to_come_back(client: TestClient, session: Session) -> None:
    for _one in range(20):
        order(client)
    refused = client.post(PATH)
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0
    assert not any("testclient" in subject for subject in session.scalars(select(Rate.subject)))


def test_no_more_than_two_files_are_made_at_once(client: TestClient, session: Session) -> None:
    for _one in range(4):
        order(client)
    jobs = session.connection().exec_driver_sql(
        f"SELECT lock, count(*) FROM procrastinate_jobs WHERE task_name = '{MAKE}' GROUP BY lock"
    )
    assert sorted(jobs.all()) == [("export-0", 2), ("export-1", 2)]


def test_exact_points_are_for_planners_and_operators(
    client: TestClient,
    session: Session,
    make_report: Make,
    make_user: Callable[..., User],
    sign_in: Callable[[TestClient, User], None],
    work: Callable[[], None],
) -> None:
    report = make_report(category="an-ninh-trat-tu", lon=HERE[0], lat=HERE[1], accepted=True)
    planner, officer = make_user("planner"), make_user("officer", unit="ubnd-503")
    session.commit()
    public = position(report.public_point)
    assert client.get("/api/v1/export?exact=true").status_code == 401
    assert client.post(f"{PATH}?exact=true").status_code == 401
    sign_in(client, officer)
    session.commit()
    refused = client.get("/api/v1/export?exact=true")
    assert (refused.status_code, refused.headers["content-type"]) == (403, "application/problem+json")
    sign_in(client, planner)
    session.commit()
    for exact, place in ((True, HERE), (False, public)):
        feature = client.get("/api/v1/export", params={"exact": exact}).json()["features"][0]
        assert feature["geometry"]["coordinates"] == pytest.approx(place, abs=1e-6)
        # Never the words of a sensitive report, and never its sender.
        assert feature["properties"]["content"] is None
        assert "Bưởi" not in json.dumps(feature, ensure_ascii=False)
    called = client.get("/api/v1/export?exact=true").headers["content-disposition"]
    assert 'filename="phan-anh-vi-tri-chinh-xac-' in called
    where = order(client, exact=True)
    work()
    assert client.get(where).json()["filename"].startswith("phan-anh-vi-tri-chinh-xac-")
    link = client.get(where).json()["link"]
    file = client.get(link).json()
    assert file["features"][0]["geometry"]["coordinates"] == pytest.approx(HERE, abs=1e-6)
    client.cookies.clear()
    assert client.get(link).status_code == 401  # an address is passed on more easily than an account


def test_whoever_may_not_see_exact_points_neither_sees_nor_removes_their_order(
    client: TestClient,
    session: Session,
    make_user: Callable[..., User],
    sign_in: Callable[[TestClient, User], None],
    work: Callable[[], None],
) -> None:
    planner, officer = make_user("planner"), make_user("officer", unit="ubnd-503")
    key = api_keys.make(session, planner, name="máy tính", scope="read", days=1)
    session.commit()
    sign_in(client, planner)
    session.commit()
    where = order(client, exact=True)
    page = where.replace(PATH, "/planner/exports")
    work()
    assert client.get(page).status_code == 200
    client.cookies.clear()
    assert client.delete(where).status_code == 401
    assert client.get(where).status_code == 401
    stranger = client.get(page, follow_redirects=False)
    assert stranger.status_code in {303, 401}
    assert "/cancel" not in stranger.text
    sign_in(client, officer)
    session.commit()
    assert client.delete(where).status_code == 403
    seen = client.get(page)
    assert (seen.status_code, "/cancel" in seen.text) == (403, False)
    client.cookies.clear()
    known = {"Authorization": f"Bearer {key}"}
    assert client.get(where, headers=known).json()["state"] == "ready"
    assert client.delete(where, headers=known).status_code == 204


def test_the_form_of_an_exact_order_cancels_it_for_nobody_else(
    client: TestClient, session: Session, make_user: Callable[..., User], sign_in: Callable[[TestClient, User], None]
) -> None:
    planner = make_user("planner")
    session.commit()
    sign_in(client, planner)
    session.commit()
    page = order(client, exact=True).replace(PATH, "/planner/exports")
    token = client.get(page).text.partition('name="token" value="')[2].partition('"')[0]
    client.cookies.delete("session")  # the form's own mark stays
    refused = client.post(f"{page}/cancel", data={"token": token}, follow_redirects=False)
    assert refused.status_code in {303, 401}
    assert session.scalars(select(Export.state)).one() == "waiting"


def test_a_key_that_only_reads_may_order(client: TestClient, session: Session, make_user: Callable[..., User]) -> None:
    user = make_user("planner")
    key = api_keys.make(session, user, name="máy tính", scope="read", days=1)
    session.commit()
    answer = client.post(f"{PATH}?exact=true", headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 202, answer.text
    assert session.scalars(select(Export.user_id)).one() == user.id


def test_another_sites_page_orders_nothing(client: TestClient) -> None:
    assert client.post(PATH, headers={"Origin": "https://example.org"}).status_code == 403


def test_a_letter_tells_whoever_signed_in(
    client: TestClient,
    session: Session,
    settings: Settings,
    really: sessionmaker[Session],
    make_user: Callable[..., User],
    sign_in: Callable[[TestClient, User], None],
    postbox: tuple[Postbox, str],
) -> None:
    box, smtp_url = postbox
    planner = make_user("planner")
    sign_in(client, planner)
    session.commit()
    assert client.post(f"{PATH}?mail=true").status_code == 422  # no mail server
    sending = settings.model_copy(update={"smtp_url": smtp_url})
    with TestClient(create_app(sending, really), base_url="http://testserver") as other:
        assert other.post(f"{PATH}?mail=true").status_code == 422  # nobody to write to
        sign_in(other, planner)
        session.commit()
        link = order(other, mail=True)
        number = session.scalars(select(Export.id)).one()
        assert exporting.make(really, sending, number)
        asked = session.connection().exec_driver_sql(f"SELECT args FROM procrastinate_jobs WHERE task_name = '{TELL}'")
        assert asked.scalar_one() == {"export_id": number}
        with really.begin() as telling:
            exporting.tell(telling, sending, number)
        [letter] = box.letters
        assert letter["To"] == planner.email
        path = other.get(link).json()["link"].removeprefix("http://testserver")
        assert path in letter.get_payload(decode=True).decode()


def test_the_register_knows_who_took_what_and_of_a_reader_nothing(
    client: TestClient,
    session: Session,
    make_report: Make,
    make_user: Callable[..., User],
    sign_in: Callable[[TestClient, User], None],
) -> None:
    make_report(category="cay-xanh")
    user = make_user("planner")
    session.commit()
    client.get("/api/v1/export", params={"category": "cay-xanh", "fields": "state"}).raise_for_status()
    sign_in(client, user)
    session.commit()
    client.get("/api/v1/export", params={"exact": True, "since": "P1D"}).raise_for_status()
    first, second = session.scalars(select(Export).order_by(Export.id))
    assert (first.user_id, first.door, first.state, first.done) == (None, "download", "ready", 1)
    assert (first.format, first.crs, first.fields, first.filters) == (
        "geojson",
        4326,
        ["state"],
        {"category": "cay-xanh"},
    )
    assert (second.user_id, second.exact, list(second.filters)) == (user.id, True, ["since"])
    assert "testclient" not in repr(vars(first))


def test_the_moment_to_ask_from_next_comes_with_every_answer(
    client: TestClient, session: Session, make_report: Make
) -> None:
    report = make_report(accepted=True)
    session.commit()
    whole = client.get("/api/v1/export")
    since = whole.headers["updated-since-next"]
    assert since < datetime.now(UTC).isoformat()
    listed = client.get("/api/v1/reports", params={"limit": 1}).json()
    later = listed["updated_since_next"]
    session.execute(update(Report).values(updated_at=datetime(2020, 1, 1, tzinfo=UTC)))
    session.commit()
    for moment in (since, later):
        assert client.get("/api/v1/export", params={"updated_since": moment}).json()["features"] == []
        assert client.get("/api/v1/reports", params={"updated_since": moment}).json()["features"] == []
    assert client.get("/api/v1/export/estimate", params={"updated_since": since}).json()["rows"] == 0
    session.delete(report)
    session.commit()
    gone = client.get("/api/v1/reports/removed", params={"updated_since": since}).json()
    assert gone["removed"] == [report.code]
    assert gone["updated_since_next"] >= since
    assert client.get("/api/v1/reports/removed", params={"updated_since": "gestern"}).status_code == 422
    assert client.get("/api/v1/reports/removed").status_code == 422
