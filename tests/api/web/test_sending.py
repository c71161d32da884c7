"""The form as a browser without scripts sends it."""

import io
import re
from typing import Any

import pytest
from fastapi.testclient import TestClient
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geo.models import Media, Report

BROWSER = {"accept": "text/html"}


def photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "red").save(out, "JPEG")
    return out.getvalue()


@pytest.fixture
def form(client: TestClient, body: dict[str, Any]) -> dict[str, str]:
    """The form, filled in on our own page."""
    page = client.get("/reports/new").text
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    return hidden | {name: str(value) for name, value in body.items()} | {"truthful": "true"}


def post(client: TestClient, form: dict[str, str], *photos: bytes, headers: dict[str, str] | None = None) -> Any:
    parts: list[Any] = [(name, (None, value)) for name, value in form.items()]
    parts += [("media", (f"{number}.jpg", data, "image/jpeg")) for number, data in enumerate(photos)]
    # A browser sends an empty part where no file was chosen.
    parts += [] if photos else [("media", ("", b"", "application/octet-stream"))]
    return client.post("/reports/new", files=parts, headers=BROWSER | (headers or {}))


def count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Report)) or 0


def test_a_form_with_a_photo_becomes_a_report(client: TestClient, session: Session, form: dict[str, str]) -> None:
    page = post(client, form, photo())
    assert page.status_code == 201
    report = session.scalars(select(Report)).one()
    assert report.code in page.text
    assert report.door == "web"
    assert session.scalar(select(func.count()).select_from(Media)) == 1
    for text in ("UBND thành phố Hội An", "Vị trí nằm trong thành phố Hội An.", "/follow/"):
        assert text in page.text
    # This browser is the sender's: it sees what it sent.
    assert "Ổ gà lớn trước cổng chợ" in client.get(f"/reports/{report.code}").text


def test_a_form_without_photos_and_the_optional_fields_left_blank(
    client: TestClient, session: Session, form: dict[str, str]
) -> None:
    page = post(client, form | {"email": "", "organisation": "", "happened_at": "", "accuracy": ""})
    assert page.status_code == 201
    assert count(session) == 1


def test_sent_twice_it_is_one_report(client: TestClient, session: Session, form: dict[str, str]) -> None:
    first, second = post(client, form), post(client, form)
    assert first.status_code == second.status_code == 201
    assert count(session) == 1
    assert re.findall(r"QN-\w{4}-\w{4}", first.text) == re.findall(r"QN-\w{4}-\w{4}", second.text)


def test_another_report_from_the_same_form_needs_one_press_more(
    client: TestClient, session: Session, form: dict[str, str]
) -> None:
    post(client, form)
    other = form | {"content": "Một việc khác hẳn ở cùng chỗ đó."}
    page = post(client, other)
    assert page.status_code == 409
    assert "đã gửi một phản ánh trước đó" in page.text
    assert "Một việc khác hẳn" in page.text
    fresh = re.search(r'name="idempotency_key" value="([^"]+)"', page.text)
    assert fresh
    assert fresh[1] != form["idempotency_key"]
    assert post(client, other | {"idempotency_key": fresh[1]}).status_code == 201
    assert count(session) == 2


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("phone", "12", "điện thoại"),
        ("name", "", "Hãy nhập họ và tên của bạn."),
        ("category", "", "Hãy chọn lĩnh vực."),
        ("content", "", "Hãy mô tả sự việc."),
        ("truthful", "", "Hãy xác nhận rằng bạn chịu trách nhiệm"),
        ("email", "không phải", "e-mail"),
        ("lon", "", "Hãy chọn vị trí trên bản đồ."),
        ("lon", "abc", "Phải là một số."),
        ("lon", "nan", "Phải là một số hữu hạn."),
    ],
)
def test_a_fault_is_told_at_its_field_and_nothing_typed_is_lost(
    client: TestClient, session: Session, form: dict[str, str], field: str, value: str, sentence: str
) -> None:
    page = post(client, form | {field: value, "organisation": "Hội Nông dân <b>"})
    assert page.status_code == 422
    fault = re.search(rf'data-fault="{field}">([^<]*)<', page.text)
    assert fault
    assert sentence in fault[1]
    assert "Hội Nông dân &lt;b&gt;" in page.text
    assert ">Ổ gà lớn trước cổng chợ" in page.text or field == "content"
    assert count(session) == 0


