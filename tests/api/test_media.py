import io
from typing import Any

import pytest
from fastapi.testclient import TestClient
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo import workflow
from geo.models import Media, Rate, Report
from geo.permissions import SYSTEM
from geo.settings import Settings
from tests.geo.test_video import film

Body = dict[str, Any]


def photo(colour: str = "red") -> bytes:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[271] = "SecretCamera"
    Image.new("RGB", (800, 600), colour).save(out, "JPEG", exif=exif)
    return out.getvalue()


def send(client: TestClient, body: Body, *photos: bytes) -> Any:
    fields = [(name, (None, str(value))) for name, value in body.items()]
    files = [("media", (f"../../{n}.php", data, "text/html")) for n, data in enumerate(photos)]
    return client.post("/api/v1/reports", files=fields + files)


def test_photos_are_seen_by_the_sender_first_and_by_all_once_accepted(
    client: TestClient, session: Session, settings: Settings, body: Body
) -> None:
    answer = send(client, body, photo("red"), photo("blue"))
    assert answer.status_code == 201, answer.text
    code, link = answer.json()["code"], answer.json()["link"]
    keys = session.scalars(select(Media.key).order_by(Media.id)).all()
    addresses = [f"/media/{keys[0]}.jpg", f"/media/{keys[0]}-small.jpg"]
    assert [client.get(address).status_code for address in addresses] == [404, 404]
    assert client.get(f"/api/v1/reports/{code}").json()["properties"]["photos"] == []

    assert client.get(link, follow_redirects=False).status_code == 303
    own = client.get(addresses[0])
    assert own.status_code == 200
    assert "private" in own.headers["cache-control"]
    client.cookies.clear()

    report = session.scalars(select(Report)).one()
    workflow.apply(session, report, "accept", SYSTEM, door="cli")
    session.commit()
    assert client.get(f"/api/v1/reports/{code}").json()["properties"]["photos"] == [f"/media/{k}.jpg" for k in keys]
    for address, size in zip(addresses, [(800, 600), (480, 360)], strict=True):
        shown = client.get(address)
        assert shown.status_code == 200
        assert shown.headers["content-type"] == "image/jpeg"
        assert shown.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in shown.headers["content-security-policy"]
        assert "public" in shown.headers["cache-control"]
        assert b"SecretCamera" not in shown.content
        assert Image.open(io.BytesIO(shown.content)).size == size


def test_photos_of_a_sensitive_category_stay_hidden(client: TestClient, session: Session, body: Body) -> None:
    send(client, body | {"category": "an-ninh-trat-tu"}, photo()).raise_for_status()
    report = session.scalars(select(Report)).one()
    workflow.apply(session, report, "accept", SYSTEM, door="cli")
    session.commit()
    key = session.scalars(select(Media.key)).one()
    assert client.get(f"/media/{key}.jpg").status_code == 404
    assert client.get(f"/api/v1/reports/{report.code}").json()["properties"]["photos"] == []


@pytest.mark.parametrize("fake", [b"<html><script>alert(1)</script>", b"\x00" * 1_000, photo()[:1_500], b""])
def test_a_photo_that_is_none(
    client: TestClient, session: Session, settings: Settings, body: Body, fake: bytes
) -> None:
    answer = send(client, body, photo(), fake)
    assert answer.status_code == 422
    assert [fault["field"] for fault in answer.json()["errors"]] == ["media"]
    assert "thứ 2" in answer.json()["detail"]
    assert session.scalars(select(Report)).all() == []
    assert list(settings.media_dir.rglob("*")) == []
    assert set(session.scalars(select(Rate.count))) == {0}


def test_too_many_photos(client: TestClient, session: Session, settings: Settings, body: Body) -> None:
    for number in (settings.max_photos + 1, settings.max_photos + 20):
        answer = send(client, body, *[photo()] * number)
        assert answer.status_code == 422
        assert str(settings.max_photos) in answer.json()["detail"]
    assert session.scalars(select(Report)).all() == []


def test_the_same_photos_are_the_same_request(client: TestClient, session: Session, body: Body) -> None:
    def attempt(data: bytes) -> Any:
        files = [(name, (None, str(value))) for name, value in body.items()] + [("media", ("a.jpg", data))]
        return client.post("/api/v1/reports", files=files, headers={"Idempotency-Key": "a-key-of-mine"})

    assert attempt(photo("red")).json() == attempt(photo("red")).json()
    assert attempt(photo("blue")).status_code == 409
    assert len(session.scalars(select(Media)).all()) == 1


def test_a_film_is_served_in_ranges(client: TestClient, session: Session, body: Body) -> None:
    answer = send(client, body, photo(), film())
    assert answer.status_code == 201, answer.text
    report = session.scalars(select(Report)).one()
    key = session.scalars(select(Media.key).where(Media.kind == "video")).one()
    assert client.get(f"/media/{key}.mp4").status_code == 404
    workflow.apply(session, report, "accept", SYSTEM, door="cli")
    session.commit()
    shown = client.get(f"/api/v1/reports/{report.code}").json()["properties"]
    assert (len(shown["photos"]), shown["videos"]) == (1, [f"/media/{key}.mp4"])
    assert f'src="/media/{key}.mp4"' in client.get(f"/reports/{report.code}").text
    whole = client.get(f"/media/{key}.mp4")
    assert whole.headers["content-type"] == "video/mp4"
    size = len(whole.content)
    assert whole.headers["content-length"] == str(size)
    for asked, start, end in [
        ("bytes=0-99", 0, 100),
        ("bytes=100-", 100, size),
        ("bytes=-50", size - 50, size),
        (f"bytes=10-{size * 2}", 10, size),
    ]:
        part = client.get(f"/media/{key}.mp4", headers={"Range": asked})
        assert part.status_code == 206
        assert part.headers["content-range"] == f"bytes {start}-{end - 1}/{size}"
        assert part.content == whole.content[start:end]
    late = client.get(f"/media/{key}.mp4", headers={"Range": f"bytes={size}-"})
    assert (late.status_code, late.headers["content-range"]) == (416, f"bytes */{size}")
    for other in ("bytes=0-1,5-6", "lines=1-2", "bytes=-", f"bytes={'9' * 5_000}-"):
        assert client.get(f"/media/{key}.mp4", headers={"Range": other}).status_code == 200


def test_one_film_only(client: TestClient, session: Session, body: Body) -> None:
    answer = send(client, body, film(), film())
    assert answer.status_code == 422
    assert "một video" in answer.json()["detail"]
