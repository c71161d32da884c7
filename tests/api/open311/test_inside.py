"""What the key of a unit reads of the unit's own reports, and what nobody else does."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo import api_keys, media, units, workflow
from geo.details import Details
from geo.geometry import position
from geo.models import Media, Report
from geo.permissions import SYSTEM
from geo.settings import Settings
from tests.api.open311.conftest import V2

Make = Callable[..., Any]
WORDS = "Nơi xảy ra: trước số 10 Trần Phú\nỐng nước vỡ, chảy tràn đường."
SENDER = ("Bưởi", "0905", "84905", "buoi@")


@pytest.fixture
def report(session: Session, settings: Settings, make_report: Make, photo: bytes) -> Report:
    """One of Hội An with a picture, not accepted yet."""
    made: Report = make_report(
        unit="ubnd-503", content=WORDS, area_code="503", commune_code="20410", email="buoi@example.vn"
    )
    media.keep(session, settings, made, media.decode_all([photo], settings))
    session.flush()
    return made


def read(client: TestClient, report: Report, key: str | None = None, *, as_field: bool = False) -> Any:
    """The report as the list and its own address tell it, which is the same."""
    headers = {"authorization": f"Bearer {key}"} if key and not as_field else {}
    asked = {"extensions": "true"} | ({"api_key": key} if key and as_field else {})
    one = client.get(f"{V2}/requests/{report.code}.json", params=asked, headers=headers)
    every = client.get(f"{V2}/requests.json", params=asked, headers=headers)
    assert one.json() == [told for told in every.json() if told["service_request_id"] == report.code]
    assert every.headers.get("cache-control") == one.headers.get("cache-control")
    for answer in (one, every):
        assert not any(hidden in answer.text for hidden in SENDER)
    return one


@pytest.mark.parametrize("scope", ["read", "send", "steps"])
@pytest.mark.parametrize("as_field", [True, False])
def test_the_key_of_the_unit_reads_before_the_acceptance(
    *, client: TestClient, report: Report, grant: Make, scope: str, as_field: bool
) -> None:
    key = grant(scope, "ubnd-502", "ubnd-503")
    answer = read(client, report, key, as_field=as_field)
    (told,) = answer.json()
    assert answer.headers["cache-control"] == "private, no-store"
    assert told["description"] == WORDS
    assert told["address"].startswith("phường ")
    picture = told["media_url"]
    assert told["extended_attributes"]["media_urls"] == [picture]
    asked = {"params": {"api_key": key}} if as_field else {"headers": {"authorization": f"Bearer {key}"}}
    got = client.get(picture, **asked)
    assert (got.status_code, got.headers["content-type"]) == (200, "image/jpeg")
    assert got.headers["cache-control"] == "private, no-store"


def test_nobody_else_reads_it(client: TestClient, session: Session, report: Report, grant: Make) -> None:
    key = session.scalars(select(Media.key)).one()
    for other in (None, grant("steps", "ubnd-502"), grant("read"), grant("send")):
        answer = read(client, report, other)
        (told,) = answer.json()
        assert (told["description"], told["media_url"]) == (None, None)
        assert told["extended_attributes"]["media_urls"] == []
        headers = {"authorization": f"Bearer {other}"} if other else {}
        assert client.get(f"/media/{key}.jpg", headers=headers).status_code == 404
    assert "cache-control" not in read(client, report).headers
    assert client.get(f"/media/{key}.jpg?api_key=qn_wrong").status_code == 401


def test_after_a_forward_it_is_the_other_unit_that_reads(
    client: TestClient, session: Session, report: Report, grant: Make
) -> None:
    here, there = grant("read", "ubnd-503"), grant("read", "ubnd-502")
    picture = read(client, report, here).json()[0]["media_url"]
    details = Details(text="Thuộc địa bàn Tam Kỳ.", unit_id=units.by_code(session, "ubnd-502"))
    workflow.apply(session, report, "forward", SYSTEM, door="cli", details=details)
    session.flush()
    assert read(client, report, here).json()[0]["description"] is None
    assert client.get(picture, params={"api_key": here}).status_code == 404
    assert read(client, report, there).json()[0]["description"] == WORDS
    assert client.get(picture, params={"api_key": there}).status_code == 200


def test_of_a_sensitive_report_the_unit_reads_the_place_itself(
    client: TestClient, make_report: Make, grant: Make
) -> None:
    secret = make_report(category="an-ninh-trat-tu", unit="ubnd-503", accepted=True, commune_code="20410")
    (told,) = read(client, secret, grant("read", "ubnd-503")).json()
    assert (told["long"], told["lat"]) == position(secret.point)
    assert told["description"] == secret.content
    (told,) = read(client, secret, grant("read", "ubnd-502")).json()
    assert (told["long"], told["lat"]) != position(secret.point)
    assert (told["description"], told["address_id"]) == (None, None)


def test_a_key_without_its_power_reads_nothing(client: TestClient, session: Session, report: Report) -> None:
    key = api_keys.grant(session, name="Cấp nước", scope="read", units=["ubnd-503"], per_minute=60, days=1)
    session.flush()
    assert read(client, report, key).json()[0]["description"] == WORDS
    assert api_keys.revoke(session, None, api_keys.of_programs(session)[0].id)
    refused = client.get(f"{V2}/requests/{report.code}.json", headers={"authorization": f"Bearer {key}"})
    assert refused.status_code == 403
    assert WORDS not in refused.text
