"""The page of the statistics: what it shows, chooses and links."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from html import unescape

from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from geo.models import Report
from maps.statistics import periods
from tests import histories

Make = Callable[..., Report]
URL = "/planner/statistics"


def test_the_page_has_the_figures_of_the_api(client: TestClient, session: Session) -> None:
    histories.fill(session, 300, seed=2)
    page = client.get(f"{URL}?period=2024-Q2").text
    told = client.get("/api/v1/statistics/lris?period=2024-Q2").json()
    foot = page.split("<tfoot>")[1].split("</tfoot>")[0]
    shown = re.findall(r"<td>([^<]*)</td>", foot)
    for column, text in zip(told["columns"], shown, strict=True):
        value = told["total"][column["name"]]
        if column["name"] == "share":
            assert text == f"{value:.0%}"
        elif isinstance(value, int):
            assert text == f"{value:,}".replace(",", ".")
    assert page.count('<table role="table" class="chart') == 3


def test_the_files_are_those_of_what_is_chosen(client: TestClient, make_report: Make) -> None:
    make_report(unit="ubnd-503", accepted=True)
    period = periods.name("month", datetime.now(UTC).date())
    page = client.get(f"{URL}?period={period}&unit=ubnd-503&category=giao-thong").text
    found = [unescape(one) for one in re.findall(r'href="(/api/v1/statistics/[^"]+)"', page)]
    assert len(found) == 4
    for address in found:
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert ("unit=ubnd-503" in address) == ("performance" in address)
    assert client.get(found[-1]).json()["rows"][0]["unit"]["code"] == "ubnd-503"


def test_nothing_to_show_says_what_to_do(client: TestClient, make_report: Make) -> None:
    make_report()
    page = client.get(f"{URL}?period=2001&unit=ubnd-503").text
    assert "Kỳ này chưa có phản ánh nào." in page
    assert 'href="?period=2001"' in page
    assert '<option value="2001" selected>Năm 2001</option>' in page


def test_a_period_in_the_future_says_so(client: TestClient, make_report: Make) -> None:
    make_report()
    answer = client.get(f"{URL}?period=2099")
    assert answer.status_code == 200
    assert "Kỳ này chưa bắt đầu." in answer.text
    assert "tính đến" not in answer.text


def test_demonstration_data_are_shown_where_there_is_nothing_else(
    client: TestClient, session: Session, make_report: Make
) -> None:
    make_report().demo = True
    session.flush()
    page = client.get(URL).text
    assert "Đây là dữ liệu mẫu" in page
    assert "demo=true" in page


def test_a_period_with_demonstration_data_alone_leads_to_them(
    client: TestClient, session: Session, make_report: Make
) -> None:
    make_report(unit="ubnd-503")
    made_up = make_report(unit="ubnd-503")
    made_up.demo, made_up.created_at = True, datetime(2024, 5, 1, tzinfo=UTC)
    session.flush()
    page = client.get(f"{URL}?period=2024-Q2&unit=ubnd-503").text
    assert "Kỳ này chưa có phản ánh thật nào, chỉ có dữ liệu mẫu." in page
    (way,) = (unescape(one) for one in re.findall(r'href="(\?[^"]*demo=1)"', page))
    shown = client.get(URL + way).text
    assert "Đây là dữ liệu mẫu để giới thiệu hệ thống" in shown
    assert "<dt>Tiếp nhận trong kỳ</dt><dd>1</dd>" in shown
    assert '<input type="hidden" name="demo" value="1">' in shown
    assert 'href="?period=2024-Q2&amp;unit=ubnd-503"' in shown
    assert shown.count("demo=true") == 4
    # Nothing at all is still said as such, and where there are real reports the demonstration is one press away.
    assert "Kỳ này chưa có phản ánh nào." in client.get(f"{URL}?period=2001").text
    assert "demo=1" in client.get(URL).text


def test_a_period_that_has_not_begun_has_no_figures(client: TestClient, make_report: Make) -> None:
    make_report()
    year = datetime.now(UTC).year + 2
    page = client.get(f"{URL}?period={year}").text
    assert "Kỳ này chưa bắt đầu." in page
    assert f"01/01/{year}" in page
    assert '<dl class="keys">' not in page
    assert "/api/v1/statistics/lris" not in page


def test_the_sheet_says_that_it_is_of_everybody(client: TestClient, make_report: Make) -> None:
    make_report(unit="ubnd-503")
    assert "Báo cáo LRIS (XLSX)" in client.get(URL).text
    for chosen in ("unit=ubnd-503", "category=giao-thong"):
        page = client.get(f"{URL}?{chosen}").text
        assert "Báo cáo LRIS toàn tỉnh (XLSX)" in page
        assert "Báo cáo LRIS toàn tỉnh (JSON)" in page
        assert "Báo cáo LRIS (" not in page


def test_what_means_nothing_is_refused(client: TestClient) -> None:
    for wrong in ("period=2026-13", "unit=x", "category=x", "period=%00"):
        answer = client.get(f"{URL}?{wrong}", headers={"accept": "text/html"})
        assert (answer.status_code, answer.headers["content-type"]) == (422, "text/html; charset=utf-8")
