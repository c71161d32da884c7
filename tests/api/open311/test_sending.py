"""Reports in, by form and with files, and how they are refused."""

import logging
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.follow import Hidden
from geo.geometry import position
from geo.models import Media, MediaFetch, Report, Sender
from geo.senders import Contact, read
from tests.api.open311.conftest import V2
from tests.api.open311.test_services import names, tree
from tests.conftest import SECRET

Make = Callable[..., Any]
Form = dict[str, str]
JSON, XML = f"{V2}/requests.json", f"{V2}/requests.xml"


def count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Report)) or 0


def errors(answer: Any, status: int) -> str:
    """The sentences of a refusal, whose shape is the standard's."""
    assert answer.status_code == status, answer.text
    told = answer.json()
    assert [list(one) for one in told] == [["code", "description"]] * len(told)
    return " ".join(one["description"] for one in told)


def test_a_report_goes_the_way_of_every_other_one(
    client: TestClient, session: Session, grant: Make, form: Form
) -> None:
    answer = client.post(XML, data=form | {"api_key": grant("send")})
    assert answer.status_code == 201
    root = tree(answer)
    assert (root.tag, [one.tag for one in root]) == ("service_requests", ["request"])
    assert names(root[0]) == ["service_request_id", "service_notice", "account_id"]
    report = session.scalars(select(Report)).one()
    assert root.findtext("request/service_request_id") == report.code
    assert root.findtext("request/account_id") == "123456"
    assert (root.findtext("request/service_notice") or "").startswith("UBND thành phố Hội An sẽ tiếp nhận trước")
    assert answer.headers["location"] == f"{V2}/requests/{report.code}.xml"
    assert (report.door, report.unit.code, report.category.code) == ("open311", "ubnd-503", "giao-thong")
    assert position(report.point) == (108.338, 15.8794)
    assert report.content == "Nơi xảy ra: trước cổng chợ\nỔ gà lớn trước cổng chợ, nhiều người ngã xe."
    sender = read(SECRET, session.get_one(Sender, report.id))
    assert sender == Contact("Trần Thị Bưởi", "+84905123456", None, "buoi@example.vn")


def test_attributes_say_more_and_come_first(client: TestClient, session: Session, grant: Make, form: Form) -> None:
    more = {
        "attribute[name]": "Lê Thị Sen",
        "attribute[phone]": "0905 123 457",
        "attribute[organisation]": "Trường Kim Đồng",
        "attribute[accuracy]": "12",
        "attribute[truthful][]": "true",
        "attribute[unheard-of]": "x",
        "extensions": "true",
    }
    del form["attribute[truthful]"]
    headers = {"authorization": f"Bearer {grant('send')}"}
    (told,) = client.post(JSON, data=form | more, headers=headers).json()
    report = session.scalars(select(Report)).one()
    assert report.accuracy == 12
    sender = read(SECRET, session.get_one(Sender, report.id))
    assert sender == Contact("Lê Thị Sen", "+84905123457", "Trường Kim Đồng", "buoi@example.vn")
    assert told["extended_attributes"]["link"].startswith("http://testserver/follow/")


def test_photos_come_as_files(client: TestClient, session: Session, grant: Make, form: Form, photo: bytes) -> None:
    files = [("media", ("a.jpg", photo, "image/jpeg")), ("media", ("b.jpg", photo, "image/jpeg"))]
    assert client.post(JSON, data=form | {"api_key": grant("send")}, files=files).status_code == 201
    assert session.scalar(select(func.count()).select_from(Media)) == 2
    files = [("media", ("a.jpg", b"no picture", "image/jpeg"))]
    assert "media" in errors(client.post(JSON, data=form | {"api_key": grant("send")}, files=files), 400)


