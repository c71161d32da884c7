"""What people settle near a border moves the report's area too, whatever door it came through."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from api import stepping
from api.intake import submit
from boundaries import activation, editions, placing, settlements
from boundaries.models import Area, Assignment, ReportArea
from geo.details import Details
from geo.models import Report, Unit
from geo.permissions import Actor
from geo.reports import Draft
from geo.secret import secret
from geo.settings import Settings
from geo.transitions import Action

BORDER = (108.292975, 15.896727)  # 20 m from Điện Bàn in Hội An
HOI_AN, DIEN_BAN = "ubnd-503", "ubnd-507"
Make = Callable[..., Any]


@pytest.fixture
def send(session: Session, settings: Settings) -> Callable[..., Report]:
    """An uncertain report by the border of Hội An, through intake."""

    def sent(category: str = "giao-thong", phone: str = "+84905123456", **values: Any) -> Report:
        draft = Draft("Trần Thị Bưởi", phone, category, "Ổ gà lớn trước cổng chợ", *BORDER, "web", **values)
        code = submit(session, settings, draft, secret=secret(settings)).answer["code"]
        session.commit()
        report = session.scalars(select(Report).where(Report.code == code)).one()
        assert (report.unit.code, report.area_code, report.needs_confirmation) == (HOI_AN, "503", True)
        return report

    return sent


@pytest.fixture
def step(session: Session, settings: Settings, make_user: Make) -> Callable[..., None]:
    """A step by an officer of a unit, or by an operator, as every door takes it."""

    def taken(report: Report, action: Action, unit: str | None = None, to: str | None = None) -> None:
        person = make_user("officer" if unit else "operator", unit=unit)
        who = Actor(person.role, person.unit_id, user_id=person.id)
        said = Details(text="Nơi này thuộc địa bàn khác.", unit_id=_unit(session, to) if to else None)
        stepping.step(session, settings, report, action, who, door="web", version=None, details=said)
        session.commit()
        session.refresh(report)

    return taken


def _unit(session: Session, code: str) -> int:
    return session.scalars(select(Unit.id).where(Unit.code == code)).one()


def routings(session: Session, report: Report) -> list[Assignment]:
    return list(session.scalars(select(Assignment).where(Assignment.report_id == report.id).order_by(Assignment.id)))


def parent(session: Session, commune: str | None) -> str | None:
    mine = (Area.code == commune, Area.level == "commune", Area.edition_id == editions.find(session, "2020").id)
    return session.scalars(select(Area.parent_code).where(*mine)).one()


@pytest.mark.parametrize(
    ("action", "unit", "to", "area"),
    [
        ("ours", DIEN_BAN, None, "507"),
        ("not_ours", HOI_AN, DIEN_BAN, "507"),
        ("not_ours", DIEN_BAN, None, "503"),
        ("confirm", HOI_AN, None, "503"),
        ("confirm", None, None, "503"),
        ("reroute", None, DIEN_BAN, "507"),
    ],
)
def test_the_area_is_the_one_that_was_settled_and_a_routing_says_so(
    session: Session, send: Make, step: Make, action: Action, unit: str | None, to: str | None, area: str
) -> None:
    report = send()
    step(report, action, unit, to)
    assert (report.area_code, report.unit.code, report.needs_confirmation) == (area, f"ubnd-{area}", False)
    assert parent(session, report.commune_code) == area
    before, after = routings(session, report)
    assert (after.edition_id, after.area_code, after.unit_id) == (before.edition_id, area, report.unit_id)
    assert (after.reason, after.confidence) == ("border", 1.0)
    assert [one["area"] for one in after.candidates or [] if one.get("settled")] == [area]
    assert [one["share"] for one in after.candidates or []] == [one["share"] for one in before.candidates or []]


@pytest.mark.parametrize("to", ["so-y-te", "ubnd-502"])
def test_whoever_is_no_candidate_tells_no_area(session: Session, send: Make, step: Make, to: str) -> None:
    report = send()
    step(report, "reroute", None, to)
    assert (report.unit.code, report.area_code, len(routings(session, report))) == (to, "503", 1)


def test_a_forward_is_followed_only_where_the_place_was_settled_before(
    session: Session, send: Make, step: Make
) -> None:
    settled, doubtful = send(), send()
    step(settled, "ours", DIEN_BAN)
    step(settled, "forward", DIEN_BAN, "so-y-te")
    assert (settled.unit.code, settled.area_code) == ("so-y-te", "507")
    step(settled, "forward", "so-y-te", HOI_AN)
    assert (settled.unit.code, settled.area_code, len(routings(session, settled))) == (HOI_AN, "503", 3)
    step(settled, "return", HOI_AN)
    assert (settled.unit.code, settled.area_code, len(routings(session, settled))) == ("so-y-te", "503", 3)
    step(doubtful, "forward", HOI_AN, DIEN_BAN)
    assert (doubtful.unit.code, doubtful.area_code, doubtful.needs_confirmation) == (DIEN_BAN, "503", True)
    step(doubtful, "confirm", DIEN_BAN)
    assert (doubtful.unit.code, doubtful.area_code) == (DIEN_BAN, "507")


def test_a_settlement_stands_over_the_senders_choice(session: Session, send: Make, step: Make) -> None:
    report = send(area="503")
    step(report, "ours", DIEN_BAN)
    assert report.area_code == "507"
    first, last = routings(session, report)
    assert [one["area"] for one in first.candidates or [] if one.get("chosen")] == ["503"]
    assert [one for one in last.candidates or [] if one.get("chosen")] == []


def test_the_api_the_desk_and_the_ioc_lead_to_the_same(
    client: TestClient, session: Session, send: Make, make_user: Make, sign_in: Make
) -> None:
    by_api, by_desk, by_ioc = send(), send(), send()
    sign_in(client, make_user("officer", unit=DIEN_BAN))
    page = client.get(f"/queue/{by_desk.code}").text
    token = page.partition('name="token" value="')[2].partition('"')[0]
    sent = {"token": token, "version": str(by_desk.version)}
    assert client.post(f"/queue/{by_desk.code}/ours", data=sent, follow_redirects=False).status_code == 303
    answer = client.post(
        f"/api/v1/reports/{by_api.code}/actions/ours",
        json={"version": by_api.version},
        headers={"X-CSRF-Token": token},
    )
    assert answer.status_code == 200, answer.text
    sign_in(client, make_user("operator"))
    token = client.get("/ioc/uncertain").text.partition('name="token" value="')[2].partition('"')[0]
    client.post("/ioc/uncertain", data={"token": token, "code": by_ioc.code, "unit": DIEN_BAN})
    for report in (by_api, by_desk, by_ioc):
        session.refresh(report)
        assert (report.unit.code, report.area_code) == (DIEN_BAN, "507")


def test_statistics_feature_filters_and_places_count_it_where_it_was_settled(
    client: TestClient, session: Session, sessions: sessionmaker[Session], settings: Settings, send: Make, step: Make
) -> None:
    report = send()

    def counted(**asked: str) -> list[int]:
        return [
            client.get("/api/v1/statistics", params={"area": area, **asked}).json()["total"] for area in ("503", "507")
        ]

    placing.keep(sessions, settings)
    assert [counted(), counted(edition="2020"), counted(edition="2025-01")] == [[1, 0]] * 3
    step(report, "ours", DIEN_BAN)
    placing.keep(sessions, settings)
    # By another edition too: there as well Điện Bàn alone has the land that was settled on.
    asked: list[dict[str, str]] = [{}, {"edition": "2020"}, {"edition": "then"}, {"edition": "2025-01"}]
    assert [counted(**one) for one in asked] == [[0, 1]] * 4
    (feature,) = client.get("/api/v1/reports", params={"area": "507"}).json()["features"]
    assert feature["properties"]["area"] == "507"
    codes = [
        session.scalars(
            select(ReportArea.commune_code).where(
                ReportArea.report_id == report.id, ReportArea.edition_id == editions.find(session, code).id
            )
        ).one()
        for code in ("2020", "2025-01")
    ]
    assert codes[0] == report.commune_code
    assert parent(session, codes[1]) == "507"


def test_why_tells_who_settled_it_and_which_area(
    client: TestClient, send: Make, step: Make, make_user: Make, sign_in: Make
) -> None:
    said = "xác nhận nơi này thuộc thị xã Điện Bàn."
    by_unit, by_ioc, confirmed = send(), send(), send()
    step(by_unit, "ours", DIEN_BAN)
    step(by_ioc, "reroute", None, DIEN_BAN)
    step(confirmed, "confirm", HOI_AN)

    def told(report: Report) -> tuple[Any, ...]:
        answer = client.get("/api/v1/route", params={"report": report.code}).json()
        last = answer["steps"][-1]
        assert len(answer["steps"]) == 2
        assert (last["edition"]["code"], last["confidence"], len(last["candidates"])) == ("2020", 1, 2)
        assert answer["now"]["area"] == last["area"]
        return last["by"], last["role"], last["area"]["code"], last["reason"]["code"], last["reason"]["text"]

    assert told(by_unit) == ("border", None, "507", "border", "Nơi này đã được xác nhận thuộc thị xã Điện Bàn.")
    assert told(by_ioc) == ("person", "operator", "507", "border", f"Trung tâm IOC {said}")
    text = "Đơn vị xử lý xác nhận nơi này thuộc thành phố Hội An."
    assert told(confirmed) == ("settled", "officer", "503", "border", text)
    sign_in(client, make_user("operator"))
    page = client.get(f"/queue/{confirmed.code}").text.partition('id="why-here"')[2].partition("</details>")[0]
    assert "Cán bộ đơn vị xác nhận nơi xảy ra" in page
    assert text in page
    assert "Khả năng đúng nơi" not in page


def test_of_a_hidden_place_a_settlement_is_told_as_any_other_move_and_no_area_follows(
    client: TestClient, session: Session, sessions: sessionmaker[Session], settings: Settings, send: Make, step: Make
) -> None:
    kind = "an-ninh-trat-tu"
    settled, rerouted, plain, confirmed = (send(kind) for _ in range(4))
    step(settled, "ours", DIEN_BAN)
    step(rerouted, "reroute", None, DIEN_BAN)
    step(plain, "forward", HOI_AN, DIEN_BAN)
    step(confirmed, "confirm", HOI_AN)

    def told(report: Report) -> tuple[Any, ...]:
        why = client.get("/api/v1/route", params={"report": report.code}).json()
        steps = [
            {key: value for key, value in one.items() if key not in ("at", "reason")} | {"said": one["reason"]["text"]}
            for one in why["steps"]
        ]
        listed = client.get("/api/v1/reports", params={"q": report.code}).json()["features"]
        (shown,) = [one["properties"] for one in listed]
        return steps, why["now"], shown["area"], shown["unit"], shown["needs_confirmation"]

    steps, now, area, *_ = told(plain)
    assert (steps[-1]["by"], steps[-1]["role"], steps[-1]["area"]) == ("person", None, None)
    assert (steps[0]["area"]["code"], now["area"]["code"], area) == ("503", "503", "503")
    assert told(settled) == told(rerouted) == told(plain)
    steps, now, area, *_ = told(confirmed)
    assert ([one["by"] for one in steps], now["area"]["code"], area) == (["place"], "503", "503")
    for report in (settled, rerouted, confirmed):
        assert not report.needs_confirmation
        assert len(routings(session, report)) == 1
    placing.keep(sessions, settings)
    ways: list[dict[str, str]] = [{}, {"edition": "2020"}, {"edition": "then"}]
    for asked in ways:
        for code, total in (("503", 4), ("507", 0)):
            answer = client.get("/api/v1/statistics", params={"area": code, "category": kind, **asked})
            assert answer.json()["total"] == total


def test_a_hidden_place_that_was_settled_keeps_its_unit_under_a_new_edition(
    session: Session, settings: Settings, send: Make, step: Make
) -> None:
    report = send("an-ninh-trat-tu")
    step(report, "ours", DIEN_BAN)
    activation.activate(session, "2025-01", settings=settings)
    session.refresh(report)
    assert (report.unit.code, report.area_code, report.needs_confirmation) == (DIEN_BAN, "503", False)


def test_of_a_category_that_becomes_sensitive_later_no_settlement_is_told(
    client: TestClient, session: Session, send: Make, step: Make
) -> None:
    settled, confirmed = send(), send()
    step(settled, "ours", DIEN_BAN)
    step(confirmed, "confirm", HOI_AN)
    settled.category.sensitive = True
    session.commit()
    last = client.get("/api/v1/route", params={"report": settled.code}).json()["steps"][-1]
    assert (last["by"], last["role"], last["edition"], last["area"]) == ("person", None, None, None)
    assert (last["candidates"], last["confidence"]) == ([], None)
    alone = client.get("/api/v1/route", params={"report": confirmed.code}).json()["steps"]
    assert [one["by"] for one in alone] == ["place"]


def test_settled_reports_are_learnt_from_by_their_last_word(
    session: Session, send: Make, step: Make, make_user: Make
) -> None:
    edition = editions.find(session, "2020")
    reports = [send(phone=f"+8490512345{number}") for number in range(3)]
    for report in reports:
        step(report, "ours", DIEN_BAN)
    # That a department is to act says nothing of where it is.
    step(reports[0], "forward", DIEN_BAN, "so-y-te")
    found = settlements.settlements(session, edition)
    assert [(one.area, one.among) for one in found] == [("507", frozenset({"503", "507"}))] * 3
    (one,) = settlements.suggestions(session, edition)
    assert (one.area, one.reports, one.senders) == ("507", 3, 3)
    step(reports[1], "forward", DIEN_BAN, HOI_AN)
    assert sorted(one.area for one in settlements.settlements(session, edition)) == ["503", "507", "507"]
