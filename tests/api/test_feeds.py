"""Feeds, read by lxml against what RFC 4287 requires, and by GDAL."""

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyogrio
import pytest
from fastapi.testclient import TestClient
from lxml import etree
from sqlalchemy import text, update
from sqlalchemy.orm import Session

from geo import workflow
from geo.models import Media, Report
from geo.permissions import Actor

Make = Callable[..., Report]
FEED = "/feeds/reports.atom"
NAMES = {"a": "http://www.w3.org/2005/Atom", "georss": "http://www.georss.org/georss"}


def opened(client: TestClient, path: str = FEED) -> Any:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/atom+xml"
    return etree.fromstring(answer.content)


def said(element: Any, path: str) -> list[str]:
    return [str(one if isinstance(one, str) else one.text) for one in element.xpath(path, namespaces=NAMES)]


def entries(feed: Any) -> list[Any]:
    return list(feed.xpath("a:entry", namespaces=NAMES))


def href(element: Any, relation: str) -> str:
    (found,) = said(element, f"a:link[@rel='{relation}']/@href")
    return found


@pytest.mark.parametrize("reports", [0, 3])
def test_it_has_all_that_rfc_4287_requires(client: TestClient, make_report: Make, reports: int) -> None:
    for _ in range(reports):
        make_report(accepted=True)
    feed = opened(client)
    assert feed.tag == f"{{{NAMES['a']}}}feed"
    assert len(entries(feed)) == reports
    assert len(said(feed, "a:author/a:name")) == 1  # of which entries need none of their own
    for part in (feed, *entries(feed)):
        for name in ("id", "title", "updated"):
            assert len(said(part, f"a:{name}")) == 1
            assert said(part, f"a:{name}") != [""]
        for name in ("updated", "published"):
            assert all(one.endswith("Z") and datetime.fromisoformat(one) for one in said(part, f"a:{name}"))
        alternates = said(part, "a:link[@rel='alternate']/@href")
        assert len(alternates) == 1
        assert all(one.startswith("http://testserver/") for one in said(part, "a:link/@href"))
    assert href(feed, "self") == f"http://testserver{FEED}"
    ids = said(feed, "//a:id")
    assert len(set(ids)) == reports + 1


def test_an_entry_says_what_where_and_when(client: TestClient, session: Session, make_report: Make) -> None:
    report = make_report(accepted=True, area_code="503")
    session.execute(update(Report).values(updated_at=report.created_at + timedelta(hours=1)))
    (entry,) = entries(opened(client))
    address = f"http://testserver/reports/{report.code}"
    assert said(entry, "a:id") == [address] == [href(entry, "alternate")]
    assert said(entry, "a:title") == ["Giao thông – Hội An"]
    assert said(entry, "a:category/@term") == ["giao-thong"]
    assert said(entry, "georss:point") == ["15.879400 108.338000"]
    assert said(entry, "a:content") == ["Ổ gà lớn trước cổng chợ"]
    (summary,) = said(entry, "a:summary")
    assert report.code in summary
    assert "Đang xử lý" in summary
    published, updated = (datetime.fromisoformat(said(entry, f"a:{one}")[0]) for one in ("published", "updated"))
    assert updated - published == timedelta(hours=1)


def test_the_newest_come_first_and_pages_go_on(client: TestClient, make_report: Make) -> None:
    codes = [make_report().code for _ in range(5)]
    found: list[str] = []
    path = f"{FEED}?limit=2&category=giao-thong"
    while path:
        feed = opened(client, path)
        found += [one.rpartition("/")[2] for one in said(feed, "a:entry/a:id")]
        assert said(feed, "a:id") == [f"http://testserver{FEED}?category=giao-thong"]
        assert href(feed, "first") == f"http://testserver{FEED}?limit=2&category=giao-thong"
        path = "".join(said(feed, "a:link[@rel='next']/@href"))
    assert sorted(found) == sorted(codes)
    assert len(found) == 5


