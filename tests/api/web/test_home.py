"""The home page, without a browser."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from geo.models import Media, Report


def test_it_has_the_map_the_newest_reports_and_the_way_to_send_one(
    client: TestClient, make_report: Callable[..., Report]
) -> None:
    codes = [make_report(accepted=True, content=f"Ổ gà số {number}").code for number in range(3)]
    page = client.get("/")
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert 'href="/reports/new"' in page.text
    assert 'id="map"' in page.text
    assert re.findall(r'class="card" href="/reports/([^"]+)"', page.text) == codes[::-1]
    assert "Ổ gà số 2" in page.text


def test_without_reports_it_invites_to_send_the_first(client: TestClient) -> None:
    page = client.get("/")
    assert "Chưa có phản ánh nào." in page.text
    assert 'href="/reports/QN-' not in page.text


def test_content_waits_for_acceptance(client: TestClient, make_report: Callable[..., Report]) -> None:
    code = make_report(content="Zzcontent chưa tiếp nhận").code
    page = client.get("/").text
    assert code in page
    assert "Zzcontent" not in page


def test_demonstration_data_are_named(client: TestClient, session: Session, make_report: Callable[..., Report]) -> None:
    report = make_report(accepted=True)
    assert "dữ liệu mẫu" not in client.get("/").text
    report.demo = True
    session.commit()
    assert "dữ liệu mẫu" in client.get("/").text


def test_english_is_asked_for_once_and_then_remembered(client: TestClient) -> None:
    assert '<html lang="vi">' in client.get("/").text
    english = client.get("/?lang=en")
    assert '<html lang="en">' in english.text
    assert english.headers["content-language"] == "en"
    assert '<html lang="en">' in client.get("/").text
    assert '<html lang="en">' in client.get("/reports/new").text
    assert '<html lang="vi">' in client.get("/?lang=vi").text
    assert '<html lang="vi">' in client.get("/").text


def test_an_unknown_language_falls_back_and_is_not_remembered(client: TestClient) -> None:
    page = client.get("/?lang=%3Cscript%3E", headers={"accept": "text/html"})
    assert page.status_code == 200
    assert '<html lang="vi">' in page.text
    assert "<script>" not in page.text
    assert "set-cookie" not in page.headers


def test_the_other_languages_link_keeps_the_rest_of_the_address(client: TestClient) -> None:
    page = client.get("/reports/new?category=giao-thong&lang=en").text
    assert 'href="?category=giao-thong&amp;lang=vi"' in page


def test_everything_it_names_is_there(client: TestClient) -> None:
    page = client.get("/").text
    named = re.findall(r'(?:href|src)="(/(?:static|assets)/[^"]+)"', page)
    assert len(named) >= 8
    for address in named:
        found = client.get(address)
        assert found.status_code == 200, address
        assert "immutable" in found.headers["cache-control"], address
    styles = "".join(client.get(address).text for address in named if address.endswith(".css"))
    assert "asset:" not in styles
    for address in re.findall(r'url\("?(/assets/[^")]+)', styles):
        assert client.get(address).status_code == 200, address


def test_modules_find_one_another(client: TestClient) -> None:
    waiting = [
        address
        for path in ("/", "/reports/new")
        for address in re.findall(r'<script nonce="[^"]+" type="module" src="([^"]+)"', client.get(path).text)
    ]
    seen = set(waiting)
    while waiting:
        address = waiting.pop()
        module = client.get(address)
        assert module.headers["content-type"].startswith("text/javascript"), address
        for name in re.findall(r'from "\./([\w.]+)"', module.text):
            other = address.rpartition("/")[0] + "/" + name
            if other not in seen:
                seen.add(other)
                waiting.append(other)
    assert len(seen) >= 10


def test_files_outside_the_folder_stay_there(client: TestClient) -> None:
    for name in ("../home.py", "..%2fhome.py", "/etc/passwd", "nothing.js"):
        assert client.get(f"/static/x/{name}").status_code == 404


def test_the_policy_allows_nothing_inline_and_only_the_base_maps_pictures(client: TestClient) -> None:
    for path in ("/", "/reports/new", "/nothing"):
        page = client.get(path, headers={"accept": "text/html"})
        policy = page.headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "https://tile.openstreetmap.org" in policy
        assert re.search(r'style="|\son\w+="', page.text) is None
        for script in re.findall(r"<script[^>]*>", page.text):
            assert "src=" in script or 'type="application/json"' in script


def listed(page: str) -> list[str]:
    return re.findall(r'class="card" href="/reports/(QN[^"]+)"', page)


def test_filters_of_the_address_are_those_of_the_list(client: TestClient, make_report: Callable[..., Report]) -> None:
    now = datetime.now(UTC)
    one = make_report(area_code="503", now=now - timedelta(days=2), accepted=True).code
    two = make_report(category="cay-xanh", area_code="502", now=now).code
    make_report(category="khac", area_code="504", now=now - timedelta(days=60))
    for query, wanted in (
        ("category=giao-thong", [one]),
        ("category=giao-thong,cay-xanh", [two, one]),
        ("state=in_progress", [one]),
        ("area=502", [two]),
        ("since=PT24H", [two]),
        ("since=P30D", [two, one]),
        (f"until={(now - timedelta(days=1)).date()}&since=P7D", [one]),
        ("category=giao-thong&area=502", []),
    ):
        page = client.get(f"/?{query}").text
        assert listed(page) == wanted, query
        assert f"{len(wanted)} phản ánh, mới nhất trước" in page or not wanted
        assert ('class="empty" id="empty" hidden' in page) == bool(wanted)


def test_a_form_without_script_ends_at_an_address_to_share(client: TestClient) -> None:
    sent = "/?category=giao-thong&category=cay-xanh&state=&area=503&since=P7D&since=&until=&ref=x"
    moved = client.get(sent, follow_redirects=False)
    assert moved.status_code == 303
    tidy = moved.headers["location"]
    assert tidy == "/?ref=x&category=giao-thong,cay-xanh&area=503&since=P7D"
    page = client.get(tidy, follow_redirects=False)
    assert page.status_code == 200
    assert len(re.findall(r'name="category" value="[^"]+" checked', page.text)) == 2
    for option in ('value="503" lang="vi"[^>]*selected', 'value="P7D" selected'):
        assert re.search(option, page.text), option
    days = client.get("/?since=P7D&since=2026-03-01&until=2026-03-05", follow_redirects=False)
    assert days.headers["location"] == "/?since=2026-03-01&until=2026-03-05"


def test_each_filter_is_taken_off_by_one_press(client: TestClient) -> None:
    page = client.get("/?category=giao-thong,cay-xanh&area=503&since=2026-03-01").text
    chips = dict(re.findall(r'class="chip" href="([^"]+)"[^>]*>([^<]+)<', page))
    assert {address.replace("&amp;", "&"): text for address, text in chips.items()} == {
        "/?category=cay-xanh&area=503&since=2026-03-01": "Giao thông",
        "/?category=giao-thong&area=503&since=2026-03-01": "Cây xanh",
        "/?category=giao-thong,cay-xanh&since=2026-03-01": "thành phố Hội An",
        "/?category=giao-thong,cay-xanh&area=503": "Từ 1/3/2026",
    }


def test_a_filter_that_means_nothing_is_refused(client: TestClient) -> None:
    for query in ("category=nothing", "state=<b>", "area=0", "since=yesterday", "cursor=x"):
        page = client.get(f"/?{query}", headers={"accept": "text/html"})
        assert page.status_code == 422, query
        assert "<b>" not in page.text


def test_pages_of_the_list_follow_one_another(client: TestClient, make_report: Callable[..., Report]) -> None:
    codes = [make_report().code for _number in range(23)][::-1]
    first = client.get("/?category=giao-thong").text
    assert listed(first) == codes[:20]
    following = re.search(r'id="more"[^>]*href="([^"]+)"', first) or re.search(r'href="([^"]+)" data-next', first)
    assert following
    second = client.get(following[1].replace("&amp;", "&")).text
    assert listed(second) == codes[20:]
    assert 'href="/?category=giao-thong">Về trang đầu' in second


def test_a_card_has_its_picture_and_how_often_the_place_came_back(
    client: TestClient, session: Session, make_report: Callable[..., Report]
) -> None:
    report = make_report(accepted=True)
    session.add(Media(report_id=report.id, key="abc", width=4, height=3))
    report.recurrence = 3
    session.commit()
    page = client.get("/").text
    assert 'src="/media/abc-small.jpg"' in page
    assert "Lần thứ 3 ở nơi này" in page
