"""Many reports of one thing become one, over HTTP and without scripts."""

import io
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from fastapi.testclient import TestClient
from PIL import Image
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session, sessionmaker

from api.app import create_app
from api.signed import COOKIE
from geo import claims, logins, outbox, reports, workflow
from geo.database import build_engine
from geo.models import Apart, Delivery, Event, Report, Unit, User
from geo.outbox import Channels
from geo.permissions import Actor
from geo.reports import Draft
from geo.settings import Settings
from tests.conftest import SECRET

Make = Callable[..., Any]
ALL = Channels(email=True, sms=True, push=True)
TEXT = "Cây đổ chắn ngang đường Trần Hưng Đạo"
SAID = "Đã cưa và dọn xong cây đổ lúc 5 giờ."


@pytest.fixture
def operator(client: TestClient, make_user: Make, sign_in: Make) -> User:
    user: User = make_user("operator", name="Lê Thị Sen")
    sign_in(client, user)
    return user


@pytest.fixture
def trees(make_report: Make) -> list[Report]:
    """Four reports of one tree, and one of something else beside it."""
    about = [TEXT, TEXT + ", trước chợ", "Có " + TEXT.lower(), TEXT + " rồi"]
    made = [
        make_report(category="cay-xanh", content=text, lat=15.8794 + number / 10_000, phone=f"+8490512345{number}")
        for number, text in enumerate(about)
    ]
    return [*made, make_report(category="cay-xanh", content="Cành khô sắp gãy trong sân trường mầm non")]


def token_of(page: str) -> str:
    return page.partition('name="token" value="')[2].partition('"')[0]


def photo() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (64, 48), "orange").save(made, "JPEG")
    return made.getvalue()


def told(session: Session) -> set[tuple[str, str, str]]:
    """Plans the messages of every event: action, channel and receiver of each."""
    for number in session.scalars(select(Event.id)).all():
        outbox.plan(session, number, ALL, SECRET)
    rows = select(Event.action, Delivery.channel, Delivery.target).join(Event, Event.id == Delivery.event_id)
    return {(action, channel, target) for action, channel, target in session.execute(rows)}


def test_one_action_merges_what_is_ticked_and_what_is_not_stays_apart(
    client: TestClient, session: Session, operator: User, trees: list[Report]
) -> None:
    lead, one, two, other, _something = trees
    page = client.get("/ioc/groups").text
    assert "4 phản ánh, Cây xanh" in page
    form = {
        "token": token_of(page),
        "action": "merge",
        "lead": lead.code,
        "code": [lead.code, one.code, two.code],
        "member": [report.code for report in trees[:4]],
    }
    assert client.post("/ioc/groups", data=form | {"token": "x"}).status_code == 403
    after = client.post("/ioc/groups", data=form).text
    assert "2 phản ánh đã xong bước này" in after
    for report in trees:
        session.refresh(report)
    assert [report.state for report in trees] == ["received", "merged", "merged", "received", "received"]
    assert {one.lead_id, two.lead_id} == {lead.id}
    assert "Cây xanh</span></h2>" not in after  # the fourth was said to be something else
    assert "đã gộp 2" in after
    assert client.post("/ioc/groups", data={"token": form["token"], "action": "merge"}).status_code == 422
    assert other.lead_id is None


def test_what_is_refused_says_why_and_the_rest_is_done(
    client: TestClient, session: Session, operator: User, make_user: Make, trees: list[Report]
) -> None:
    lead, _one, two, three, _something = trees
    colleague = make_user("operator", name="Võ Thị Mai")
    claims.claim(session, two, Actor("operator", user_id=colleague.id), datetime.now(UTC))
    workflow.apply(session, three, "withdraw", Actor("sender", report_id=three.id), door="web")
    page = client.get("/ioc/groups").text
    assert "Võ Thị Mai đang xử lý" in page
    form = {"token": token_of(page), "action": "merge", "lead": lead.code, "code": [r.code for r in trees[:4]]}
    after = client.post("/ioc/groups", data=form).text
    assert "1 phản ánh đã xong bước này" in after
    assert f"{two.code}: Võ Thị Mai đang xử lý phản ánh này" in after
    assert f"{three.code}: Phản ánh đang ở trạng thái" in after


def test_not_the_same_is_remembered(client: TestClient, operator: User, trees: list[Report]) -> None:
    page = client.get("/ioc/groups").text
    codes = [report.code for report in trees[:4]]
    client.post("/ioc/groups", data={"token": token_of(page), "action": "dismiss", "member": codes})
    assert "Không có nhóm nào để gộp" in client.get("/ioc/groups").text


def test_who_could_merge_nothing_has_told_nothing_apart(
    client: TestClient, operator: User, make_user: Make, session: Session, trees: list[Report]
) -> None:
    lead, one = trees[:2]
    colleague = make_user("operator", name="Võ Thị Mai")
    claims.claim(session, one, Actor("operator", user_id=colleague.id), datetime.now(UTC))
    form = {"token": token_of(client.get("/ioc/groups").text), "action": "merge", "lead": lead.code, "code": one.code}
    after = client.post("/ioc/groups", data=form | {"member": [report.code for report in trees[:4]]}).text
    assert f"{one.code}: Võ Thị Mai đang xử lý phản ánh này" in after
    assert session.scalars(select(Apart)).all() == []
    assert "4 phản ánh, Cây xanh" in after


