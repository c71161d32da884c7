import re
from collections.abc import Callable
from pathlib import Path

import brotli
import pytest
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from api import demo
from api.app import create_app
from geo.database import build_engine, build_sessions
from geo.models import Report
from geo.settings import Settings
from maps.frame import NAMES
from maps.style import asset_path

Make = Callable[..., Report]
WIRE = 500_000  # bytes of a page and all that it loads


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_each_map_is_a_page_in_either_language(client: TestClient, make_report: Make, name: str, lang: str) -> None:
    make_report(area_code="503")
    response = client.get(f"/maps/{name}?lang={lang}")
    assert response.status_code == 200
    assert f'<html lang="{lang}">' in response.text
    assert response.headers["content-language"] == lang
    assert response.cookies.get("lang") == lang
    assert 'class="folium-map"' in response.text


@pytest.mark.parametrize("name", NAMES)
def test_only_scripts_with_the_pages_own_nonce_may_run(client: TestClient, name: str) -> None:
    first, second = (client.get(f"/maps/{name}") for _ in range(2))
    policy = first.headers["content-security-policy"]
    nonce = re.search(r"script-src 'nonce-([\w-]{22})';", policy)
    assert nonce
    assert f'nonce="{nonce[1]}"' in first.text
    assert nonce[1] not in second.text
    assert "unsafe" not in policy


@pytest.mark.parametrize("name", NAMES)
def test_filters_are_those_of_the_api(client: TestClient, make_report: Make, name: str) -> None:
    make_report(category="giao-thong", area_code="503")
    make_report(category="cay-xanh", area_code="503")
    assert "2 phản ánh" in client.get(f"/maps/{name}").text
    assert "1 phản ánh" in client.get(f"/maps/{name}?category=cay-xanh").text
    # What an empty form sends.
    assert "2 phản ánh" in client.get(f"/maps/{name}?category=&state=&since=&until=").text
    nothing = client.get(f"/maps/{name}?category=khac").text
    assert "Không có phản ánh nào qua bộ lọc này" in nothing


@pytest.mark.parametrize("query", ["category=x", "bbox=1,2,3", "since=hom-qua", "by=year", "state=late"])
def test_a_filter_that_means_nothing_is_told_in_a_sentence(client: TestClient, query: str) -> None:
    response = client.get(f"/maps/timeline?{query}", headers={"accept": "text/html"})
    assert response.status_code == 422
    assert "<html" in response.text
    assert "Traceback" not in response.text


def test_a_map_that_is_none_is_not_found(client: TestClient) -> None:
    assert client.get("/maps/x").status_code == 404


@pytest.mark.parametrize("name", NAMES)
def test_demonstration_data_are_marked_on_every_map(
    client: TestClient, session: Session, make_report: Make, name: str
) -> None:
    make_report(area_code="503").demo = True
    session.flush()
    assert "Dữ liệu mẫu" in client.get(f"/maps/{name}").text
    assert 'class="banner"' in client.get(f"/maps/{name}").text


def test_real_reports_push_demonstration_data_out_of_the_choropleth(
    client: TestClient, session: Session, make_report: Make
) -> None:
    make_report(area_code="503").demo = True
    make_report(area_code="502").demo = True
    make_report(area_code="503")
    session.flush()
    real = client.get("/maps/districts").text
    assert "1 phản ánh" in real
    assert 'class="banner"' not in real
    assert "/maps/districts?demo=1" in real
    shown = client.get("/maps/districts?demo=1").text
    assert "2 phản ánh" in shown
    assert 'class="banner"' in shown
    assert "2 phản ánh" not in client.get("/maps/heatmap?demo=0").text


def test_no_words_of_an_unaccepted_report_nor_its_sender_are_in_any_map(client: TestClient, make_report: Make) -> None:
    make_report(content="Bí mật chưa được tiếp nhận", area_code="503")
    for name in NAMES:
        page = client.get(f"/maps/{name}").text
        for secret in ("Bí mật", "Trần Thị Bưởi", "905123456"):
            assert secret not in page


def test_with_a_hundred_thousand_reports_no_map_is_heavy(fresh_database_url: str, settings: Settings) -> None:
    engine = build_engine(fresh_database_url)
    assert demo.load(engine, settings, 100_000) == 100_000
    sessions = build_sessions(engine)
    try:
        for name in NAMES:
            with TestClient(create_app(settings, sessions), headers={"accept-encoding": "br"}) as client:
                page, total = wire(client, f"/maps/{name}")
            assert "100.000 phản ánh" in page
            assert total < WIRE, name
    finally:
        engine.dispose()


def wire(client: TestClient, path: str) -> tuple[str, int]:
    """A page, and the bytes of it and of all files it names, as sent to a browser that takes Brotli."""
    with client.stream("GET", path) as response:
        sent = b"".join(response.iter_raw())
    assert response.headers["content-encoding"] == "br"
    page = brotli.decompress(sent).decode()
    total = len(sent)
    files = set(re.findall(r'(?:src|href)="(/assets/[^"]+)"', page))
    fonts = [f"{files.copy().pop().rsplit('/', 1)[0]}/{font}" for font in re.findall(r'url\("([^"]+)"\)', _style())]
    for address in files | set(fonts):
        with client.stream("GET", address) as response:
            assert response.status_code == 200
            total += len(b"".join(response.iter_raw()))
    return page, total


def _style() -> str:
    path = asset_path("tokens.css")
    assert path
    return Path(path).read_text(encoding="utf-8")
