"""Exports that are ordered: by a real worker, cancelled, killed, fetched, e-mailed, and written down."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from api import exporting
from geo import exports
from geo.exports import MAKE, MOST_TRIES
from geo.models import Export, Rate, Report
from geo.settings import Settings
from tests.api.orders.placing import PATH, order

Make = Callable[..., Report]
HERE = (108.33931, 15.88117)


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


def test_no_file_is_ordered_that_has_no_place(client: TestClient, settings: Settings, session: Session) -> None:
    order(client)
    assert exports.held(session) > 0
    client.app.state.settings = settings.model_copy(update={"export_bytes": exports.held(session)})  # type: ignore[attr-defined]
    refused = client.post(PATH)
    assert refused.status_code == 503
    assert "Kho tệp xuất đang đầy" in refused.json()["detail"]
    assert int(refused.headers["retry-after"]) > 0


def test_no_more_than_two_files_are_made_at_once(client: TestClient, session: Session) -> None:
    for _one in range(4):
        order(client)
    jobs = session.connection().exec_driver_sql(
        f"SELECT lock, count(*) FROM procrastinate_jobs WHERE task_name = '{MAKE}' GROUP BY lock"
    )
    assert sorted(jobs.all()) == [("export-0", 2), ("export-1", 2)]
