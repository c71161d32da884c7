"""From the one-time link to a session, over HTTP."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

import pyotp
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.app import create_app
from api.signed import COOKIE
from geo import accounts, api_keys, codes, logins
from geo.database import build_engine, build_sessions
from geo.models import Login, User
from geo.settings import Settings

PASSWORD = "cầu tre nắng sớm"
EMAIL = "sen@example.vn"


def form_token(page: str) -> str:
    return page.partition('name="token" value="')[2].partition('"')[0]


def post(client: TestClient, address: str, *, form: str | None = None, **fields: Any) -> Any:
    """Fills in the form of a page."""
    token = form_token(client.get(form or address).text)
    return client.post(address, data=fields | {"token": token}, follow_redirects=False)


def welcome(client: TestClient, session: Session, role: str, unit: str | None = None) -> User:
    """An account whose owner has chosen a password, in the browser `client`."""
    user, token = accounts.add(session, EMAIL, name="Nguyễn Văn Sen", role=role, unit=unit)
    told = post(client, f"/welcome/{token}", password=PASSWORD, again=PASSWORD)
    assert told.status_code == 303, told.text
    return user


def set_up(client: TestClient) -> tuple[str, list[str]]:
    """Turns the second factor on; its secret and the recovery codes."""
    page = client.get("/account/second-factor").text
    key = re.sub(r"\s", "", page.partition('class="spelled">')[2].partition("<")[0])
    pending = page.partition('name="pending" value="')[2].partition('"')[0]
    told = client.post(
        "/account/second-factor",
        data={"token": form_token(page), "pending": pending, "code": pyotp.TOTP(key).now()},
    )
    assert told.status_code == 200, told.text
    return key, re.findall(r"<li>([0-9A-Z]{5}-[0-9A-Z]{5})</li>", told.text)


def sign_in(client: TestClient, password: str = PASSWORD, next_: str = "") -> Any:
    return post(client, "/sign-in", email=EMAIL, password=password, next=next_)


def test_an_officer_chooses_a_password_and_comes_to_the_desk(client: TestClient, session: Session) -> None:
    user, token = accounts.add(session, EMAIL, name="Nguyễn Văn Sen", role="officer", unit="ubnd-503")
    address = f"/welcome/{token}"
    assert "UBND thành phố Hội An" in client.get(address).text
    assert "không giống nhau" in post(client, address, password=PASSWORD, again="khác").text
    assert "dễ đoán" in post(client, address, password="quangnam2026", again="quangnam2026").text
    told = post(client, address, password=PASSWORD, again=PASSWORD)
    assert (told.status_code, told.headers["location"]) == (303, "/queue")
    assert client.get(address).status_code == 404
    assert "Nguyễn Văn Sen" in client.get("/account").text
    stored = session.scalars(select(User.password_hash).where(User.id == user.id)).one()
    assert stored is not None
    assert PASSWORD not in stored


def test_a_link_works_for_three_days(client: TestClient, session: Session) -> None:
    user, token = accounts.add(session, EMAIL, name="Nguyễn Văn Sen", role="planner", unit=None)
    user.link_until = datetime.now(UTC) - timedelta(seconds=1)
    session.flush()
    assert client.get(f"/welcome/{token}").status_code == 404


@pytest.mark.parametrize("role", ["operator", "administrator"])
def test_who_sees_the_whole_province_gets_nowhere_without_a_second_factor(
    client: TestClient, session: Session, role: str
) -> None:
    welcome(client, session, role)
    told = client.get("/account", headers={"accept": "text/html"}, follow_redirects=False)
    assert (told.status_code, told.headers["location"]) == (303, "/sign-in?next=%2Faccount")
    key, recovery = set_up(client)
    assert len(recovery) == 10
    assert client.get("/account").status_code == 200
    client.cookies.delete(COOKIE)
    told = sign_in(client, next_="/account")
    assert unquote(told.headers["location"]) == "/sign-in/second?next=/account"
    assert client.get("/account").status_code == 401
    # The code that turned it on was used up by that.
    used = pyotp.TOTP(key).now()
    assert post(client, "/sign-in/second", code=used).status_code == 401
    told = post(client, "/sign-in/second", code=recovery[3].lower().replace("-", " "), next="/account")
    assert (told.status_code, told.headers["location"]) == (303, "/account")
    assert "Còn 9 mã dự phòng" in client.get("/account").text
    client.cookies.delete(COOKIE)
    sign_in(client)
    assert post(client, "/sign-in/second", code=recovery[3]).status_code == 401


def test_the_lock_grows_and_says_nothing_about_who_exists(client: TestClient, session: Session) -> None:
    user = welcome(client, session, "planner")
    client.cookies.delete(COOKIE)
    unknown = post(client, "/sign-in", email="khong@example.vn", password="sai")
    answers = [sign_in(client, "sai") for _try in range(5)]
    assert [told.status_code for told in answers] == [401] * 4 + [429]
    alert = re.compile('role="alert">([^<]*)<')
    assert alert.findall(unknown.text) == alert.findall(answers[0].text)
    # Locked, the right password is of no use either.
    assert sign_in(client).status_code == 429
    now = datetime.now(UTC)
    session.refresh(user)
    waits = []
    for _try in range(9):
        assert user.locked_until is not None
        now = user.locked_until + timedelta(seconds=1)
        waits.append(logins.try_password(session, EMAIL, "sai", now=now).wait)
    assert waits == [60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]
    after = logins.try_password(session, EMAIL, PASSWORD, now=now + timedelta(hours=2))
    assert after.user is user


@pytest.mark.parametrize("address", ["https://example.org/", "//example.org", "/\\example.org", "javascript:alert(1)"])
def test_nobody_is_led_away_to_another_site(client: TestClient, session: Session, address: str) -> None:
    welcome(client, session, "planner")
    client.cookies.delete(COOKIE)
    assert sign_in(client, next_=address).headers["location"] == "/account"


def test_a_form_from_elsewhere_signs_nobody_in_or_out(client: TestClient, session: Session) -> None:
    welcome(client, session, "planner")
    assert client.post("/sign-out", data={"token": "x"}, follow_redirects=False).status_code == 403
    assert client.get("/account").status_code == 200
    token = form_token(client.get("/account").text)
    assert client.post("/sign-out", data={"token": token}, follow_redirects=False).status_code == 303
    assert client.get("/account").status_code == 401
    told = client.post("/sign-in", data={"email": EMAIL, "password": PASSWORD, "token": "x"}, follow_redirects=False)
    assert told.status_code == 403


def test_sessions_are_seen_and_ended(client: TestClient, session: Session, settings: Settings) -> None:
    user = welcome(client, session, "planner")
    logins.begin(session, user, "Firefox cũ", complete=True)
    page = client.get("/account").text
    assert "Firefox cũ" in page
    client.post("/account/sessions", data={"token": form_token(page)})
    assert session.scalar(select(func.count()).select_from(Login)) == 1
    assert client.get("/account").status_code == 200


def test_a_new_password_ends_the_other_sessions(client: TestClient, session: Session) -> None:
    user = welcome(client, session, "planner")
    logins.begin(session, user, "Firefox cũ", complete=True)
    wrong = post(client, "/account/password", form="/account", current="sai", password="một câu khác hẳn")
    assert (wrong.status_code, "hiện tại không đúng" in wrong.text) == (422, True)
    right = post(client, "/account/password", form="/account", current=PASSWORD, password="một câu khác hẳn")
    assert "Đã đổi mật khẩu" in right.text
    assert session.scalar(select(func.count()).select_from(Login)) == 1
    client.cookies.delete(COOKIE)
    assert sign_in(client).status_code == 401
    assert sign_in(client, "một câu khác hẳn").status_code == 303


def test_a_closed_account_is_out_at_once(client: TestClient, session: Session) -> None:
    user = welcome(client, session, "planner")
    accounts.end(session, user)
    session.flush()
    assert client.get("/account").status_code == 401
    assert sign_in(client).status_code == 401


def test_the_cookie_is_no_scripts_business_and_its_token_is_nowhere_stored(
    client: TestClient, session: Session
) -> None:
    welcome(client, session, "planner")
    client.cookies.delete(COOKIE)
    told = sign_in(client)
    cookie = next(line for line in told.headers.get_list("set-cookie") if line.startswith(COOKIE + "="))
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    token = cookie.partition("=")[2].partition(";")[0]
    stored = session.scalars(select(Login.token_hash)).all()
    assert codes.token_hash(token) in stored
    assert token.encode() not in stored


def test_of_two_requests_with_one_recovery_code_one_is_let_in(fresh_database_url: str, settings: Settings) -> None:
    engine = build_engine(fresh_database_url)
    sessions = build_sessions(engine)
    with TestClient(create_app(settings, sessions)) as first, TestClient(create_app(settings, sessions)) as second:
        with sessions.begin() as session:
            _user, token = accounts.add(session, EMAIL, name="Nguyễn Văn Sen", role="planner", unit=None)
        post(first, f"/welcome/{token}", password=PASSWORD, again=PASSWORD)
        _key, recovery = set_up(first)
        for client in (first, second):
            client.cookies.delete(COOKIE)
            assert sign_in(client).headers["location"].startswith("/sign-in/second")

        def show(client: TestClient) -> int:
            status: int = post(client, "/sign-in/second", code=recovery[0]).status_code
            return status

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(show, (first, second))) == [303, 401]
    engine.dispose()


def test_an_api_key_speaks_for_its_user_within_its_scope(
    client: TestClient, session: Session, make_report: Callable[..., Any]
) -> None:
    welcome(client, session, "officer", "ubnd-503")
    report = make_report(unit="ubnd-503")
    keys = {}
    for scope in ("read", "steps"):
        page = post(client, "/account/keys", form="/account", name="QGIS ở phòng", scope=scope, days=30).text
        keys[scope] = re.findall(r"qn_[\w\-]{43}", page)[0]
    shown = client.get("/account").text
    assert "QGIS ở phòng" in shown
    assert keys["read"] not in shown
    client.cookies.clear()
    address = f"/api/v1/reports/{report.code}/actions"

    def with_key(token: str) -> dict[str, str]:
        return {"authorization": f"Bearer {token}", "origin": "https://example.org"}

    assert "accept" in client.get(address, headers=with_key(keys["read"])).json()["possible"]
    body = {"version": 1}
    assert client.post(f"{address}/accept", json=body, headers=with_key(keys["read"])).status_code == 403
    told = client.get(address, headers=with_key("qn_" + "x" * 43))
    assert (told.status_code, told.headers["www-authenticate"]) == (401, "Bearer")
    assert client.post(f"{address}/accept", json=body, headers=with_key(keys["steps"])).status_code == 200
    user = session.scalars(select(User).where(User.email == EMAIL)).one()
    accounts.end(session, user)
    session.flush()
    assert client.get(address, headers=with_key(keys["steps"])).status_code == 401


def test_a_revoked_key_is_nobodys(client: TestClient, session: Session, make_report: Callable[..., Any]) -> None:
    welcome(client, session, "planner")
    report = make_report()
    page = post(client, "/account/keys", form="/account", name="QGIS", scope="read", days=30).text
    key = re.findall(r"qn_[\w\-]{43}", page)[0]
    number = re.findall(r"/account/keys/(\d+)/revoke", page)[0]
    address, headers = f"/api/v1/reports/{report.code}/actions", {"authorization": f"Bearer {key}"}
    assert client.get(address, headers=headers).status_code == 200
    post(client, f"/account/keys/{number}/revoke", form="/account")
    client.cookies.clear()
    assert client.get(address, headers=headers).status_code == 401


def test_a_key_asks_a_limited_number_of_times(
    session: Session, settings: Settings, sessions: Any, make_report: Callable[..., Any]
) -> None:
    report = make_report()
    user, _token = accounts.add(session, EMAIL, name="Nguyễn Văn Sen", role="planner", unit=None)
    key = api_keys.make(session, user, name="QGIS", scope="read", days=30)
    few = settings.model_copy(update={"limit_key_hour": 3})
    with TestClient(create_app(few, sessions)) as client:
        headers = {"authorization": f"Bearer {key}"}
        address = f"/api/v1/reports/{report.code}/actions"
        assert [client.get(address, headers=headers).status_code for _time in range(4)] == [200, 200, 200, 429]