def test_what_is_not_public_is_not_in_it(client: TestClient, session: Session, make_report: Make) -> None:
    secret = "Bí mật của phản ánh này"
    waiting = make_report(content=secret)
    sensitive = make_report(content=secret, category="an-ninh-trat-tu", accepted=True)
    hidden = make_report(content=secret, accepted=True)
    hidden.hidden_at = datetime.now(UTC)
    withdrawn = make_report(content=secret)
    workflow.apply(session, withdrawn, "withdraw", Actor("sender", report_id=withdrawn.id), door="api")
    for report in (waiting, sensitive, hidden):
        session.add(Media(report_id=report.id, kind="photo", key=f"{report.id:032x}", width=1, height=1))
    session.flush()
    answer = client.get(FEED)
    assert secret not in answer.text
    assert "Trần Thị Bưởi" not in answer.text
    assert "905123456" not in answer.text
    assert "/media/" not in answer.text
    feed = etree.fromstring(answer.content)
    codes = {one.rpartition("/")[2] for one in said(feed, "a:entry/a:id")}
    assert codes == {waiting.code, sensitive.code, hidden.code}
    (point,) = said(feed, f"a:entry[a:id='http://testserver/reports/{sensitive.code}']/georss:point")
    assert point != "15.879400 108.338000"


def test_pictures_of_what_is_published_are_enclosed(client: TestClient, session: Session, make_report: Make) -> None:
    report = make_report(accepted=True)
    key = "0123456789abcdef" * 2
    session.add(Media(report_id=report.id, kind="photo", key=key, width=1, height=1))
    session.flush()
    (entry,) = entries(opened(client))
    assert href(entry, "enclosure") == f"http://testserver/media/{key}.jpg"


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("", "Phản ánh mới"),
        ("?lang=en", "New reports"),
        ("?area=503", "Phản ánh mới ở thành phố Hội An"),
        ("?area=503&category=giao-thong,cay-xanh", "Phản ánh mới ở thành phố Hội An: Giao thông, Cây xanh"),
        ("?area=503&since=P7D&lang=en", "New reports in thành phố Hội An: Last 7 days"),
        ("?unit=ubnd-503&state=received", "Phản ánh mới: Chờ tiếp nhận, UBND thành phố Hội An"),
        ("?q=chợ&bbox=108,15,109,16", "Phản ánh mới: “chợ”, trong khung 108, 15, 109, 16"),
    ],
)
def test_the_title_names_the_filter_in_the_readers_language(client: TestClient, query: str, title: str) -> None:
    feed = opened(client, FEED + query)
    assert said(feed, "a:title") == [title]
    assert said(feed, "@xml:lang") == ["en" if "lang=en" in query else "vi"]


def test_every_filter_of_the_api_holds(client: TestClient, session: Session, make_report: Make) -> None:
    make_report(category="cay-xanh", area_code="503", accepted=True)
    there = "category=cay-xanh&area=503&unit=ioc&state=in_progress&bbox=108,15,109,16&since=P1D&q=cổng chợ"
    assert len(entries(opened(client, f"{FEED}?{there}"))) == 1
    for other in ("category=khac", "area=502", "unit=ubnd-503", "state=received", "bbox=1,2,3,4", "until=2020-01-01"):
        assert entries(opened(client, f"{FEED}?{other}")) == []
    for wrong in ("category=x", "bbox=1", "limit=0", "limit=201", "cursor=x", "since=x"):
        answer = client.get(f"{FEED}?{wrong}")
        assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


def test_the_title_names_the_area_as_the_edition_of_today_does(client: TestClient) -> None:
    title = said(opened(client, f"{FEED}?area=20413"), "a:title")[0]
    assert title == "Phản ánh mới ở phường Cẩm Châu"