def test_a_place_may_be_a_commune_or_stand_in_the_words(
    client: TestClient, session: Session, grant: Make, form: Form
) -> None:
    key = grant("send")
    del form["lat"], form["long"]
    assert client.post(JSON, data=form | {"api_key": key, "address_id": "20410"}).status_code == 201
    report = session.scalars(select(Report)).one()
    assert (report.area_code, report.needs_confirmation) == ("503", True)
    assert report.content.startswith("Nơi xảy ra: trước cổng chợ\n")
    words = {"api_key": key, "address_string": "chợ Hội An, 15.8794, 108.3380"}
    (told,) = client.post(JSON, data=form | words).json()
    found = session.scalars(select(Report).where(Report.code == told["service_request_id"])).one()
    assert position(found.point) == (108.338, 15.8794)
    assert "lat và long" in errors(client.post(JSON, data=form | {"api_key": key}), 400)
    assert "address_id" in errors(client.post(JSON, data=form | {"api_key": key, "address_id": "nowhere"}), 400)
    del form["address_string"]
    assert "address_string" in errors(client.post(JSON, data=form | {"api_key": key, "address_id": "20410"}), 400)


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        ({"service_code": ""}, 400, "service_code"),
        ({"service_code": "nothing"}, 404, "service_code"),
        ({"service_code": "a\0b"}, 404, "service_code"),
        ({"attribute[truthful]": ""}, 400, "attribute[truthful]"),
        ({"attribute[truthful]": "false"}, 400, "attribute[truthful]"),
        ({"phone": ""}, 400, "attribute[phone]"),
        ({"phone": "12"}, 400, "attribute[phone]"),
        ({"first_name": "", "last_name": ""}, 400, "attribute[name]"),
        ({"description": ""}, 400, "description"),
        ({"description": "ngắn"}, 400, "description"),
        ({"description": "một hai ba bốn \0 năm"}, 400, "description"),
        ({"long": ""}, 400, "long"),
        ({"lat": "x"}, 400, "lat"),
        ({"lat": "nan", "long": "inf"}, 400, "lat"),
        ({"lat": "21.03", "long": "105.85"}, 400, ""),  # Hà Nội
        ({"email": "x"}, 400, "email"),
        ({"address_string": "x" * 300}, 400, "address_string"),
        ({"media_url": "ftp://example.org/a.jpg"}, 400, "media_url"),
        ({"media_url": "https://user:secret@example.org/a.jpg"}, 400, "media_url"),
        ({"media_url": "http://[::1"}, 400, "media_url"),
        ({"media_url": "http://example.org:99999/"}, 400, "media_url"),
        ({"media_url": "http://169.254.169.254/x"}, 400, "media_url: Địa chỉ này không nằm trên mạng công cộng"),
        ({"media_url": "http://127.0.0.1/x.jpg"}, 400, "mạng công cộng"),
        ({"media_url": "http://2130706433/x.jpg"}, 400, "mạng công cộng"),
        ({"media_url": "http://localhost/x.jpg"}, 400, "mạng công cộng"),
        ({"media_url": "http://[::1]/x.jpg"}, 400, "mạng công cộng"),
        ({"media_url": "http://example.org:8080/x.jpg"}, 400, "cổng 80 hoặc 443"),
        ({"api_key": ""}, 403, "api_key"),
        ({"api_key": "qn_nothing"}, 403, ""),
        ({"api_key": "\0"}, 403, ""),
    ],
)
def test_what_lacks_something_is_refused_by_its_field(
    *, client: TestClient, session: Session, grant: Make, form: Form, change: Form, status: int, said: str
) -> None:
    told = errors(client.post(JSON, data=form | {"api_key": grant("send")} | change), status)
    assert said in told
    assert count(session) == 0
    root = tree(client.post(XML, data=form | {"api_key": grant("send")} | change))
    assert (root.tag, {tuple(names(one)) for one in root}) == ("errors", {("code", "description")})


def test_all_that_is_missing_is_told_at_once(client: TestClient, grant: Make) -> None:
    told = errors(client.post(JSON, data={"api_key": grant("send"), "service_code": "khac", "lat": "15.9"}), 400)
    for field in ("long", "description", "attribute[name]", "attribute[phone]", "attribute[truthful]"):
        assert field in told


def test_place_service_picture_and_sender_are_told_at_once(client: TestClient, grant: Make) -> None:
    wrong = {"media_url": "ftp://example.org/a.jpg", "phone": "12"}
    told = errors(client.post(JSON, data={"api_key": grant("send")} | wrong), 400)
    for field in ("service_code", "lat", "description", "attribute[name]", "attribute[phone]", "media_url"):
        assert f"{field}: " in told
    assert told.count("lat: ") == 1