def test_swapped_coordinates_and_places_outside_are_told_at_the_place(
    client: TestClient, session: Session, form: dict[str, str]
) -> None:
    swapped = post(client, form | {"lon": form["lat"], "lat": form["lon"]})
    assert swapped.status_code == 422
    assert "bị đổi chỗ" in swapped.text
    outside = post(client, form | {"lon": "108.2208", "lat": "16.0678"})
    assert outside.status_code == 422
    assert "ngoài tỉnh Quảng Nam" in outside.text
    assert count(session) == 0


def test_a_photo_that_is_none_is_told_and_the_reader_chooses_again(
    client: TestClient, session: Session, form: dict[str, str]
) -> None:
    page = post(client, form, b"no picture at all")
    assert page.status_code == 422
    assert re.search(r'data-fault="media">[^<]+<', page.text)
    other = post(client, form | {"phone": "1"}, photo())
    assert "hãy chọn lại ảnh" in other.text
    assert count(session) == 0


def test_too_many_photos(client: TestClient, session: Session, form: dict[str, str]) -> None:
    page = post(client, form, *[photo()] * 7)
    assert page.status_code == 422
    assert "Nhiều nhất 5 ảnh" in page.text
    assert "Ổ gà lớn trước cổng chợ" in page.text
    assert post(client, form, *[photo()] * 70).status_code == 422
    assert count(session) == 0


def test_faults_are_told_in_english(client: TestClient, form: dict[str, str]) -> None:
    client.get("/?lang=en")
    page = post(client, form | {"name": ""})
    assert '<html lang="en">' in page.text
    assert "Hãy nhập" not in page.text


@pytest.mark.parametrize(
    "headers",
    [{"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}, {"origin": "null"}],
)
def test_another_sites_form_is_refused(
    client: TestClient, session: Session, form: dict[str, str], headers: dict[str, str]
) -> None:
    page = post(client, form, headers=headers)
    assert page.status_code == 422
    assert count(session) == 0


def test_a_form_without_our_token_or_cookie_is_refused_but_kept(
    client: TestClient, session: Session, form: dict[str, str]
) -> None:
    assert post(client, form | {"token": "0" * 64}).status_code == 422
    client.cookies.clear()
    page = post(client, form)
    assert page.status_code == 422
    assert "hãy bấm Gửi lần nữa" in page.text
    assert count(session) == 0
    # The page that came back is a good form: sent again, it arrives.
    again = re.search(r'name="token" value="([^"]+)"', page.text)
    assert again
    assert post(client, form | {"token": again[1]}).status_code == 201


def test_a_link_may_name_the_place_and_the_category(client: TestClient) -> None:
    page = client.get("/reports/new?lon=108.338&lat=15.8794&category=cay-xanh").text
    assert 'name="lon"' in page
    assert 'value="108.338"' in page
    assert re.search(r'value="cay-xanh" checked', page)
    assert "alert(1)" not in re.sub(r"&[#\w]+;", "", client.get("/reports/new?lon=%22onx=1").text)


def test_hostile_words_come_back_as_words(client: TestClient, form: dict[str, str]) -> None:
    hostile = '</textarea></script><img src=x onerror=alert(1)>`${1}`"'
    page = post(client, form | {"content": hostile, "name": hostile, "phone": hostile})
    assert page.status_code == 422
    assert "<img src=x" not in page.text
    assert "&lt;/textarea&gt;" in page.text


def test_places_to_jump_to(client: TestClient) -> None:
    places = client.get("/reports/new/places").json()
    names = {row[0]: row for row in places}
    assert "thành phố Hội An" in names
    _name, above, lon, lat, level, code = names["phường Minh An"]
    assert (above, level, code) == ("thành phố Hội An", "commune", "20398")
    assert 108.2 < lon < 108.5
    assert 15.8 < lat < 16
    # The names of today come first, then those that only other editions have.
    assert all(len(row[1].split()) for row in places[18:])
    assert names["phường Hội An Tây"][1].split()[0] in ("phường", "xã")
    assert len({row[5] for row in places}) == 18 + 241


def test_the_form_takes_no_other_kind_of_body(client: TestClient, session: Session, body: dict[str, Any]) -> None:
    assert client.post("/reports/new", json=body, headers=BROWSER).status_code == 422
    assert (
        client.post("/reports/new", content=b"x", headers=BROWSER | {"content-type": "text/plain"}).status_code == 415
    )
    assert count(session) == 0
