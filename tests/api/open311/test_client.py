"""A client that others wrote, and an agency's own system, against a served program."""

import asyncio
from typing import Any

import requests
from georeport import GeoReport
from sqlalchemy import select

from api.delivery import worker
from geo import api_keys
from geo.models import Media, Report
from tests.api.delivery.test_fetching import Server, jpeg, server
from tests.api.open311.conftest import V2
from tests.browser.conftest import Live

__all__ = ["server"]
UPDATES = f"{V2}/servicerequestupdates.json"


def key(live: Live, scope: str, *units: str) -> str:
    with live.sessions.begin() as session:
        return api_keys.grant(session, name="Công ty cấp nước", scope=scope, units=units, per_minute=600, days=1)


def test_georeport_reads_services_and_requests_in_both_formats(live: Live, form: dict[str, str]) -> None:
    posted = requests.post(f"{live.url}{V2}/requests.json", form | {"api_key": key(live, "send")}, timeout=60)
    code = posted.json()[0]["service_request_id"]
    other = live.report(category="khac", accepted=True)
    for written in ("json", "xml"):
        client = GeoReport(live.url + V2, jurisdiction="quangnam.gov.vn", output_format=written)
        assert "giao-thong" in [one["service_code"] for one in client.get_service_list()]
        definition: Any = client.get_service_definition("giao-thong")["attributes"]
        attributes = definition if written == "json" else definition["attribute"]
        required = [one["code"] for one in attributes if str(one["required"]).lower() == "true"]
        assert required == ["truthful", "name", "phone"]
        one = client.get_service_request(code)
        assert (one["service_request_id"], one["status"], one["service_code"]) == (code, "open", "giao-thong")
        assert {found["service_request_id"] for found in client.get_service_requests()} == {code, other}
        # Of one alone this client makes a dictionary from XML.
        (alone,) = _list(client.get_service_requests(service_code="khac", status="open"))
        assert alone["service_request_id"] == other
    then = {"start_date": "2020-01-01T00:00:00Z", "end_date": "2020-02-01T00:00:00Z"}
    assert GeoReport(live.url + V2).get_service_requests(**then) == []


def _list(found: Any) -> list[Any]:
    return found if isinstance(found, list) else [found]


def test_an_agency_polls_answers_with_a_photo_and_the_citizen_sees_it(
    live: Live, form: dict[str, str], server: Server
) -> None:
    agency = key(live, "steps", "ubnd-503")
    sent = form | {"api_key": key(live, "send"), "extensions": "true"}
    (receipt,) = requests.post(f"{live.url}{V2}/requests.json", sent, timeout=60).json()
    server.answers = {"/after.jpg": (200, {"Content-Type": "image/jpeg"}, jpeg())}

    # Their system asks for what is new, accepts it, and answers with a picture that lies on its own server.
    asked = {"agency_responsible": "ubnd-503", "status": "open", "api_key": agency}
    (new,) = requests.get(f"{live.url}{V2}/requests.json", asked, timeout=60).json()
    assert new["service_request_id"] == receipt["service_request_id"]
    told = {"api_key": agency, "service_request_id": new["service_request_id"]}
    for number, more in enumerate(
        (
            {"status": "ACCEPTED"},
            {"status": "IN_PROGRESS", "description": "Đội sửa đường đang đến."},
            {"status": "FIXED", "description": "Đã vá xong ổ gà.", "media_url": f"{server.url}/after.jpg"},
        )
    ):
        answer = requests.post(live.url + UPDATES, told | more | {"update_id": f"W-{number}"}, timeout=60)
        assert answer.status_code == 200, answer.text

    updates = requests.get(live.url + UPDATES, {"service_request_id": new["service_request_id"]}, timeout=60).json()
    assert [one["status"] for one in updates] == ["IN_PROGRESS", "IN_PROGRESS", "FIXED"]
    picture = requests.get(updates[-1]["media_url"], timeout=60)
    assert picture.headers["content-type"] == "image/jpeg"
    browser = requests.Session()
    page = browser.get(receipt["extended_attributes"]["link"], timeout=60).text
    assert "Đã vá xong ổ gà." in page
    assert updates[-1]["media_url"].rpartition("/")[2].removesuffix(".jpg") in page
    assert "Đánh giá" in page  # the sender has the word now


def test_a_worker_brings_the_picture_of_a_report(live: Live, form: dict[str, str], server: Server) -> None:
    server.answers = {"/a.jpg": (200, {}, jpeg())}
    sent = form | {"api_key": key(live, "send"), "media_url": f"{server.url}/a.jpg"}
    assert requests.post(f"{live.url}{V2}/requests.xml", sent, timeout=60).status_code == 201
    with live.sessions() as session:
        assert session.scalars(select(Media)).all() == []
    address = live.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    app = worker.build(address, live.settings, live.sessions)

    async def work() -> None:
        async with app.open_async():
            await app.run_worker_async(wait=False, install_signal_handlers=False, listen_notify=False)

    asyncio.run(work())
    with live.sessions() as session:
        report = session.scalars(select(Report)).one()
        assert [one.report_id for one in session.scalars(select(Media))] == [report.id]
