"""Whose an order is, who is told of it, and what is written down."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from api import exporting
from api.app import create_app
from geo import api_keys
from geo.exports import TELL
from geo.geometry import position
from geo.models import Export, Report, User
from geo.settings import Settings
from tests.api.conftest import Postbox
from tests.api.orders.placing import PATH, order

Make = Callable[..., Report]
HERE = (108.33931, 15.88117)


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
