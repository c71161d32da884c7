"""Role × action × result: what the one table says is what HTTP answers, for every action and every role."""

from collections.abc import Callable
from typing import Any, NamedTuple, get_args

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo import codes, work_links, workflow
from geo.details import Details
from geo.models import Report, ReportUnit, Sender, Unit, User
from geo.permissions import MAY, ROLES, SYSTEM, Role
from geo.transitions import Action
from tests.permission_table import DOCUMENT, table

OWN, OTHER, THIRD = "ubnd-503", "ubnd-502", "ubnd-507"  # a place of OWN may belong to THIRD, and the other way round
SAID = "Một câu đủ dài để được nhận."
Step = tuple[Action, dict[str, Any]]


class Recipe(NamedTuple):
    """How a report comes to where an action is possible, and what is sent with it."""

    before: tuple[Step, ...] = ()
    body: dict[str, Any] = {}  # noqa: RUF012 (read only)
    responsible: str = OWN


ACCEPT: Step = ("accept", {})
RESOLVED: tuple[Step, ...] = (ACCEPT, ("resolve", {"text": SAID}))
PROPOSED: tuple[Step, ...] = (ACCEPT, ("propose", {"text": SAID, "proposed": "resolve"}))
RECIPES: dict[str, Recipe] = {
    "accept": Recipe(),
    "forward": Recipe(body={"unit": OTHER}),
    "return": Recipe(body={"text": SAID}),
    "ask": Recipe(body={"text": SAID}),
    "supply": Recipe((("ask", {"text": SAID}),), {"text": SAID}),
    "progress": Recipe((ACCEPT,), {"text": SAID}),
    "extend": Recipe((ACCEPT,), {"text": SAID, "days": 2}),
    "resolve": Recipe((ACCEPT,), {"text": SAID}),
    "reject": Recipe(body={"text": SAID, "reason": "khac"}),
    "reply": Recipe(RESOLVED, {"text": SAID}),
    "rate": Recipe(RESOLVED, {"stars": 4}),
    "dispute": Recipe(RESOLVED, {"text": SAID}),
    "close": Recipe(RESOLVED),
    "withdraw": Recipe(),
    "assign": Recipe((ACCEPT,), {"user": "themselves"}),
    "merge": Recipe(body={"lead": "another"}),
    "split": Recipe((("merge", {"lead_id": "another"}),)),
    "confirm": Recipe(),
    "ours": Recipe(responsible=THIRD),
    "not_ours": Recipe(body={"unit": THIRD}),
    "reroute": Recipe(body={"unit": OTHER}),
    "urgency": Recipe(body={"urgent": True, "text": SAID}),
    "redact": Recipe((ACCEPT,), {"content": "Nội dung đã che."}),
    "hide": Recipe((ACCEPT,), {"text": SAID}),
    "show": Recipe((ACCEPT, ("hide", {"text": SAID})), {"text": SAID}),
    "approve": Recipe(PROPOSED),
    "decline": Recipe(PROPOSED, {"text": SAID}),
    "escalate": Recipe(),
}
# No such request: POST /api/v1/reports receives a report or completes it, an officer's resolve becomes a proposal.
BY_OTHER_MEANS = {"receive", "propose", "complete"}
VOICES: dict[str, Recipe] = {
    "follow": Recipe(),
    "me_too": Recipe(),
    "flag": Recipe((ACCEPT,), {"text": SAID}),
    "fixed": Recipe(RESOLVED),
}
# Pages: the table's word on who may open them.
PAGES = {
    "desk": "/queue",
    "enter": "/queue/new",
    "load": "/queue/load",
    "templates": "/queue/templates",
    "command": "/ioc/groups",
    "watch": "/ioc",
    "administer": "/admin/users",
    "exact": "/api/v1/export/estimate?exact=true",
}
IN_A_BROWSER: tuple[Role, ...] = tuple(role for role in ROLES if role != "system")


@pytest.fixture
def another(make_report: Callable[..., Report]) -> Report:
    return make_report(unit=OWN)


@pytest.fixture
def prepared(session: Session, make_report: Callable[..., Report], another: Report) -> Callable[[Recipe], Report]:
    def make(recipe: Recipe) -> Report:
        report = make_report(unit=recipe.responsible, category="y-te-suc-khoe", needs_confirmation=True)
        beside = session.scalars(select(Unit).where(Unit.code.in_({OWN, THIRD} - {recipe.responsible}))).one()
        session.add(ReportUnit(report_id=report.id, unit_id=beside.id, role="candidate"))
        session.flush()
        for action, said in recipe.before:
            details = Details(**(said | ({"lead_id": another.id} if "lead_id" in said else {})))
            workflow.apply(session, report, action, SYSTEM, door="cli", details=details)
        return report

    return make


