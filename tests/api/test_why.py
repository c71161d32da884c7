"""Why a report is where it is: what each of its readers is told at /api/v1/route."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from api.intake import submit
from boundaries import activation, lookup, ruling
from boundaries.models import Area, Edition
from boundaries.ruling import Wanted
from geo import api_keys, beside, handing_over, succession, workflow
from geo.details import Details
from geo.models import Category, Report, Unit, User
from geo.permissions import SYSTEM, Actor
from geo.reports import Draft
from geo.secret import secret
from geo.settings import Settings
from tests.boundaries import test_routing

HOI_AN, BORDER = (108.338, 15.8794), (108.2914, 15.8758)
TODAY = lookup.today()
Make = Callable[..., Any]


@pytest.fixture
def send(session: Session, settings: Settings) -> Callable[..., Report]:
    """A report through intake, as it is stored; one of traffic in Hội An, unless it is said otherwise."""

    def sent(lon: float = HOI_AN[0], lat: float = HOI_AN[1], *, category: str = "giao-thong", **values: Any) -> Report:
        draft = Draft("Trần Thị Bưởi", "+84905123456", category, "Ổ gà lớn trước cổng chợ", lon, lat, "web", **values)
        code = submit(session, settings, draft, secret=secret(settings)).answer["code"]
        session.commit()
        return session.scalars(select(Report).where(Report.code == code)).one()

    return sent


@pytest.fixture
def rule(session: Session) -> Callable[..., None]:
    """Makes a rule that sends a category straight to a company."""

    def make(category: str, area: str | None, unit: str = "cong-ty-dien-luc", priority: int = 0) -> None:
        kind = session.scalars(select(Category.id).where(Category.code == category)).one()
        to = session.scalars(select(Unit.id).where(Unit.code == unit)).one()
        ruling.add(session, Wanted(kind, area, to, replaces=True, priority=priority, valid_from=None, valid_until=None))
        session.commit()

    return make


def told(client: TestClient, report: Report, **headers: str) -> dict[str, Any]:
    answer = client.get("/api/v1/route", params={"report": report.code}, headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "private, no-store"
    found: dict[str, Any] = answer.json()
    return found


def test_a_point_is_told_its_edition_area_commune_and_rule(client: TestClient, rule: Make) -> None:
    asked = {"lon": HOI_AN[0], "lat": HOI_AN[1], "category": "dien-chieu-sang"}
    plain = client.get("/api/v1/route", params=asked).json()
    assert plain["edition"] == {"code": "2020", "name": plain["edition"]["name"], "valid_from": "2020-02-01"}
    assert (plain["area"]["code"], plain["commune"]["code"][:2], plain["rule"]) == ("503", "20", None)
    rule("dien-chieu-sang", "503", priority=2)
    ruled = client.get("/api/v1/route", params=asked).json()
    company = {"code": "cong-ty-dien-luc", "name": "Công ty Điện lực Quảng Nam"}
    assert ruled["rule"] == {
        "category": "dien-chieu-sang", "area": "503", "unit": company, "priority": 2, "valid_from": None,
    }  # fmt: skip
    assert (ruled["unit"], ruled["reason"]["code"]) == (company, "rule")


def test_a_report_tells_how_it_came_and_who_moved_it(
    client: TestClient, session: Session, send: Make, make_user: Make
) -> None:
    report = send()
    operator, other = make_user("operator", name="Ngô Thị Chi"), "ubnd-502"
    who = Actor("operator", user_id=operator.id)
    to = session.scalars(select(Unit.id).where(Unit.code == other)).one()
    workflow.apply(session, report, "reroute", who, door="web", details=Details(unit_id=to))
    session.commit()
    found = told(client, report)
    assert [(one["by"], one["role"], one["unit"]["code"], one["reason"]["code"]) for one in found["steps"]] == [
        ("place", None, "ubnd-503", "inside"),
        ("person", "operator", other, "reroute"),
    ]
    first = found["steps"][0]
    assert (first["edition"]["code"], first["area"], first["rule"]) == (
        "2020", {"code": "503", "name": "Hội An"}, None,
    )  # fmt: skip
    assert first["reason"]["text"] == "Vị trí nằm trong thành phố Hội An."
    assert (found["now"]["unit"]["code"], found["now"]["area"]["code"]) == (other, "503")
    assert operator.name not in client.get("/api/v1/route", params={"report": report.code}).text
    english = client.get("/api/v1/route", params={"report": report.code, "lang": "en"}).json()
    assert english["steps"][0]["reason"]["text"] != first["reason"]["text"]


def test_the_senders_choice_a_rule_and_a_second_report_are_told_apart(
    client: TestClient, session: Session, settings: Settings, send: Make, rule: Make
) -> None:
    by_place = send(*BORDER, accuracy=900.0)
    options = [one["area"]["code"] for one in told(client, by_place)["steps"][0]["candidates"]]
    assert len(options) > 1
    chosen = send(*BORDER, accuracy=900.0, area=options[1])
    rule("dien-chieu-sang", None)
    by_rule = send(category="dien-chieu-sang")
    found = [told(client, one)["steps"] for one in (by_place, chosen, by_rule)]
    assert [[one["by"] for one in steps] for steps in found] == [["place"], ["choice"], ["rule"]]
    assert found[1][0]["area"]["code"] == options[1]
    assert found[2][0]["rule"]["unit"]["code"] == "cong-ty-dien-luc"


def test_an_edition_and_the_end_of_a_unit_are_told_as_what_moved_it(
    client: TestClient, session: Session, sessions: sessionmaker[Session], settings: Settings, send: Make, rule: Make
) -> None:
    rule("dien-chieu-sang", None)
    moved, ruled = send(107.995, 15.651), send(category="dien-chieu-sang")
    activation.activate(session, "2025-01", settings=settings)
    session.commit()
    steps = told(client, moved)["steps"]
    assert [(one["by"], one["edition"]["code"], one["unit"]["code"]) for one in steps] == [
        ("place", "2020", "ubnd-519"),
        ("edition", "2025-01", "ubnd-509"),
    ]
    activation.undo(session, "2025-01", settings=settings)
    session.commit()
    steps = told(client, moved)["steps"]
    assert [(one["by"], one["edition"]["code"], one["unit"]["code"]) for one in steps[2:]] == [
        ("edition", "2020", "ubnd-519")
    ]
    old, new = (
        session.scalars(select(Unit).where(Unit.code == code)).one() for code in ("cong-ty-dien-luc", "so-y-te")
    )
    succession.end(session, old, TODAY, new, TODAY)
    session.commit()
    handing_over.keep(sessions, datetime.now(UTC) + timedelta(minutes=1))
    session.expire_all()
    last = told(client, ruled)["steps"][-1]
    assert (last["by"], last["unit"]["code"]) == ("unit", "so-y-te")
    assert last["reason"]["text"] == "Đơn vị trước thôi hoạt động; Sở Y tế nhận việc."
    assert "Trung tâm IOC chuyển" not in client.get(f"/reports/{ruled.code}").text


def test_of_a_sensitive_report_the_public_learns_nothing_that_narrows_its_place(
    client: TestClient, session: Session, send: Make, rule: Make, make_user: Make, sign_in: Make
) -> None:
    near = send(*BORDER, accuracy=900.0, category="an-ninh-trat-tu")
    near = send(*BORDER, accuracy=900.0, category="an-ninh-trat-tu", area=near.area_code)
    rule("an-ninh-trat-tu", near.commune_code, "cong-an-tinh")
    ruled = send(*BORDER, category="an-ninh-trat-tu")
    assert ruled.unit.code == "cong-an-tinh"
    for report in (near, ruled):
        found = told(client, report)
        assert report.commune_code not in str(found)
        assert "candidates" in found["steps"][0]
        assert found["steps"][0]["candidates"] == []
        assert (found["now"]["commune"], found["steps"][0]["rule"]) == (None, None)
    step = told(client, near)["steps"][0]
    assert (step["by"], step["reason"]["code"]) == ("place", "place")
    sign_in(client, make_user("operator"))
    inside = told(client, near)
    assert (inside["steps"][0]["by"], inside["now"]["commune"]["code"]) == ("choice", near.commune_code)
    assert len(inside["steps"][0]["candidates"]) > 1
    assert told(client, ruled)["steps"][0]["rule"]["area"] == near.commune_code


def test_what_units_by_a_border_settled_of_a_sensitive_report_looks_like_any_other_move(
    client: TestClient, session: Session, send: Make, make_user: Make, sign_in: Make
) -> None:
    by_border, by_ioc = (send(*BORDER, accuracy=5_000.0, category="an-ninh-trat-tu") for _ in range(2))
    assert by_border.needs_confirmation
    (first, *_others) = beside.units(session, by_border)
    theirs: User = make_user("officer", unit=first.code)
    workflow.apply(session, by_border, "ours", Actor("officer", unit_id=first.id, user_id=theirs.id), door="web")
    operator: User = make_user("operator")
    who = Actor("operator", user_id=operator.id)
    workflow.apply(session, by_ioc, "reroute", who, door="web", details=Details(unit_id=first.id))
    session.commit()
    steps, same = (
        [{key: value for key, value in one.items() if key != "at"} for one in told(client, report)["steps"]]
        for report in (by_border, by_ioc)
    )
    assert steps == same
    assert told(client, by_border)["now"]["unit"]["code"] == steps[-1]["unit"]["code"] == first.code
    assert (steps[-1]["by"], steps[-1]["role"], steps[-1]["candidates"]) == ("person", None, [])
    updates = "/open311/v2/servicerequestupdates.json?service_request_id="
    for address in ("/api/v1/route?report=", "/reports/", updates):
        text = client.get(f"{address}{by_border.code}").text
        assert f"Chuyển đến {first.name}." in text
        words = ("ranh giới", f"{first.name} theo nơi xảy ra", "Trung tâm IOC chuyển")
        assert [word for word in words if word in text] == []
    sign_in(client, theirs)
    assert told(client, by_border)["steps"][-1]["by"] == "border"


@pytest.mark.parametrize(("unit", "inside"), [("ubnd-503", True), ("ubnd-502", False)])
def test_an_officer_and_their_program_know_all_of_their_own_units_reports(
    client: TestClient, session: Session, send: Make, make_user: Make, sign_in: Make, unit: str, inside: bool
) -> None:
    report = send(category="an-ninh-trat-tu")
    token = api_keys.grant(session, name="Hệ thống", scope="read", units=[unit], per_minute=60, days=30)
    session.commit()
    by_key = told(client, report, authorization=f"Bearer {token}")
    sign_in(client, make_user("officer", unit=unit))
    for found in (by_key, told(client, report)):
        assert (found["now"]["commune"] is not None) == inside


def test_what_is_withdrawn_or_not_there_is_not_told(client: TestClient, session: Session, send: Make) -> None:
    report = send()
    workflow.apply(session, report, "withdraw", Actor("sender", report_id=report.id), door="web")
    session.commit()
    for code in (report.code, "QN-0000-0000", "x\0"):
        assert client.get("/api/v1/route", params={"report": code}).status_code == 404


@pytest.mark.parametrize("asked", [{}, {"lon": 108.3}, {"lat": 15.8}, {"lon": 108.3, "report": "QN-0000-0000"}])
def test_one_thing_is_asked_at_a_time(client: TestClient, asked: dict[str, Any]) -> None:
    answer = client.get("/api/v1/route", params=asked)
    assert answer.status_code == 422
    assert "report" in answer.json()["detail"]


def test_the_desk_shows_why_a_report_is_here(
    client: TestClient, session: Session, send: Make, rule: Make, make_user: Make, sign_in: Make
) -> None:
    area = send(*BORDER).area_code
    rule("dien-chieu-sang", area, "ubnd-502", priority=3)
    report = send(*BORDER, accuracy=900.0, category="dien-chieu-sang")
    plain = send()
    person: User = make_user("operator", name="Ngô Thị Chi")
    to = session.scalars(select(Unit.id).where(Unit.code == "so-y-te")).one()
    who = Actor("operator", user_id=person.id)
    workflow.apply(session, plain, "reroute", who, door="web", details=Details(unit_id=to))
    session.commit()
    sign_in(client, person)
    page = client.get(f"/queue/{report.code}").text.partition('id="why-here"')[2].partition("</details>")[0]
    for word in (
        "Theo quy tắc của lĩnh vực",
        "(2020)",
        f"({area})",
        "ưu tiên 3",
        "UBND thành phố Tam Kỳ",
        "Có thể thuộc",
    ):
        assert word in page, word
    page = client.get(f"/queue/{plain.code}").text.partition('id="why-here"')[2].partition("</details>")[0]
    for word in ("Trung tâm IOC chuyển", "Ngô Thị Chi", "Sở Y tế", "Trước đó", "không quy tắc nào", "Vị trí nằm trong"):
        assert word in page, word
    english = client.get(f"/queue/{plain.code}?lang=en").text
    assert "Why did this report come here?" in english
    workflow.apply(session, plain, "accept", SYSTEM, door="cli")


def test_what_an_undo_brings_back_does_not_name_another_unit_than_the_one_it_is_given_back_to(
    client: TestClient, session: Session, settings: Settings, send: Make, make_user: Make
) -> None:
    report = send(107.995, 15.651)
    to = session.scalars(select(Unit.id).where(Unit.code == "ubnd-513")).one()
    who = Actor("operator", user_id=make_user("operator").id)
    workflow.apply(session, report, "reroute", who, door="web", details=Details(unit_id=to))
    session.commit()
    for switch in (activation.activate, activation.undo):
        switch(session, "2025-01", settings=settings)
        session.commit()
    found = told(client, report)
    assert [one["unit"]["code"] for one in found["steps"]] == ["ubnd-519", "ubnd-513", "ubnd-513", "ubnd-513"]
    assert found["now"]["unit"]["code"] == "ubnd-513"
    last = found["steps"][-1]
    undone = "Phiên bản địa giới được hoàn tác: lại do UBND huyện Thăng Bình xử lý."
    assert (last["by"], last["reason"]["text"]) == ("edition", undone)
    assert undone in client.get(f"/reports/{report.code}").text


def test_the_areas_it_is_in_now_are_named_as_the_edition_in_force_has_them(
    client: TestClient, session: Session, send: Make
) -> None:
    report = send()
    mine = (Area.code == report.commune_code, Area.level == "commune", Edition.state == "active")
    commune = session.scalars(select(Area.name).join(Area.edition).where(*mine)).one()
    later = session.scalars(
        select(Area.name).join(Area.edition).where(Area.code == report.commune_code, Edition.code == "2025-07")
    ).all()
    assert later != [commune]
    assert later
    assert told(client, report)["now"]["commune"] == {"code": report.commune_code, "name": commune}


def test_the_shares_of_the_candidates_add_up_to_one(client: TestClient, session: Session) -> None:
    for away in range(2, 42):
        lon, lat = test_routing.beside(session, "503", "507", away)
        found = client.get("/api/v1/route", params={"lon": lon, "lat": lat}).json()
        shares = [one["share"] for one in found["candidates"]]
        assert len(shares) == 2
        assert (round(sum(shares), 6), max(shares)) == (1, found["confidence"])