def test_what_a_reader_has_is_not_sent_again(client: TestClient, session: Session, make_report: Make) -> None:
    make_report()
    first = client.get(FEED)
    # Of a second that is not over a date says too little.
    assert "last-modified" not in first.headers
    assert client.get(FEED, headers={"If-None-Match": first.headers["etag"]}).status_code == 304
    session.execute(update(Report).values(updated_at=datetime.now(UTC) - timedelta(minutes=5)))
    second = client.get(FEED, headers={"If-None-Match": first.headers["etag"]})
    assert second.status_code == 200
    changed = second.headers["last-modified"]
    again = client.get(FEED, headers={"If-Modified-Since": changed})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(FEED, headers={"If-Modified-Since": changed, "If-None-Match": '"x"'}).status_code == 200
    nonsense_of_dates = (
        *("yesterday", "", "Tue, 99 Foo 2026 00:00:00 GMT", "Mon, 1 Jan 99999999999999 00:00:00 GMT"),
        *("Mon, 1 Jan 2026 00:00:00 +99999999999999999999999", "Mon, 1 Jan 2026 00:00:00 -2400", f"Mon, {'9' * 5_000}"),
        "Mon, 1 Jan 0001 00:00:00 +2359",
    )
    for nonsense in nonsense_of_dates:
        assert client.get(FEED, headers={"If-Modified-Since": nonsense}).status_code == 200
    # What has left is no entry any more, and yet a change.
    session.execute(text("INSERT INTO report_tombstones (code, removed_at) VALUES ('QN-7K2M-9XQ4', now())"))
    assert client.get(FEED, headers={"If-Modified-Since": changed}).status_code == 200


def test_a_parameter_that_a_feed_does_not_have_is_refused_by_its_name(client: TestClient, make_report: Make) -> None:
    make_report(area_code="503")
    for language, sentence in (("vi", "Không có tham số aera"), ("en", "no parameter aera")):
        answer = client.get(FEED, params={"aera": "503", "lang": language})
        assert answer.status_code == 422
        assert sentence in answer.text
    address = f"{FEED}?area=503&limit=5&lang=en&utm_source=reader"
    assert len(entries(opened(client, address))) == 1


def test_its_head_is_asked_for_alone(client: TestClient, make_report: Make) -> None:
    make_report()
    answer = client.head(FEED)
    assert (answer.status_code, answer.headers["etag"]) == (200, client.get(FEED).headers["etag"])
    assert client.head(FEED, headers={"If-None-Match": answer.headers["etag"]}).status_code == 304


def test_letters_that_xml_forbids_are_left_out(client: TestClient, session: Session, make_report: Make) -> None:
    report = make_report(accepted=True)
    session.execute(update(Report).values(content="Ổ gà \x01\x0b\ufffe\uffff<b>&\"' 🐃 trước chợ"))
    (entry,) = entries(opened(client))
    assert said(entry, "a:content") == ["Ổ gà <b>&\"' 🐃 trước chợ"]
    assert report.code in said(entry, "a:id")[0]


def test_gdal_reads_it(client: TestClient, make_report: Make, tmp_path: Path) -> None:
    report = make_report(accepted=True)
    path = tmp_path / "reports.atom"
    path.write_bytes(client.get(FEED).content)
    found = pyogrio.read_dataframe(path)
    assert found["id"].tolist() == [f"http://testserver/reports/{report.code}"]
    assert found["content"].tolist() == ["Ổ gà lớn trước cổng chợ"]
    assert (found.geometry.x[0], found.geometry.y[0]) == pytest.approx((108.338, 15.8794))


def test_debians_gdal_reads_it_too(client: TestClient, make_report: Make, tmp_path: Path) -> None:
    if not Path("/usr/bin/ogrinfo").exists():
        pytest.skip("Debian's gdal-bin is not here (apt-get install gdal-bin)")
    make_report(accepted=True)
    path = tmp_path / "reports.atom"
    path.write_bytes(client.get(FEED).content)
    told = subprocess.run(["ogrinfo", "-ro", "-al", str(path)], capture_output=True, text=True, check=True).stdout
    assert "POINT (108.338 15.8794)" in told
    assert "Feature Count: 1" in told


@pytest.mark.parametrize("query", ["", "?category=cay-xanh,khac&area=503", "?since=P7D&lang=en"])
def test_the_list_of_reports_leads_to_its_feed(client: TestClient, query: str) -> None:
    page = etree.HTML(client.get(f"/{query}").text)
    (link,) = page.xpath("//head/link[@rel='alternate'][@type='application/atom+xml']")
    (seen,) = page.xpath("//a[@type='application/atom+xml']")
    assert link.get("href") == seen.get("href") == FEED + query
    assert link.get("title")
    feed = opened(client, link.get("href"))
    assert href(feed, "alternate") == f"http://testserver/{query}"
