"""What a report's pages say of its place once people have settled it."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from boundaries import activation
from boundaries.routing import assign, route
from geo import workflow
from geo.details import Details
from geo.models import Report, ReportUnit, Unit
from geo.permissions import Actor
from geo.settings import Settings

Make = Callable[..., Any]
BORDER = (108.292975, 15.896727)  # 20 m from Điện Bàn in Hội An
HOI_AN, DIEN_BAN = "ubnd-503", "ubnd-507"


@pytest.fixture
def settle(session: Session, settings: Settings, make_report: Make, make_user: Make) -> Callable[..., Report]:
    """An uncertain report of Hội An after one step by somebody of a unit, or by an operator."""

    def make(action: Any, unit: str | None, named: str | None = None, **values: Any) -> Report:
        routed = route(session, *BORDER, settings=settings)
        assert (routed.unit.code, routed.area.code if routed.area else None) == (HOI_AN, "503")
        codes = {"area_code": "503", "commune_code": routed.commune.code if routed.commune else None}
        report: Report = make_report(
            unit=HOI_AN, lon=BORDER[0], lat=BORDER[1], needs_confirmation=True, **(codes | values)
        )
        assign(session, report, routed)
        ids = {one.code: one.id for one in session.scalars(select(Unit))}
        session.add(ReportUnit(report_id=report.id, unit_id=ids[DIEN_BAN], role="candidate"))
        session.flush()
        person = make_user("officer" if unit else "operator", unit=unit)
        who = Actor(person.role, person.unit_id, user_id=person.id)
        details = Details(unit_id=ids[named] if named else None)
        workflow.apply(session, report, action, who, door="web", details=details)
        session.commit()
        return report

    return make


@pytest.mark.parametrize(
    ("action", "unit", "named", "said"),
    [
        ("ours", DIEN_BAN, None, "Nơi này đã được xác nhận thuộc thị xã Điện Bàn."),
        ("not_ours", HOI_AN, DIEN_BAN, "Nơi này đã được xác nhận thuộc thị xã Điện Bàn."),
        ("not_ours", DIEN_BAN, None, "Nơi này đã được xác nhận thuộc thành phố Hội An."),
        ("reroute", None, DIEN_BAN, "Trung tâm IOC xác nhận nơi này thuộc thị xã Điện Bàn."),
        ("reroute", None, "so-y-te", "Trung tâm IOC giao phản ánh này cho Sở Y tế."),
        ("confirm", None, None, "Trung tâm IOC xác nhận nơi này thuộc thành phố Hội An."),
        ("confirm", HOI_AN, None, "Đơn vị xử lý xác nhận nơi này thuộc thành phố Hội An."),
    ],
)
def test_who_settled_it_is_said_in_place_of_a_probability(
    client: TestClient, settle: Callable[..., Report], make_user: Make, sign_in: Make,
    action: str, unit: str | None, named: str | None, said: str,
) -> None:  # fmt: skip
    report = settle(action, unit, named)
    page = client.get(f"/reports/{report.code}").text
    assert said in page
    assert "Khả năng đúng nơi" not in page
    sign_in(client, make_user("operator"))
    desk = client.get(f"/queue/{report.code}").text
    assert desk.count(said) == 2  # beside the unit, and in the box
    assert "Khả năng đúng nơi" not in desk
    assert "Có thể thuộc<" not in desk


def test_it_is_said_on_after_an_edition_came_and_went(
    client: TestClient, session: Session, settings: Settings, settle: Callable[..., Report]
) -> None:
    report = settle("ours", DIEN_BAN)
    said = "Nơi này đã được xác nhận thuộc thị xã Điện Bàn."
    for switch in (activation.activate, activation.undo):
        switch(session, "2025-01", settings=settings)
        session.commit()
        page = client.get(f"/reports/{report.code}").text
        assert said in page
        assert "Khả năng đúng nơi" not in page


def test_of_a_hidden_place_the_public_learns_no_more_than_the_unit(
    client: TestClient, settle: Callable[..., Report]
) -> None:
    report = settle("ours", DIEN_BAN, category="an-ninh-trat-tu")
    page = client.get(f"/reports/{report.code}").text
    assert "Chuyển theo nơi xảy ra sự việc: thị xã Điện Bàn." in page
    assert "xác nhận" not in page.partition("Đơn vị xử lý")[2].partition("</dd>")[0]
