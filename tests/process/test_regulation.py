"""The regulation from beginning to end, through the real HTTP API: a server, real sign-ins, real pictures."""

import io
import re
from collections.abc import Iterator
from typing import Any

import httpx2 as httpx
import pyotp
import pytest
from PIL import Image

from geo import accounts
from tests.browser.conftest import Live, Serve, serve

__all__ = ["serve"]
PASSWORD = "cầu tre nắng sớm"
DISTRICT, COMPANY = "ubnd-503", "cong-ty-dien-luc"


class Browser:
    """Somebody's browser: its cookies, and what the process lets them do."""

    def __init__(self, live: Live) -> None:
        self.http = httpx.Client(base_url=live.url, timeout=60)

    def token(self, address: str) -> str:
        """The token of the forms on a page."""
        return self.http.get(address).text.partition('name="token" value="')[2].partition('"')[0]

    def step(self, code: str, action: str, photo: bytes | None = None, **said: Any) -> dict[str, Any]:
        """Takes a step over the API, as the version that is seen just before."""
        at = f"/api/v1/reports/{code}/actions"
        body = said | {"version": self.http.get(at).json()["version"]}
        if photo is None:
            told = self.http.post(f"{at}/{action}", json=body)
        else:
            files = {"media": ("anh.jpg", photo, "image/jpeg")}
            told = self.http.post(f"{at}/{action}", data={k: str(v) for k, v in body.items()}, files=files)
        assert told.status_code == 200, told.text
        answer: dict[str, Any] = told.json()
        return answer

    def possible(self, code: str) -> set[str]:
        """The steps that this browser may take."""
        return set(self.http.get(f"/api/v1/reports/{code}/actions").json()["possible"])


@pytest.fixture
def live(serve: Serve) -> Live:
    return serve(public_url="")


@pytest.fixture
def browsers(live: Live) -> Iterator[list[Browser]]:
    made: list[Browser] = []
    yield made
    for browser in made:
        browser.http.close()


def photo(colour: str) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (320, 240), colour).save(made, "JPEG")
    return made.getvalue()


def signed_in(live: Live, browsers: list[Browser], role: str, unit: str | None = None) -> Browser:
    """An account from its one-time link to its first page, with the second factor where it is a must."""
    with live.sessions.begin() as session:
        email = f"{role}@{unit or 'tinh'}.example.vn"
        _user, link = accounts.add(session, email, name="Nguyễn Văn Sen", role=role, unit=unit)
    browser = Browser(live)
    browsers.append(browser)
    form = {"token": browser.token(f"/welcome/{link}"), "password": PASSWORD, "again": PASSWORD}
    told = browser.http.post(f"/welcome/{link}", data=form)
    assert told.status_code == 303, told.text
    if role in accounts.NEED_SECOND_FACTOR:
        page = browser.http.get("/account/second-factor").text
        key = re.sub(r"\s", "", page.partition('class="spelled">')[2].partition("<")[0])
        pending = page.partition('name="pending" value="')[2].partition('"')[0]
        said = {"token": browser.token("/account/second-factor"), "pending": pending, "code": pyotp.TOTP(key).now()}
        assert browser.http.post("/account/second-factor", data=said).status_code == 200
    return browser


def test_from_a_pin_to_a_published_answer_and_its_second_report(live: Live, browsers: list[Browser]) -> None:
    officer, colleague = signed_in(live, browsers, "officer", DISTRICT), signed_in(live, browsers, "head", COMPANY)
    clerk, ioc = signed_in(live, browsers, "officer", COMPANY), signed_in(live, browsers, "operator")
    sender, reader = Browser(live), Browser(live)
    browsers += [sender, reader]

    # A person photographs a problem and sends it; it goes to the district of the place.
    body = {
        "name": "Trần Thị Bưởi",
        "phone": "0905 123 456",
        "truthful": "true",
        "category": "dien-chieu-sang",
        "content": "Đèn đường tắt cả tuần, ban đêm rất tối.",
        "lon": "108.3380",
        "lat": "15.8794",
    }
    sent = sender.http.post("/api/v1/reports", data=body, files={"media": ("a.jpg", photo("black"), "image/jpeg")})
    assert sent.status_code == 201, sent.text
    code = sent.json()["code"]
    assert sent.json()["unit"]["name"] == "UBND thành phố Hội An"
    sender.http.get(sent.json()["link"])
    public = f"/api/v1/reports/{code}"
    assert reader.http.get(public).json()["properties"]["content"] is None

    # An officer receives it and checks it; content and picture are public from then on.
    assert code in officer.http.get("/queue?tab=new").text
    officer.step(code, "accept")
    shown = reader.http.get(public).json()["properties"]
    assert shown["content"] == body["content"]
    assert reader.http.get(shown["photos"][0]).status_code == 200

    # Asked, the sender supplies; then it is forwarded to the agency concerned.
    officer.step(code, "ask", text="Đèn ở trụ số mấy?")
    assert sender.possible(code) == {"supply", "withdraw"}
    sender.step(code, "supply", photo("gray"), text="Trụ số 12, trước cổng chợ.")
    officer.step(code, "forward", unit=COMPANY, text="Kính chuyển điện lực.")
    assert officer.http.get(f"/queue/{code}").status_code == 404
    assert officer.possible(code) == set()
    clerk.step(code, "accept")
    reader.http.post(f"/api/v1/reports/{code}/voices/me_too", json={})

    # The result, with a picture, is published to everyone.
    refused = clerk.http.post(f"/api/v1/reports/{code}/actions/resolve", json={"version": 6, "text": "Đã thay bóng."})
    assert refused.status_code == 422
    clerk.step(code, "resolve", photo("yellow"), text="Đã thay bóng đèn trụ 12.")
    page = reader.http.get(f"/reports/{code}").text
    assert "Đã thay bóng đèn trụ 12." in page
    assert "Kính chuyển điện lực." not in page
    assert "Trần Thị Bưởi" not in page

    # The sender answers back, says it is not mended, and disputes.
    sender.step(code, "reply", text="Cảm ơn, tối nay tôi sẽ xem lại.")
    told = sender.http.post(f"/api/v1/reports/{code}/voices/fixed", json={"yes": False}).json()
    assert (told["not_fixed"], told["me_too"]) == (1, 1)
    second = sender.step(code, "dispute", text="Đèn lại tắt ngay tối đầu tiên.")["second"]
    assert second["unit"]["code"] == COMPANY
    sender.http.get(second["link"])

    # Another officer or the head answers it, before the IOC's eyes; it is the last.
    refused = clerk.http.post(f"/api/v1/reports/{second['code']}/actions/accept", json={"version": 1})
    assert (refused.status_code, "cán bộ khác" in refused.json()["detail"]) == (409, True)
    assert second["code"] in ioc.http.get("/queue?tab=second").text
    colleague.step(second["code"], "accept")
    colleague.step(second["code"], "resolve", photo("white"), text="Đã thay cả đường dây, đèn sáng ổn định.")
    assert sender.possible(second["code"]) >= {"rate", "reply"}
    assert "phản ánh lần 2" in sender.http.get(f"/reports/{second['code']}").text.lower()
    sender.step(second["code"], "rate", stars=5, text="Lần này làm tốt.")
    page = reader.http.get(f"/reports/{second['code']}").text
    assert "★★★★★" in page
    assert "Lần này làm tốt." in page
    assert code in page
    assert reader.http.get(public).json()["properties"]["state"] == "resolved"
