"""Reports out: what is public, every filter, the 90 days, the pages."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update
from sqlalchemy.orm import Session

from geo import workflow
from geo.details import Details
from geo.models import Report
from geo.permissions import SYSTEM, Actor
from tests.api.open311.conftest import V2
from tests.api.open311.test_services import names, tree

Make = Callable[..., Any]
FIELDS = [
    *("service_request_id", "status", "status_notes", "service_name", "service_code", "description"),
    *("agency_responsible", "service_notice", "requested_datetime", "updated_datetime", "expected_datetime"),
    *("address", "address_id", "zipcode", "lat", "long", "media_url"),
]
SAID = "Đã vá xong ổ gà."


def ids(client: TestClient, **asked: Any) -> set[str]:
    answer = client.get(f"{V2}/requests.json", params=asked)
    assert answer.status_code == 200, answer.text
    return {one["service_request_id"] for one in answer.json()}


def refused(client: TestClient, **asked: Any) -> str:
    answer = client.get(f"{V2}/requests.json", params=asked)
    assert answer.status_code == 400, answer.text
    assert [list(one) for one in answer.json()] == [["code", "description"]] * len(answer.json())
    return str(answer.json()[0]["description"])


def test_a_request_has_the_elements_of_the_specification(client: TestClient, make_report: Make) -> None:
    report = make_report(unit="ubnd-503", accepted=True, area_code="503")
    root = tree(client.get(f"{V2}/requests/{report.code}.xml"))
    assert (root.tag, [one.tag for one in root]) == ("service_requests", ["request"])
    (told,) = root
    assert names(told) == FIELDS
    assert told.findtext("service_request_id") == report.code
    assert told.findtext("status") == "open"
    assert told.findtext("description") == "Ổ gà lớn trước cổng chợ"
    assert told.findtext("agency_responsible") == "UBND thành phố Hội An"
    assert (told.findtext("lat"), told.findtext("long")) == ("15.8794", "108.338")
    assert told.findtext("address") == "thành phố Hội An, tỉnh Quảng Nam"
    moment = datetime.fromisoformat(told.findtext("requested_datetime") or "")
    assert abs(moment - report.created_at) < timedelta(seconds=1)
    (told,) = client.get(f"{V2}/requests/{report.code.lower()}.json").json()
    assert list(told) == FIELDS
    assert (told["lat"], told["long"], told["zipcode"]) == (15.8794, 108.338, None)


def test_nothing_is_told_before_it_is_public(client: TestClient, session: Session, make_report: Make) -> None:
    new = make_report(content="Nhà ông Bảy ở số 5 đổ rác ra đường", unit="ubnd-503")
    secret = make_report(category="an-ninh-trat-tu", content="Đánh bạc ở nhà số 7", accepted=True)
    gone = make_report(content="Gửi nhầm, xin rút lại")
    workflow.apply(session, gone, "withdraw", Actor("sender", report_id=gone.id), door="api")
    session.flush()
    asked = client.get(f"{V2}/requests.json?extensions=true")
    told = {one["service_request_id"]: one for one in asked.json()}
    assert set(told) == {new.code, secret.code}
    assert {one["description"] for one in told.values()} == {None}
    assert "số 5" not in asked.text
    assert "số 7" not in asked.text
    for hidden in ("Bưởi", "0905", "84905", "buoi"):
        assert hidden not in asked.text
    # Of a sensitive place the middle of its cell.
    assert (told[secret.code]["long"], told[secret.code]["lat"]) != (108.338, 15.8794)
    assert client.get(f"{V2}/requests/{gone.code}.json").status_code == 404


def test_states_are_open_or_closed_with_what_was_said_last(
    client: TestClient, session: Session, make_report: Make
) -> None:
    lead = make_report(accepted=True)
    merged, rejected, resolved = make_report(), make_report(), make_report(accepted=True)
    workflow.apply(session, merged, "merge", SYSTEM, door="cli", details=Details(lead_id=lead.id))
    workflow.apply(session, rejected, "reject", SYSTEM, door="cli", details=Details(text=SAID, reason="khac"))
    workflow.apply(session, resolved, "resolve", SYSTEM, door="cli", details=Details(text=SAID))
    session.flush()
    told = {one["service_request_id"]: one for one in client.get(f"{V2}/requests.json?extensions=true").json()}
    standing = {code: (one["status"], one["extended_attributes"]["detailed_status"]) for code, one in told.items()}
    assert standing == {
        lead.code: ("open", "IN_PROGRESS"),
        merged.code: ("closed", "DUPLICATE"),
        rejected.code: ("closed", "NO_FURTHER_ACTION"),
        resolved.code: ("closed", "FIXED"),
    }
    assert told[merged.code]["status_notes"] == f"Đã gộp với {lead.code}."
    assert told[resolved.code]["status_notes"] == SAID
    # It was never accepted, so nothing about it is public but that.
    assert told[rejected.code]["status_notes"] == "Không tiếp nhận"
    assert ids(client, status="open") == {lead.code}
    assert ids(client, status="closed") == {merged.code, rejected.code, resolved.code}
    assert ids(client, status="open,closed") == set(told)
    assert "status" in refused(client, status="waiting")


@pytest.mark.parametrize("kinds", [("giao-thong", "an-ninh-trat-tu"), ("an-ninh-trat-tu", "giao-thong")])
def test_no_door_ties_a_hidden_place_to_another_report(
    client: TestClient, session: Session, make_report: Make, kinds: tuple[str, str]
) -> None:
    lead, merged = (make_report(category=kind, accepted=True, needs_confirmation=True) for kind in kinds)
    workflow.apply(session, merged, "merge", SYSTEM, door="cli", details=Details(lead_id=lead.id))
    workflow.apply(session, lead, "confirm", SYSTEM, door="cli")
    session.flush()
    (told,) = client.get(f"{V2}/requests/{merged.code}.json?extensions=true").json()
    assert told["status_notes"] == "Đã gộp"
    assert told["extended_attributes"]["lead"] is None
    own = [f"{V2}/requests/{{}}.xml?extensions=true", f"{V2}/servicerequestupdates.xml?service_request_id={{}}"]
    own += ["/api/v1/reports/{}", "/reports/{}", "/reports/{}?lang=en", "/ogc/collections/reports/items/{}"]
    for one, other in ((lead, merged), (merged, lead)):
        for path in own:
            # Of others near by a page has the public points, as the map has them.
            text = client.get(path.format(one.code)).text.partition('id="nearby-title"')[0]
            assert one.code in text
            assert other.code not in text
            assert "đã được gộp vào đây" not in text
    feed = client.get("/feeds/reports.atom").text
    assert (feed.count(lead.code), feed.count(merged.code)) == (3, 3)


def test_filters_by_code_service_agency_and_place(client: TestClient, session: Session, make_report: Make) -> None:
    here = make_report(unit="ubnd-503")
    far = make_report(category="khac", unit="ubnd-502", lon=108.474, lat=15.5736)
    both = {here.code, far.code}
    assert ids(client) == both
    # Nothing else counts beside codes.
    assert ids(client, service_request_id=f"{here.code.lower()}, {far.code}", service_code="khac") == both
    assert ids(client, service_request_id=here.code, start_date="2001-01-01", end_date="2001-01-02") == {here.code}
    assert ids(client, service_request_id="nonsense") == set()
    assert ids(client, service_code="giao-thong") == {here.code}
    assert ids(client, service_code="giao-thong,khac") == both
    assert ids(client, service_code="", status="", start_date="") == both
    assert ids(client, agency_responsible="ubnd-502") == {far.code}
    assert ids(client, bbox="108.3,15.8,108.4,15.9") == {here.code}
    # 0.004° of longitude are 428 m.
    assert ids(client, lat=15.8794, long=108.342, radius=450) == {here.code}
    assert ids(client, lat=15.8794, long=108.342, radius=400) == set()
    assert ids(client, lat=15.8794, long=108.342, radius=50_000) == both
    for wrong in (
        {"service_code": "nothing"}, {"agency_responsible": "nothing"}, {"bbox": "1,2,3"}, {"lat": 15.9}, {"radius": 5},
        {"lat": 15.9, "long": 108.3, "radius": 0}, {"lat": 95, "long": 108.3}, {"lat": "nan", "long": "nan"},
        {"lat": "x", "long": 1}, {"page": 0}, {"page_size": 1_001}, {"start_date": "soon"}, {"service_code": "a\0b"},
        {"service_request_id": "\0" * 3 + "," * 1_200 + "a," * 1_001},
    ):  # fmt: skip
        assert refused(client, **wrong)


def test_a_place_that_is_hidden_is_sought_by_its_public_point_alone(client: TestClient, make_report: Make) -> None:
    secret = make_report(category="an-ninh-trat-tu")
    (told,) = client.get(f"{V2}/requests/{secret.code}.json").json()
    assert ids(client, lat=15.8794, long=108.338, radius=20) == set()
    assert ids(client, lat=told["lat"], long=told["long"], radius=20) == {secret.code}


def moved(session: Session, report: Report, days: float) -> None:
    session.execute(
        update(Report).where(Report.id == report.id).values(created_at=datetime.now(UTC) - timedelta(days=days))
    )


def test_at_most_ninety_days_are_told_and_the_last_ones_where_nothing_is_said(
    client: TestClient, session: Session, make_report: Make
) -> None:
    new, old, oldest = (make_report() for _number in range(3))
    moved(session, old, 100)
    moved(session, oldest, 170)
    now = datetime.now(UTC)

    def ago(days: float) -> str:
        return (now - timedelta(days=days)).isoformat(timespec="seconds").replace("+00:00", "Z")

    assert ids(client) == {new.code}
    assert ids(client, start_date=ago(120)) == {old.code}  # the 90 days after it
    assert ids(client, end_date=ago(95)) == {old.code, oldest.code}  # the 90 days before it
    assert ids(client, start_date=ago(180), end_date=ago(90)) == {old.code, oldest.code}
    assert "90" in refused(client, start_date=ago(181), end_date=ago(90))
    assert "end_date" in refused(client, start_date=ago(10), end_date=ago(20))
    # What changed of late, however old it is.
    assert ids(client, updated_after=ago(1)) == {new.code, old.code, oldest.code}
    assert ids(client, updated_before=ago(1)) == set()
    assert ids(client, updated_after=ago(1), start_date=ago(120)) == {old.code}
    assert "updated_before" in refused(client, updated_after=ago(200), updated_before=ago(1))


def test_pages_follow_each_other_newest_first(client: TestClient, session: Session, make_report: Make) -> None:
    reports = [make_report() for _number in range(5)]
    for number, report in enumerate(reports):
        moved(session, report, number)
    pages = [client.get(f"{V2}/requests.json?page_size=2&page={number}").json() for number in (1, 2, 3, 4)]
    found = [[one["service_request_id"] for one in page] for page in pages]
    codes = [report.code for report in reports]
    assert found == [codes[:2], codes[2:4], codes[4:], []]


def test_who_goes_on_by_the_link_loses_nothing_where_a_report_leaves_between_two_pages(
    client: TestClient, session: Session, make_report: Make
) -> None:
    reports = [make_report() for _number in range(5)]
    for number, report in enumerate(reports):
        moved(session, report, number)
    found, address = [], f"{V2}/requests.json?status=open&page_size=2&page=1&lang=en"
    while address:
        answer = client.get(address)
        found += [one["service_request_id"] for one in answer.json()]
        address = answer.links.get("next", {}).get("url")
        if len(found) == 2:
            workflow.apply(session, reports[0], "reject", SYSTEM, door="cli", details=Details(text=SAID, reason="khac"))
            session.flush()
    assert found == [report.code for report in reports]
    assert "cursor" in refused(client, cursor="nothing")


def test_extensions_tell_what_our_own_api_does(client: TestClient, make_report: Make) -> None:
    report = make_report(unit="ubnd-503", accepted=True, area_code="503", commune_code="20410")
    (told,) = tree(client.get(f"{V2}/requests.xml?extensions=true"))
    more = told.find("extended_attributes")
    assert more is not None
    assert (more.findtext("state"), more.findtext("unit"), more.findtext("commune")) == (
        "in_progress", "ubnd-503", "20410",
    )  # fmt: skip
    assert more.findtext("link") == f"http://testserver/reports/{report.code}"
    assert more.findtext("deadline") == told.findtext("expected_datetime")


def test_what_xml_can_not_say_is_left_out_of_it(client: TestClient, session: Session, make_report: Make) -> None:
    report = make_report(accepted=True)
    # No door lets it in; an import of long ago might have.
    session.execute(update(Report).where(Report.id == report.id).values(redacted="a\x01b <&> \ufffe c"))
    root = tree(client.get(f"{V2}/requests/{report.code}.xml"))
    assert root.findtext("request/description") == "ab <&>  c"


@pytest.mark.parametrize("key", ["qn_nothing", "\0"])
def test_a_key_that_is_shown_must_be_one(client: TestClient, grant: Make, key: str) -> None:
    assert client.get(f"{V2}/requests.json", params={"api_key": key}).status_code == 403
    assert client.get(f"{V2}/requests.json", headers={"authorization": "Bearer qn_x"}).status_code == 403
    assert client.get(f"{V2}/requests.json", params={"api_key": grant("read")}).status_code == 200


def test_demonstration_reports_say_so_without_extensions(
    client: TestClient, session: Session, make_report: Make
) -> None:
    real, demo = make_report(), make_report()
    session.execute(update(Report).where(Report.id == demo.id).values(demo=True))
    told = {one["service_request_id"]: one["service_notice"] for one in client.get(f"{V2}/requests.json").json()}
    assert told[real.code] is None
    assert "dữ liệu mẫu" in told[demo.code]
    root = tree(client.get(f"{V2}/requests/{demo.code}.xml?lang=en"))
    assert "demonstration data" in (root.findtext("request/service_notice") or "")
