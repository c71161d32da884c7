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


def test_what_means_nothing_is_refused(client: TestClient) -> None:
    for wrong in ("period=2026-13", "unit=x", "category=x", "period=%00"):
        answer = client.get(f"{URL}?{wrong}", headers={"accept": "text/html"})
        assert (answer.status_code, answer.headers["content-type"]) == (422, "text/html; charset=utf-8")
