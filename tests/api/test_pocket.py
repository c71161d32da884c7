"""The borders for phones over HTTP."""

from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from boundaries import editions
from geo.models import Unit


def test_the_file_has_the_areas_of_today_with_their_committees_and_their_credit(client: TestClient) -> None:
    told = client.get("/app/areas.json").json()
    assert told["edition"] == "2020"
    assert len(told["areas"]) == 18
    hoi_an = next(area for area in told["areas"] if area["code"] == "503")
    assert hoi_an["unit"] == {"code": "ubnd-503", "name": "UBND thành phố Hội An"}
    assert "GADM" in told["attribution"]


def test_it_is_sent_again_only_when_something_in_it_has_changed(client: TestClient, session: Session) -> None:
    first = client.get("/app/areas.json")
    assert first.headers["cache-control"] == "no-cache"
    known = {"If-None-Match": first.headers["etag"]}
    assert client.get("/app/areas.json", headers=known).status_code == 304
    session.scalars(select(Unit).where(Unit.code == "ubnd-503")).one().name = "UBND TP. Hội An"
    session.commit()
    assert client.get("/app/areas.json", headers=known).status_code == 200


def test_a_new_activation_is_noticed(client: TestClient, session: Session) -> None:
    known = {"If-None-Match": client.get("/app/areas.json").headers["etag"]}
    editions.activate(session, "2025-07")
    session.commit()
    told = client.get("/app/areas.json", headers=known).json()
    assert told["edition"] == "2025-07"
    assert len(told["areas"]) == 78
