"""Keys that an administrator makes for programs and agencies."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo import api_keys
from geo.errors import InvalidError
from geo.models import ApiKey, Event, User

Make = Callable[..., Any]
FORM: dict[str, Any] = {"name": "Công ty cấp nước", "scope": "steps", "per_minute": "30", "days": "90"}


def post(client: TestClient, **fields: Any) -> Any:
    page = client.get("/admin/keys").text
    token = page.partition('name="token" value="')[2].partition('"')[0]
    return client.post("/admin/keys", data=fields | {"token": token})


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def test_a_key_is_shown_once_and_afterwards_only_what_it_may_do(
    client: TestClient, session: Session, administrator: User
) -> None:
    told = post(client, **FORM, units=["ubnd-503", "ubnd-502"]).text
    (token,) = re.findall(r"qn_[\w\-]{43}", told)
    key = session.scalars(select(ApiKey)).one()
    assert (key.user_id, key.scope, key.per_minute) == (None, "steps", 30)
    assert sorted(unit.code for unit in key.units) == ["ubnd-502", "ubnd-503"]
    assert key.expires_at is not None
    assert timedelta(days=89) < key.expires_at - datetime.now(UTC) < timedelta(days=91)
    page = client.get("/admin/keys").text
    assert token not in page
    assert "Công ty cấp nước" in page
    assert "UBND thành phố Hội An" in page
    assert "chưa dùng lần nào" in page
    assert administrator.id  # whose browser it is


def test_a_unit_acts_through_its_key_and_on_no_other_units_reports(
    client: TestClient, session: Session, administrator: User, sign_in: Make, make_report: Make
) -> None:
    token = re.findall(r"qn_[\w\-]{43}", post(client, **FORM, units=["ubnd-503"]).text)[0]
    client.cookies.clear()
    mine, others = make_report(unit="ubnd-503"), make_report(unit="ubnd-502")
    address = "/api/v1/reports/{}/actions"
    assert "accept" in client.get(address.format(mine.code), headers=bearer(token)).json()["possible"]
    assert "accept" not in client.get(address.format(others.code), headers=bearer(token)).json()["possible"]
    accept = "/api/v1/reports/{}/actions/accept"
    assert client.post(accept.format(others.code), json={"version": 1}, headers=bearer(token)).status_code == 403
    assert client.post(accept.format(mine.code), json={"version": 1}, headers=bearer(token)).status_code == 200
    event = session.scalars(select(Event).where(Event.report_id == mine.id, Event.action == "accept")).one()
    assert (event.actor, event.user_id) == ("officer", None)
    # It opens no page and sees no sender: there is nobody behind it.
    assert client.get("/queue", headers=bearer(token)).status_code == 401
    sign_in(client, administrator)
    assert "dùng lần cuối" in client.get("/admin/keys").text


def test_a_key_works_until_it_is_revoked_or_expires(
    client: TestClient, session: Session, administrator: User, sign_in: Make, make_report: Make
) -> None:
    first, second = (
        api_keys.grant(session, name="Xe buýt", scope="read", units=[], per_minute=60, days=30) for _number in range(2)
    )
    address = f"/api/v1/reports/{make_report().code}/actions"
    session.flush()
    client.cookies.clear()
    assert [client.get(address, headers=bearer(one)).status_code for one in (first, second)] == [200, 200]
    newest = api_keys.of_programs(session)[0]
    newest.expires_at = datetime.now(UTC) - timedelta(seconds=1)
    session.flush()
    assert client.get(address, headers=bearer(second)).status_code == 401
    sign_in(client, administrator)
    # One tap more: what was revoked does not come back.
    assert re.search(r"<details[^>]*><summary>Thu hồi</summary><form", client.get("/admin/keys").text)
    assert post(client, key=str(newest.id - 1), action="revoke").status_code == 200
    assert post(client, key=str(newest.id - 1), action="revoke").status_code == 422
    client.cookies.clear()
    assert client.get(address, headers=bearer(first)).status_code == 401


def test_a_key_asks_no_more_often_than_it_may(client: TestClient, session: Session, make_report: Make) -> None:
    token = api_keys.grant(session, name="Xe buýt", scope="read", units=[], per_minute=2, days=30)
    address = f"/api/v1/reports/{make_report().code}/actions"
    # Three within one minute, unless a new one begins between them; of six, one is always too many.
    told = [client.get(address, headers=bearer(token)) for _time in range(6)]
    assert {one.status_code for one in told} == {200, 429}
    assert 1 <= int(next(one for one in told if one.status_code == 429).headers["retry-after"]) <= 61


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"scope": "all"}, "scope"),
        ({"scope": "steps", "units": []}, "units"),
        ({"units": ["ubnd-503", "nowhere"]}, "units"),
        ({"units": ["\0"]}, "units"),
        ({"per_minute": 0}, "per_minute"),
        ({"per_minute": 1_000_000}, "per_minute"),
        ({"days": 0}, "days"),
        ({"days": 100_000}, "days"),
        ({"name": " "}, "name"),
    ],
)
def test_what_is_no_key_is_refused_by_its_field(session: Session, wrong: dict[str, Any], field: str) -> None:
    fine: dict[str, Any] = {"name": "Xe buýt", "scope": "send", "units": [], "per_minute": 60, "days": 30}
    with pytest.raises(InvalidError) as refused:
        api_keys.grant(session, **(fine | wrong))
    assert refused.value.field == field


def test_a_form_that_was_refused_keeps_what_was_ticked(client: TestClient, administrator: User) -> None:
    told = post(client, **(FORM | {"days": "0"}), units=["ubnd-503", "ubnd-502"])
    assert told.status_code == 422
    ticked = re.findall(r'name="units" value="([\w\-]+)" checked', told.text)
    assert sorted(ticked) == ["ubnd-502", "ubnd-503"]


def test_sending_is_counted_for_the_program_and_not_for_its_address(
    session: Session, client: TestClient, settings: Any, body: dict[str, Any]
) -> None:
    client.app.state.settings = settings.model_copy(update={"limit_address_hour": 1, "limit_device_hour": 100})  # type: ignore[attr-defined] (ASGI has no state)
    several = [
        api_keys.grant(session, name="Ứng dụng", scope="send", units=[], per_minute=60, days=30) for _number in range(2)
    ]
    reads = api_keys.grant(session, name="Bản đồ", scope="read", units=[], per_minute=60, days=30)
    agency = api_keys.grant(session, name="Tổng đài", scope="send", units=["ubnd-503"], per_minute=60, days=30)

    def send(token: str | None) -> int:
        client.cookies.clear()
        number: int = client.post("/api/v1/reports", json=body, headers=bearer(token) if token else {}).status_code
        return number

    assert [send(None), send(None)] == [201, 429]
    assert [send(several[0]), send(several[1])] == [201, 201]
    assert send(several[0]) == 429
    # An agency's key has its own limit of a minute, and no other one.
    assert [send(agency), send(agency)] == [201, 201]
    assert send(reads) == 403
