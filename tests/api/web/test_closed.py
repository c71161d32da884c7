"""What only staff may do is closed to everybody else, at every address that takes a form."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient

from api import mine
from api.routes.reports import DEVICE
from api.web import forgery
from geo.settings import Settings

Make = Callable[..., Any]
MARK = "a-browser-of-somebody"
HEADS = ("/admin", "/ioc", "/queue", "/planner")
ACTIONS = ("", "activate", "undo")
# Without which some are refused before all else.
FORM = {"sure": "true", "officer": "1", "to": "1", "away": "true"}
STEP = {"version": "1"}  # and a step takes nothing that it does not know
SHOWN = ("admin-main", 'name="token"', 'name="seen"', "Trần Thị Bưởi")  # what a page for staff has, and no error page


@pytest.fixture
def addresses(client: TestClient, make_report: Make) -> list[str]:
    """Every address under HEADS that takes a form; a route that comes later is among them by itself."""
    app = client.app
    assert isinstance(app, FastAPI)
    paths = [one.path for one in iter_route_contexts(app.routes) if "POST" in (one.methods or ())]
    code = make_report().code
    found = [path for path in paths if path.startswith(HEADS)]
    assert len(found) > 15
    return [one for path in found for one in _filled(path, code)]


def _filled(path: str, code: str) -> Iterator[str]:
    if path == "/admin/{name}":
        yield from ("/admin/users", "/admin/rules", "/admin/nothing")
    elif path.startswith("/admin/boundaries/{code}"):
        yield from (path.replace("{code}", one) for one in ("2025-01", "2020", "1802"))
    else:
        yield path.format(code=code, action="accept", name="x" * 32, order="x" * 32)


@pytest.fixture(params=["nobody", "sender", "planner"])
def reader(
    request: pytest.FixtureRequest, client: TestClient, settings: Settings, make_user: Make, sign_in: Make
) -> str:
    """Nobody, the citizen who proved the report's phone, or a planner who signed in."""
    if request.param == "sender":
        given = Response()
        scope = {"type": "http", "scheme": "http", "path": "/", "headers": [(b"host", b"testserver")]}
        mine.remember(given, Request(scope), settings, "+84905123456")
        client.cookies.set(mine.COOKIE, given.headers["set-cookie"].partition(";")[0].partition("=")[2])
    elif request.param == "planner":
        sign_in(client, make_user("planner"))
    return str(request.param)


@pytest.mark.parametrize("accept", ["*/*", "text/html"])
def test_no_form_of_the_staff_answers_anybody_else(
    client: TestClient, settings: Settings, addresses: list[str], reader: str, accept: str
) -> None:
    client.cookies.set(DEVICE, MARK)
    client.headers["accept"] = accept
    for path in addresses:
        # Orders of files are everybody's, by a form of their own; all else is closed even to a form that is theirs.
        token = {} if path.startswith("/planner") else {"token": forgery.token(settings, MARK)}
        for action in ACTIONS:
            form = STEP if path.endswith("/accept") else FORM | {"action": action}
            answer = client.post(path, data=form | token, follow_redirects=False)
            said = f"{reader}: {path} {action}: {answer.status_code}"
            turned_away = answer.status_code == 303 and answer.headers["location"] == "/sign-in"
            assert turned_away or answer.status_code in (401, 403), said
            assert not [one for one in SHOWN if one in answer.text], said


@pytest.mark.parametrize("action", ["activate", "undo"])
def test_an_administrator_without_the_forms_token_sees_nothing_either(
    client: TestClient, make_user: Make, sign_in: Make, action: str
) -> None:
    sign_in(client, make_user("administrator"))
    answer = client.post("/admin/boundaries/2025-01", data={"action": action}, headers={"accept": "text/html"})
    assert answer.status_code == 403
    assert "admin-main" not in answer.text