def test_a_lead_is_answered_with_proof_and_every_sender_is_told(
    client: TestClient, session: Session, operator: User, trees: list[Report]
) -> None:
    lead, *others = trees[:4]
    token = token_of(client.get("/ioc/groups").text)
    merge = {"token": token, "action": "merge", "lead": lead.code, "code": [report.code for report in others]}
    client.post("/ioc/groups", data=merge)
    answer = {"token": token, "action": "resolve", "code": [lead.code], "text": SAID}
    assert "Hãy kèm ít nhất một ảnh kết quả" in client.post("/ioc/groups", data=answer).text
    session.refresh(lead)
    assert lead.state == "received"  # nothing of a refused answer stays, not even the acceptance before it
    after = client.post("/ioc/groups", data=answer, files=[("media", ("a.jpg", photo(), "image/jpeg"))]).text
    assert "1 phản ánh đã xong bước này" in after
    session.refresh(lead)
    assert lead.state == "resolved"
    messages = told(session)
    assert {("merge", "sms", f"sender:{report.id}") for report in others} <= messages
    assert {("resolve", "sms", f"sender:{report.id}") for report in [lead, *others]} <= messages


def test_the_desk_answers_many_at_once_with_one_picture(
    client: TestClient, session: Session, operator: User, trees: list[Report]
) -> None:
    page = client.get("/queue").text
    form = {"token": token_of(page), "action": "resolve", "code": [r.code for r in trees[:3]], "text": SAID}
    after = client.post("/queue/bulk", data=form, files=[("media", ("a.jpg", photo(), "image/jpeg"))]).text
    assert "3 phản ánh đã xong bước này" in after
    for report in trees:
        session.refresh(report)
    assert [report.state for report in trees] == ["resolved"] * 3 + ["received"] * 2


def test_marked_reports_are_forwarded(
    client: TestClient, session: Session, operator: User, trees: list[Report]
) -> None:
    token = token_of(client.get("/ioc/groups").text)
    form = {"token": token, "action": "forward", "code": [trees[0].code, trees[1].code], "unit": "ubnd-503"}
    assert "2 phản ánh đã xong bước này" in client.post("/ioc/groups", data=form).text
    session.expire_all()
    assert trees[0].unit.code == trees[1].unit.code == "ubnd-503"


@pytest.fixture
def engine_of_own(fresh_database_url: str) -> Iterator[Engine]:
    engine = build_engine(fresh_database_url, pool_size=12)
    yield engine
    engine.dispose()


def test_two_operators_who_merge_the_same_at_one_moment_lose_nothing(engine_of_own: Engine, tmp_path: Path) -> None:
    sessions = sessionmaker(engine_of_own, expire_on_commit=False)
    settings = Settings(data_dir=tmp_path, secret_key=SECRET.decode())
    with sessions.begin() as session:
        found = [_stored(session, number) for number in range(31)]
        codes = [report.code for report in found]
        people = [User(role="operator", email=f"{one}@example.vn", name=f"Người {one}") for one in range(2)]
        session.add_all(people)
        session.flush()
        cookies = [logins.begin(session, user, "Firefox", complete=True) for user in people]
    start = Barrier(2)

    def merge(number: int) -> int:
        with TestClient(create_app(settings, sessions), cookies={COOKIE: cookies[number]}) as browser:
            token = token_of(browser.get("/ioc/groups").text)
            mine = codes[1:] if number else codes[:0:-1]  # in opposite orders
            start.wait(60)
            answer = browser.post(
                "/ioc/groups", data={"token": token, "action": "merge", "lead": codes[0], "code": mine, "member": codes}
            )
            assert answer.status_code == 200, answer.text
            return int(answer.text.partition("<strong>")[2].partition(" phản ánh đã xong")[0].rpartition(">")[2])

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(merge, range(2)))
    assert sum(done) == 30
    with sessions() as session:
        lead = session.scalars(select(Report.id).where(Report.code == codes[0])).one()
        assert session.scalar(select(func.count()).where(Report.lead_id == lead, Report.state == "merged")) == 30
        assert session.scalar(select(func.count()).where(Event.action == "merge")) == 30


def _stored(session: Session, number: int) -> Report:
    draft = Draft("A B", f"+849051234{number:02}", "cay-xanh", f"{TEXT}, lần {number}", 108.338, 15.8794, "api")
    report = reports.create(
        session,
        draft,
        category=reports.category(session, draft.category),
        unit_id=session.scalars(select(Unit.id).where(Unit.code == "ioc")).one(),
        area_code=None,
        commune_code=None,
        needs_confirmation=False,
        token=f"t{number}",
        secret=SECRET,
        now=datetime.now(UTC) - timedelta(minutes=number),
    )
    workflow.apply(session, report, "receive", Actor("sender"), door="api")
    return report
