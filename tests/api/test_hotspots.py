from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import numpy as np
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import QueuePool
from sqlalchemy.orm import Session, sessionmaker

from api.app import create_app
from api.remembered import Remembered
from geo.database import build_engine
from geo.errors import OverloadedError
from geo.models import Report
from geo.settings import Settings
from tests.maps import test_hotspots
from tests.maps.test_hotspots import usual, write

Make = Callable[..., Report]
TAM_KY = (108.4735, 15.5695)


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    """The builders' reports end now: the door looks at the real days."""
    monkeypatch.setattr(test_hotspots, "NOW", datetime.now(UTC))


def plant(session: Session) -> None:
    usual(session)
    write(session, [TAM_KY] * 14, np.linspace(0.1, 5, 14).tolist(), start=9_000)


def test_a_hot_spot_is_a_polygon_with_its_numbers_and_a_sentence(client: TestClient, session: Session) -> None:
    plant(session)
    answer = client.get("/api/v1/hotspots")
    assert answer.headers["content-type"].startswith("application/geo+json")
    body = answer.json()
    assert body["enough"]
    assert body["sentence"] == "1 nơi có nhiều phản ánh hơn thường lệ."
    [place] = body["places"]
    assert place["name"].endswith("thành phố Tam Kỳ")
    assert place["ratio"] > 5
    cell = max(body["features"], key=lambda one: one["properties"]["observed"])
    facts = cell["properties"]
    assert facts["observed"] >= 14 > 1 > facts["expected"]
    assert (facts["level"], facts["place"]) == (99.9, place["number"])
    assert facts["p"] < 0.001
    assert facts["z"] > 3
    assert facts["generated_at"] == body["generated_at"]
    assert facts["sentence"].startswith("Trong 7 ngày qua có")
    ring = cell["geometry"]["coordinates"][0]
    assert ring[0] == ring[-1]
    assert ring[0][0] < TAM_KY[0] < ring[1][0]
    assert ring[0][1] < TAM_KY[1] < ring[2][1]


def test_the_answer_is_kept_for_each_question_and_said_in_each_language(client: TestClient, session: Session) -> None:
    usual(session)
    first = client.get("/api/v1/hotspots").json()
    assert first["features"] == []
    write(session, [TAM_KY] * 14, [1.0] * 14, start=9_000)
    assert client.get("/api/v1/hotspots").json() == first
    assert client.get("/api/v1/hotspots?days=8").json()["features"]
    assert client.get("/api/v1/hotspots?lang=en").json()["sentence"] == "No place has more reports than usual."


def test_without_history_there_is_no_number(client: TestClient, make_report: Make) -> None:
    make_report()
    body = client.get("/api/v1/hotspots").json()
    assert (body["enough"], body["places"], body["features"]) == (False, [], [])
    assert body["sentence"].startswith("Chưa đủ dữ liệu")


@pytest.mark.parametrize("query", ["days=0", "days=91", "days=x", "category=x", "unit=x", "until=x", "demo=x"])
def test_bad_questions_are_refused(client: TestClient, query: str) -> None:
    assert client.get(f"/api/v1/hotspots?{query}").status_code == 422


def test_places_that_are_reported_again_are_told_once_with_their_codes(client: TestClient, make_report: Make) -> None:
    now = datetime.now(UTC)
    reports = [make_report(accepted=True, lon=108.338 + number * 1e-4) for number in range(3)]
    for number, report in enumerate(reports):
        report.recurrence, report.created_at = number + 1, now - timedelta(days=30 - number)
    make_report(lon=108.4).recurrence = 1
    make_report(category="cay-xanh")
    found = client.get("/api/v1/recurring").json()["features"]
    assert len(found) == 1
    facts = found[0]["properties"]
    assert (facts["category"], facts["count"]) == ("giao-thong", 3)
    assert facts["codes"] == [report.code for report in reversed(reports)]
    assert facts["first"] < facts["last"]
    assert facts["sentence"].startswith("Giao thông: lần thứ 3 ở nơi này; lần đầu ")
    assert client.get("/api/v1/recurring?category=cay-xanh").json()["features"] == []
    english = client.get("/api/v1/recurring?lang=en").json()["features"][0]["properties"]["sentence"]
    assert english.startswith("Traffic and roads: reported here 3 times")


def test_sensitive_old_and_withdrawn_reports_recur_nowhere(
    client: TestClient, session: Session, make_report: Make
) -> None:
    make_report(category="an-ninh-trat-tu").recurrence = 4
    taken, old = make_report(), make_report()
    taken.recurrence, taken.state = 4, "withdrawn"
    old.recurrence, old.created_at = 4, datetime.now(UTC) - timedelta(days=100)
    session.flush()
    assert client.get("/api/v1/recurring").json()["features"] == []