def test_a_key_must_be_one_that_sends(client: TestClient, session: Session, grant: Make, form: Form) -> None:
    assert "chỉ để đọc" in errors(client.post(JSON, data=form | {"api_key": grant("read")}), 403)
    limited = form | {"api_key": grant("send", per_minute=1)}
    answers = [client.post(JSON, data=limited) for _time in range(3)]
    late = [one for one in answers if one.status_code == 429]
    assert late
    assert int(late[0].headers["retry-after"]) <= 61
    assert errors(late[0], 429)
    assert count(session) == len(answers) - len(late)


def test_other_bodies_are_refused_in_the_same_shape(client: TestClient, grant: Make, form: Form) -> None:
    headers = {"authorization": f"Bearer {grant('send')}"}
    assert "multipart" in errors(client.post(JSON, json=form, headers=headers), 400)
    broken = headers | {"content-type": "multipart/form-data; boundary=x"}
    assert errors(client.post(JSON, content=b"--x\r\nnonsense", headers=broken), 400)
    assert errors(client.post(JSON, data=form | {"description": "x" * 70_000}), 413)
    form_type = headers | {"content-type": "application/x-www-form-urlencoded"}
    assert errors(client.post(JSON, content=b"\xff\xfe%00=%ff&service_code=%ed%a0%80", headers=form_type), 400)


def test_a_key_in_an_address_stays_out_of_the_access_log() -> None:
    line = logging.LogRecord(
        "uvicorn.access", logging.INFO, "", 0, "%s", ("/open311/v2/requests.xml?a=1&api_key=qn_x&b",), None
    )
    assert Hidden().filter(line)
    assert line.getMessage() == "/open311/v2/requests.xml?a=1&api_key=…&b"


def test_a_lost_answer_is_found_by_the_token_of_its_request(
    client: TestClient, session: Session, grant: Make, form: Form
) -> None:
    token = str(uuid.uuid4())
    assert client.get(f"{V2}/tokens/{token}.json").status_code == 404
    posted = [
        client.post(JSON, data=form | {"api_key": grant("send")}, headers={"Idempotency-Key": token}) for _time in "ab"
    ]
    assert [one.status_code for one in posted] == [201, 201]
    assert posted[0].json() == posted[1].json()
    assert count(session) == 1
    root = tree(client.get(f"{V2}/tokens/{token}.xml"))
    assert names(root[0]) == ["service_request_id", "token"]
    code = posted[0].json()[0]["service_request_id"]
    assert client.get(f"{V2}/tokens/{token}.json").json() == [{"service_request_id": code, "token": token}]


def test_a_picture_elsewhere_is_noted_down_with_the_report(
    client: TestClient, session: Session, grant: Make, form: Form
) -> None:
    url = "http://example.org/pictures/a.jpg?size=large"
    answer = client.post(JSON, data=form | {"api_key": grant("send"), "media_url": url})
    assert answer.status_code == 201
    wanted = session.scalars(select(MediaFetch)).one()
    assert wanted.url == url
    assert session.get_one(Report, wanted.report_id).code == answer.json()[0]["service_request_id"]


def test_letters_that_are_not_percent_encoded_stay_what_they_are(
    client: TestClient, session: Session, grant: Make, form: Form
) -> None:
    said = "Tổ sửa chữa chưa đến, đường ngập."
    headers = {"authorization": f"Bearer {grant('send')}", "content-type": "application/x-www-form-urlencoded"}
    plain = "&".join(f"{name}={value}" for name, value in (form | {"description": said}).items())
    assert client.post(JSON, content=plain.encode(), headers=headers).status_code == 201
    report = session.scalars(select(Report)).one()
    assert report.content == f"Nơi xảy ra: trước cổng chợ\n{said}"
    assert read(SECRET, session.get_one(Sender, report.id)).name == "Trần Thị Bưởi"
    for wrong in (plain.encode("cp1258", "replace"), b"description=%ff%fe", "description=Tổ".encode()[:-1] + b"&lat=1"):
        answer = client.post(JSON, content=wrong, headers=headers)
        assert "UTF-8" in errors(answer, 400)
        assert "UTF-8" in errors(client.post(f"{JSON}?lang=en", content=wrong, headers=headers), 400)
    assert count(session) == 1
