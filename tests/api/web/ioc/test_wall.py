import re
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from boundaries.models import Assignment
from geo.models import Report, User
from maps.wall import SCRIPTS

Make = Callable[..., Report]
DOORS = ("/ioc", "/api/v1/ioc/overview", "/api/v1/ioc/replay", "/api/v1/ioc/reports/{code}")


@pytest.fixture
def operator(client: TestClient, make_user: Callable[..., User], sign_in: Callable[..., None]) -> TestClient:
    sign_in(client, make_user("operator"))
    return client


def carried(html: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', html)
    assert found
    data: dict[str, Any] = orjson.loads(found[1])
    return data


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("role", ["public", "officer", "head", "planner", "administrator"])
def test_nobody_but_operators_comes_in(
    client: TestClient,
    make_report: Make,
    make_user: Callable[..., User],
    sign_in: Callable[..., None],
    door: str,
    role: str,
) -> None:
    report = make_report()
    if role != "public":
        sign_in(client, make_user(role, unit="ioc" if role in ("officer", "head") else None))
    told = client.get(door.format(code=report.code))
    assert told.status_code == (401 if role == "public" else 403)
    assert report.code not in told.text


def test_a_browser_is_shown_the_way_to_sign_in_and_back(client: TestClient) -> None:
    told = client.get("/ioc?category=khac", headers={"Accept": "text/html"}, follow_redirects=False)
    assert (told.status_code, told.headers["location"]) == (303, "/sign-in?next=%2Fioc%3Fcategory%3Dkhac")


def test_the_page_has_no_script_without_its_nonce_and_all_of_its_own(operator: TestClient) -> None:
    told = operator.get("/ioc")
    nonce = re.search(r"script-src 'nonce-([\w-]{22})';", told.headers["content-security-policy"])
    assert nonce
    assert told.headers["cache-control"] == "no-store"
    running = re.findall(r"<script(?! type=\"application/json\")[^>]*>", told.text)
    assert all(f'nonce="{nonce[1]}"' in one for one in running)
    assert [name for name in SCRIPTS if f"/{name}" not in told.text] == []


def test_the_page_carries_what_the_door_answers(operator: TestClient, make_report: Make) -> None:
    make_report(unit="ubnd-503", area_code="503", category="khac")
    make_report(unit="ubnd-502", area_code="502", category="cay-xanh")
    asked = "category=khac&tab=urgent"
    page = carried(operator.get(f"/ioc?{asked}").text)["overview"]
    door = operator.get(f"/api/v1/ioc/overview?{asked}").json()
    for told in (page, door):
        told["taken"] = ""
        for row in told["lists"]["newest"]:
            row["ago"] = row["due"] = ""  # a second may have passed
    assert page == door
    assert [one["code"] for one in door["units"]] == ["ubnd-503"]
    assert {name: len(rows) for name, rows in door["lists"].items()} == {"newest": 1, "urgent": 0}


def test_a_filter_that_means_nothing_is_refused(operator: TestClient) -> None:
    assert operator.get("/api/v1/ioc/overview?category=nothing").status_code == 422
    assert operator.get("/api/v1/ioc/replay?span=century").status_code == 422


def test_it_speaks_the_readers_language(operator: TestClient, make_report: Make) -> None:
    make_report()
    names = {
        lang: [one["name"] for one in operator.get(f"/api/v1/ioc/overview?lang={lang}").json()["figures"]]
        for lang in ("vi", "en")
    }
    assert names["vi"][:2] == ["Hôm nay", "Đang mở"]
    assert names["en"] == ["Today", "Open", "Late", "Median to an answer", "Satisfied"]


def test_an_uncertain_place_comes_with_its_candidates_the_present_unit_first(
    operator: TestClient, session: Session, make_report: Make
) -> None:
    report = make_report(unit="ubnd-503", area_code="503", needs_confirmation=True)
    candidates = [{"area": "507", "unit": "ubnd-507", "share": 0.7}, {"area": "503", "unit": "ubnd-503", "share": 0.3}]
    session.add(
        Assignment(
            report_id=report.id, area_code="503", unit_id=report.unit_id, reason="uncertain", candidates=candidates
        )
    )
    session.flush()
    row = operator.get("/api/v1/ioc/overview?tab=confirm").json()["lists"]["confirm"][0]
    assert [(one["unit"], one["action"]) for one in row["candidates"]] == [
        ("ubnd-503", "confirm"),
        ("ubnd-507", "reroute"),
    ]
    whole = operator.get(f"/api/v1/ioc/reports/{report.code}").json()
    assert whole["candidates"] == row["candidates"]
    desk = operator.get(f"/queue/{report.code}").text
    assert "Vì sao phản ánh đến đây?" in whole["why"]
    assert whole["why"] in desk  # word for word
    body = {"version": row["version"], "unit": "ubnd-507"}
    assert operator.post(f"/api/v1/reports/{report.code}/actions/reroute", json=body).status_code == 200
    assert operator.get("/api/v1/ioc/overview?tab=confirm").json()["lists"]["confirm"] == []
    assert operator.get(f"/api/v1/ioc/reports/{report.code}").json()["candidates"] == []


def test_a_sensitive_report_stands_on_the_wall_at_its_public_place(operator: TestClient, make_report: Make) -> None:
    report = make_report(category="an-ninh-trat-tu", lon=108.33812, lat=15.87943)
    row = operator.get("/api/v1/ioc/overview").json()["lists"]["newest"][0]
    assert row["code"] == report.code
    assert (row["lon"], row["lat"]) != (108.33812, 15.87943)


def test_a_report_opens_with_its_words_its_steps_and_no_sender(operator: TestClient, make_report: Make) -> None:
    report = make_report(name="Phan Thị Giấu", phone="+84905999888", content="Cột điện nghiêng hẳn", accepted=True)
    told = operator.get(f"/api/v1/ioc/reports/{report.code}")
    assert told.json()["content"] == "Cột điện nghiêng hẳn"
    assert len(told.json()["steps"]) == 2
    assert "Giấu" not in told.text
    assert "905999888" not in told.text
    assert operator.get("/api/v1/ioc/reports/QN-0000-0000").status_code == 404