def test_an_answer_is_made_anew_when_it_is_old_and_few_are_kept() -> None:
    now, made = [0.0], []
    recent: Remembered[int] = Remembered(60, 2, clock=lambda: now[0])

    def ask(key: str) -> int:
        return recent.get(key, lambda: made.append(key) or len(made))

    assert [ask("a"), ask("a"), ask("b")] == [1, 1, 2]
    now[0] = 59.9
    assert ask("a") == 1
    now[0] = 60
    assert ask("a") == 3
    ask("c")
    assert [ask("a"), ask("b")] == [3, 5]


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool


def refuse() -> int:
    raise AssertionError("nothing is to be made")


def test_what_is_at_hand_waits_for_nothing_that_is_made(pool: ThreadPoolExecutor) -> None:
    recent: Remembered[int] = Remembered(60, 9)
    assert recent.get("a", lambda: 1) == 1
    assert recent.get("b", lambda: 1 + pool.submit(recent.get, "a", refuse).result(10)) == 2


def test_while_an_answer_is_made_the_old_one_is_given_unless_it_is_far_too_old(
    pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.remembered.PATIENCE", 0.01)
    now = [0.0]
    recent: Remembered[int] = Remembered(60, 9, clock=lambda: now[0])
    assert recent.get("a", lambda: 1) == 1
    now[0] = 599
    assert recent.get("a", lambda: 1 + pool.submit(recent.get, "a", refuse).result(10)) == 2
    now[0] = 599 + 600
    with pytest.raises(OverloadedError):
        recent.get("a", lambda: pool.submit(recent.get, "a", refuse).result(10))


def test_who_asks_for_what_is_being_made_gets_that(pool: ThreadPoolExecutor) -> None:
    recent: Remembered[int] = Remembered(60, 9)
    others: list[Future[int]] = []

    def make() -> int:
        others.append(pool.submit(recent.get, "a", refuse))
        return 1

    assert recent.get("a", make) == others[0].result(10) == 1


def test_after_a_failure_the_next_one_makes_it() -> None:
    recent: Remembered[int] = Remembered(60, 9)
    with pytest.raises(AssertionError):
        recent.get("a", refuse)
    assert recent.get("a", lambda: 2) == 2


def test_few_wait_at_once(pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.remembered.PATIENCE", 600)
    monkeypatch.setattr("api.remembered.WAITING", 0)
    recent: Remembered[int] = Remembered(60, 9)
    with pytest.raises(OverloadedError):
        recent.get("a", lambda: pool.submit(recent.get, "b", refuse).result(10))


def test_who_waits_in_vain_is_told_when_to_come_again(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.remembered.PATIENCE", 0.01)
    kept: Remembered[Any] = cast(FastAPI, client.app).state.hotspots
    answer = kept.get("another question", lambda: client.get("/api/v1/hotspots?lang=en"))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"] == "Many people are looking; please try again in a few seconds."
    assert client.get("/api/v1/hotspots").status_code == 200


def test_nobody_holds_a_connection_while_waiting(fresh_database_url: str, settings: Settings) -> None:
    engine = build_engine(fresh_database_url)
    held = []

    class Watched(Remembered[Any]):
        def get(self, key: Hashable, make: Callable[[], Any]) -> Any:
            held.append(cast(QueuePool, engine.pool).checkedout())
            return super().get(key, make)

    app = create_app(settings, sessionmaker(engine, expire_on_commit=False))
    app.state.hotspots = Watched(60, 9)
    with TestClient(app) as client:
        assert client.get("/api/v1/hotspots?category=giao-thong").status_code == 200
    engine.dispose()
    assert held == [0]


def test_one_question_is_one_answer_however_it_is_written(client: TestClient) -> None:
    written = [
        "until=2026-03-18T10:00:00&category=khac,cay-xanh",
        "until=2026-03-18T10:59:59&category=cay-xanh,khac,khac",
        "until=2026-03-18T03:30:00%2B00:00&category=cay-xanh,khac",
    ]
    first, *others = [client.get(f"/api/v1/hotspots?{one}").json() for one in written]
    assert first["until"] == "2026-03-18T10:00:00+07:00"
    assert others == [first] * 2


@pytest.mark.parametrize("until", ["0001-01-01", "0001-01-01T00:00:00%2B14:00", "9999-12-31T23:00:00-14:00"])
def test_the_ends_of_time_are_refused(client: TestClient, until: str) -> None:
    for door in ("hotspots", "density", "statistics", "reports"):
        assert client.get(f"/api/v1/{door}?until={until}").status_code == 422
