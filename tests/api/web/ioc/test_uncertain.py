"""The IOC's list of uncertain places, and settling one from it."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from boundaries.routing import assign, route
from geo import workflow
from geo.models import Event, Report, ReportUnit, Unit, User
from geo.permissions import SYSTEM, Actor
from geo.settings import Settings

Make = Callable[..., Any]
BORDER = (108.292975, 15.896727)  # 20 m from Điện Bàn in Hội An


@pytest.fixture
def operator(client: TestClient, make_user: Make, sign_in: Make) -> User:
    user: User = make_user("operator", name="Lê Thị Sen")
    sign_in(client, user)
    return user


@pytest.fixture
def uncertain(session: Session, settings: Settings, make_report: Make) -> Callable[..., Report]:
    def make(*, accepted: bool = False, content: str = "Đèn đường hỏng") -> Report:
        routed = route(session, *BORDER, settings=settings)
        report: Report = make_report(
            unit=routed.unit.code, lon=BORDER[0], lat=BORDER[1], needs_confirmation=True, content=content
        )
        assign(session, report, routed)
        beside = session.scalars(select(Unit.id).where(Unit.code == "ubnd-507")).one()
        session.add(ReportUnit(report_id=report.id, unit_id=beside, role="candidate"))
        if accepted:
            workflow.apply(session, report, "accept", SYSTEM, door="cli")
        session.flush()
        return report

    return make


def send(client: TestClient, report: Report, unit: str, **more: Any) -> str:
    token = client.get("/ioc/uncertain").text.partition('name="token" value="')[2].partition('"')[0]
    told = client.post("/ioc/uncertain", data={"token": token, "code": report.code, "unit": unit} | more)
    assert told.status_code == 200
    text: str = told.text
    return text


def test_it_lists_what_is_open_and_uncertain_the_quarrels_first(
    client: TestClient, session: Session, operator: User, uncertain: Callable[..., Report], make_report: Make,
    make_user: Make,
) -> None:  # fmt: skip
    certain = make_report()
    older, quarrel = uncertain(), uncertain(accepted=True)
    theirs = make_user("officer", unit="ubnd-507")
    workflow.apply(session, quarrel, "ours", Actor("officer", theirs.unit_id, user_id=theirs.id), door="web")
    page = client.get("/ioc/uncertain").text
    assert page.index(quarrel.code) < page.index(older.code)
    assert certain.code not in page
    assert page.count("Hai đơn vị cùng nhận") == 1
    assert "UBND thành phố Hội An</span> <span>70%" in page
    assert "UBND thị xã Điện Bàn</span> <span>30%" in page


def test_a_press_confirms_the_responsible_unit_or_sends_it_to_the_other(
    client: TestClient, session: Session, operator: User, uncertain: Callable[..., Report]
) -> None:
    stays, goes = uncertain(), uncertain()
    assert f"{stays.code}: đã rõ nơi xử lý" in send(client, stays, "ubnd-503")
    send(client, goes, "ubnd-507", version=str(goes.version))
    found = {one.id: one for one in session.scalars(select(Report).execution_options(populate_existing=True))}
    assert [(found[one.id].unit.code, found[one.id].needs_confirmation) for one in (stays, goes)] == [
        ("ubnd-503", False), ("ubnd-507", False),
    ]  # fmt: skip
    last = [
        session.scalars(select(Event.action).where(Event.report_id == one.id).order_by(Event.id.desc())).first()
        for one in (stays, goes)
    ]
    assert last == ["confirm", "reroute"]
    assert "Mọi phản ánh đang mở đều đã rõ nơi xử lý" in client.get("/ioc/uncertain").text


def test_what_somebody_changed_meanwhile_is_refused_in_words(
    client: TestClient, operator: User, uncertain: Callable[..., Report]
) -> None:
    report = uncertain()
    assert "vừa được người khác cập nhật" in send(client, report, "ubnd-507", version="99")
    assert "Không có đơn vị xử lý mang mã này" in send(client, report, "ubnd-000")
    assert report.unit.code == "ubnd-503"


def test_only_operators_open_it(client: TestClient, make_user: Make, sign_in: Make) -> None:
    sign_in(client, make_user("officer", unit="ubnd-503"))
    assert client.get("/ioc/uncertain").status_code == 403
    assert client.post("/ioc/uncertain", data={}).status_code == 403


def test_the_map_shows_the_belt_and_counts_nothing_sensitive(
    client: TestClient, session: Session, uncertain: Callable[..., Report], make_report: Make
) -> None:
    uncertain()
    make_report(category="an-ninh-trat-tu", lon=BORDER[0], lat=BORDER[1], needs_confirmation=True)
    page = client.get("/maps/uncertain").text
    assert "1 phản ánh có nơi xử lý cần được xác nhận" in page
    assert '"belt":{"type":"MultiPolygon"' in page
    assert "Cách ranh giới chưa đến 100 m" in page
    assert "0 phản ánh" in client.get("/maps/uncertain?category=y-te-suc-khoe").text
