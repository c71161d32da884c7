import io
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo import media
from geo.models import Event, Media, Report, User
from geo.settings import Settings
from tests.geo.test_video import film

Make = Callable[..., Any]


@pytest.fixture
def report(session: Session, settings: Settings, make_report: Make) -> Report:
    """A published report with a picture of fine stripes."""
    made: Report = make_report(unit="ubnd-503", accepted=True)
    stripes = Image.new("RGB", (400, 300), "white")
    for x in range(0, 400, 4):
        stripes.paste((0, 0, 0), (x, 0, x + 2, 300))
    out = io.BytesIO()
    stripes.save(out, "PNG")
    media.keep(session, settings, made, [media.decode(out.getvalue(), settings)])
    return made


@pytest.fixture
def officer(client: TestClient, make_user: Make, sign_in: Make) -> User:
    user: User = make_user("officer", unit="ubnd-503")
    sign_in(client, user)
    return user


def redact(client: TestClient, report: Report, **fields: Any) -> Any:
    page = client.get(f"/queue/{report.code}").text
    token = page.split('name="token" value="')[1].split('"')[0]
    version = page.split('name="version" value="')[1].split('"')[0]
    data = {"version": version, "token": token} | fields
    return client.post(f"/queue/{report.code}/redact", data=data, follow_redirects=False)


def public(client: TestClient, report: Report) -> list[str]:
    stranger = TestClient(client.app)
    found: list[str] = stranger.get(f"/api/v1/reports/{report.code}").json()["properties"]["photos"]
    assert all(stranger.get(address).status_code == 200 for address in found)
    return found


def test_a_blurred_copy_takes_the_place_of_the_picture(
    client: TestClient, session: Session, settings: Settings, report: Report, officer: User
) -> None:
    row = session.scalars(select(Media)).one()
    original = f"/media/{row.key}.jpg"
    assert public(client, report) == [original]
    assert client.get(f"/queue/{report.code}/pictures/{row.key}").status_code == 200
    answer = redact(client, report, picture=row.key, shown="blurred", regions="[[0.25, 0.25, 0.5, 0.5]]")
    assert answer.status_code == 303, answer.text
    session.refresh(row)
    assert public(client, report) == [f"/media/{row.public_key}.jpg"]
    stranger = TestClient(client.app)
    assert stranger.get(original).status_code == 404
    assert stranger.get(original.replace(".jpg", "-small.jpg")).status_code == 404
    assert f"/media/{row.public_key}" in stranger.get(f"/reports/{report.code}").text
    assert row.key not in stranger.get(f"/reports/{report.code}").text
    assert client.get(original).status_code == 200  # the unit's own officer
    with Image.open(io.BytesIO(stranger.get(f"/media/{row.public_key}.jpg").content)) as shown:
        inside = shown.convert("L").crop((110, 85, 290, 215)).getextrema()
        outside = shown.convert("L").crop((4, 4, 90, 70)).getextrema()
    assert inside[1] - inside[0] < 40  # no stripe is left
    assert outside[1] - outside[0] > 200
    event = session.scalars(select(Event).order_by(Event.id.desc()).limit(1)).one()
    assert (event.action, event.data) == ("redact", {"picture": row.key, "shown": "blurred"})

    assert redact(client, report, picture=row.key, shown="withheld").status_code == 303
    assert public(client, report) == []
    session.refresh(row)
    assert redact(client, report, picture=row.key, shown="as_sent").status_code == 303
    assert public(client, report) == [original]
    assert len(list(settings.media_dir.rglob("*.jpg"))) == 2  # the blurred ones are gone


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"shown": "blurred", "regions": "[]"}, "từ 1 đến 40"),
        ({"shown": "blurred", "regions": "[[0.9, 0.1, 0.5, 0.2]]"}, "nằm trong ảnh"),
        ({"shown": "blurred", "regions": "[[0.1, 0.1, 0, 0.2]]"}, "nằm trong ảnh"),
        ({}, "công bố như đã gửi"),
        ({"shown": "withheld", "picture": "0" * 32}, "không có ảnh đó"),
    ],
)
def test_what_does_not_fit_is_told(
    client: TestClient, session: Session, report: Report, officer: User, fields: dict[str, str], words: str
) -> None:
    key = session.scalars(select(Media.key)).one()
    answer = redact(client, report, **({"picture": key} | fields))
    assert answer.status_code == 409
    assert words in answer.text
    assert public(client, report) == [f"/media/{key}.jpg"]


def test_another_units_officer_sees_and_changes_nothing(
    client: TestClient, session: Session, report: Report, make_user: Make, sign_in: Make
) -> None:
    sign_in(client, make_user("officer", unit="ubnd-502"))
    key = session.scalars(select(Media.key)).one()
    assert client.get(f"/queue/{report.code}/pictures/{key}").status_code == 404


def test_a_film_can_be_withheld_but_not_blurred(
    client: TestClient, session: Session, settings: Settings, make_report: Make, officer: User
) -> None:
    report = make_report(unit="ubnd-503", accepted=True)
    media.keep(session, settings, report, [media.decode(film(), settings)])
    key = session.scalars(select(Media.key)).one()
    answer = redact(client, report, picture=key, shown="blurred", regions="[[0, 0, 1, 1]]")
    assert "Chưa làm mờ được video" in answer.text
    assert TestClient(client.app).get(f"/media/{key}.mp4").status_code == 200
    assert "<video" in client.get(f"/queue/{report.code}/pictures/{key}").text
    assert redact(client, report, picture=key, shown="withheld").status_code == 303
    assert TestClient(client.app).get(f"/media/{key}.mp4").status_code == 404
    assert client.get(f"/media/{key}.mp4").status_code == 200