@pytest.fixture
def enter(
    client: TestClient,
    session: Session,
    make_user: Callable[..., User],
    sign_in: Callable[[TestClient, User], None],
) -> Callable[..., User | None]:
    """Makes `client` the browser of somebody of a role; officers and heads are of OWN unless another is named."""

    def become(role: Role, report: Report, *, unit: str = OWN) -> User | None:
        client.cookies.clear()
        if role == "sender":
            token = codes.token()
            sender = session.get(Sender, report.id)
            assert sender is not None
            sender.token_hash = codes.token_hash(token)
            session.flush()
            client.get(f"/follow/{token}", follow_redirects=False)
        if role == "link":
            client.get(f"/work/{work_links.make(session, report)}", follow_redirects=False)
        if role in ("public", "sender", "link"):
            return None
        user = make_user(role, unit=unit if role in ("officer", "head") else None)
        sign_in(client, user)
        return user

    return become


def ask(client: TestClient, report: Report, action: str, recipe: Recipe, user: User | None, another: Report) -> Any:
    body = dict(recipe.body)
    if "user" in body:
        body["user"] = user.id if user else 1
    if "lead" in body:
        body["lead"] = another.code
    if action in VOICES:
        return client.post(f"/api/v1/reports/{report.code}/voices/{action}", json=body)
    return client.post(f"/api/v1/reports/{report.code}/actions/{action}", json=body | {"version": report.version})


def test_no_action_is_left_out() -> None:
    steps = set(get_args(Action))
    assert set(RECIPES) | BY_OTHER_MEANS == steps
    assert steps | set(VOICES) | set(PAGES) <= set(MAY)


@pytest.mark.parametrize("role", IN_A_BROWSER)
@pytest.mark.parametrize("action", [*RECIPES, *VOICES])
def test_the_table_is_what_http_answers(
    client: TestClient,
    prepared: Callable[[Recipe], Report],
    enter: Callable[..., User | None],
    another: Report,
    action: str,
    role: Role,
) -> None:
    recipe = RECIPES.get(action) or VOICES[action]
    report = prepared(recipe)
    user = enter(role, report)
    if action == "fixed" and role != "sender":
        client.post(f"/api/v1/reports/{report.code}/voices/follow", json={})
    told = ask(client, report, action, recipe, user, another)
    if role not in MAY[action]:
        assert told.status_code in (403, 404), told.text
    elif action == "assign" and role == "operator":
        # The table lets them; whom they name must be of the unit, which they are not.
        assert (told.status_code, told.json()["errors"][0]["field"]) == (422, "user")
    else:
        assert told.status_code == 200, told.text


@pytest.mark.parametrize("role", ["officer", "head"])
@pytest.mark.parametrize("action", RECIPES)
def test_those_of_another_unit_may_do_none_of_it(
    client: TestClient,
    prepared: Callable[[Recipe], Report],
    enter: Callable[..., User | None],
    another: Report,
    action: str,
    role: Role,
) -> None:
    recipe = RECIPES[action]
    report = prepared(recipe)
    user = enter(role, report, unit=OTHER)
    assert ask(client, report, action, recipe, user, another).status_code in (403, 404)


@pytest.mark.parametrize("role", IN_A_BROWSER)
@pytest.mark.parametrize("action", PAGES)
def test_the_inner_pages_open_to_whom_the_table_says(
    client: TestClient, enter: Callable[..., User | None], another: Report, action: str, role: Role
) -> None:
    enter(role, another)
    told = client.get(PAGES[action], follow_redirects=False)
    assert told.status_code in ((200, 303) if role in MAY[action] else (401, 403)), told.text


@pytest.mark.parametrize("role", IN_A_BROWSER)
def test_the_senders_contact_opens_to_whom_the_table_says(
    client: TestClient, enter: Callable[..., User | None], another: Report, role: Role
) -> None:
    enter(role, another)
    token = client.get(f"/reports/{another.code}").text.partition('name="token" value="')[2].partition('"')[0]
    told = client.post(f"/queue/{another.code}/contact", data={"why": "gọi hỏi thêm", "token": token})
    assert told.status_code in ((200,) if role in MAY["contact"] else (401, 403)), told.text


def test_the_documented_table_is_the_one_in_force() -> None:
    assert table() in DOCUMENT.read_text(encoding="utf-8"), f"\n{table()}"
