"""Nobody learns by filtering what the public projection does not say."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from geo.geometry import position
from geo.models import Report
from tests.api.ogc.asking import ids, items

Make = Callable[..., Report]
EXACT = (108.33931, 15.88117)  # in the corner of its cell, some 300 m from the middle


def boxed(west: float, south: float, east: float, north: float) -> dict[str, str]:
    return {"bbox": f"{west},{south},{east},{north}"}


def filtered(west: float, south: float, east: float, north: float) -> dict[str, str]:
    return {"filter": f"S_INTERSECTS(geometry, BBOX({west},{south},{east},{north}))"}


def within(west: float, south: float, east: float, north: float) -> dict[str, str]:
    ring = f"{west} {south},{east} {south},{east} {north},{west} {north},{west} {south}"
    return {"filter": f"NOT S_DISJOINT(geometry, POLYGON(({ring})))"}


@pytest.mark.parametrize("ask", [boxed, filtered, within])
def test_halving_a_box_leads_to_the_public_point(
    client: TestClient, make_report: Make, ask: Callable[..., dict[str, str]]
) -> None:
    report = make_report(category="an-ninh-trat-tu", lon=EXACT[0], lat=EXACT[1])
    public = position(report.public_point)
    west, south, east, north = 107.9, 15.5, 108.7, 16.1
    for _turn in range(24):
        middle = (west + east) / 2
        west, east = (west, middle) if ids(client, **ask(west, south, middle, north)) else (middle, east)
        middle = (south + north) / 2
        south, north = (south, middle) if ids(client, **ask(west, south, east, middle)) else (middle, north)
    assert (west, south) == pytest.approx(public, abs=1e-6)
    assert abs(west - EXACT[0]) > 0.0009
    assert ids(client, **ask(EXACT[0] - 0.0005, EXACT[1] - 0.0005, EXACT[0] + 0.0005, EXACT[1] + 0.0005)) == []


@pytest.mark.parametrize(
    "written",
    [
        "content LIKE 'Bí%'",
        "CASEI(content) LIKE '%mật%'",
        "ACCENTI(content) LIKE '%mat%'",
        "content > 'A'",
        "content = content",
        "NOT content IS NULL",
        "content LIKE '%' OR content NOT LIKE '%'",
        "happened_at IS NOT NULL",
        "happened_at < TIMESTAMP('2100-01-01T00:00:00Z')",
        "T_BEFORE(happened_at, DATE('2100-01-01'))",
    ],
)
def test_what_is_not_published_cannot_be_guessed_word_by_word(
    client: TestClient, session: Session, make_report: Make, written: str
) -> None:
    waiting = make_report(content="Bí mật khi chưa tiếp nhận")
    sensitive = make_report(category="an-ninh-trat-tu", content="Bí mật luôn luôn", accepted=True)
    hidden = make_report(content="Bí mật bị ẩn", accepted=True)
    hidden.hidden_at = hidden.created_at
    for one in (waiting, sensitive, hidden):
        one.happened_at = one.created_at
    session.flush()
    assert ids(client, filter=written) == []


def test_redacted_words_are_found_as_they_are_shown(client: TestClient, session: Session, make_report: Make) -> None:
    report = make_report(content="Ông Nguyễn Văn Kín đổ rác", accepted=True)
    report.redacted = "… đổ rác"
    session.flush()
    assert ids(client, filter="content LIKE '%Kín%'") == []
    assert ids(client, filter="content LIKE '%đổ rác'") == [report.code]


def test_the_commune_and_the_neighbours_of_a_sensitive_place_are_nobodys_business(
    client: TestClient, session: Session, make_report: Make
) -> None:
    report = make_report(category="an-ninh-trat-tu", area_code="503", commune_code="20410")
    report.recurrence = 4
    session.flush()
    assert ids(client, commune="20410") == []
    assert ids(client, filter="commune IS NOT NULL OR recurrence > 1") == []
    assert ids(client, area="503") == [report.code]


def test_what_a_sensitive_report_is_tied_to_and_how_near_a_border_it_lies_is_not_found_by_filtering(
    client: TestClient, session: Session, make_report: Make
) -> None:
    ordinary, sensitive = make_report(), make_report(category="an-ninh-trat-tu", needs_confirmation=True)
    sensitive.lead_id, ordinary.second_of_id = ordinary.id, sensitive.id
    session.flush()
    for written in ("lead IS NOT NULL", "second_of IS NOT NULL", "needs_confirmation = true"):
        assert ids(client, filter=written) == []
    assert ids(client, filter=f"lead = '{ordinary.code}' OR second_of = '{sensitive.code}'") == []
    assert ids(client, needs_confirmation="true") == []
    assert set(ids(client, needs_confirmation="false")) == {ordinary.code, sensitive.code}


def test_nothing_of_a_sender_is_in_any_document(client: TestClient, make_report: Make) -> None:
    make_report(name="Hồ Văn Kín", phone="+84912345678", email="kin@example.vn", accepted=True)
    for path in ("", "/api", "/collections", "/collections/reports/queryables", "/collections/reports/items"):
        for form in ("json", "html"):
            text = client.get(f"/ogc{path}", params={"f": form}).text
            assert "Kín" not in text
            assert "912345678" not in text
            assert "kin@" not in text
    assert items(client)["features"][0]["properties"].keys() & {"name", "phone", "email", "point"} == set()
